"""A network whose parameters stand in a dict: docs.jax.dev, notebooks/autodiff_cookbook, loss2 and predict.
Rewritten.

read   loss2
by     W
given  W: matrix(d,k); b: vector(k); inputs: matrix(n,d); targets: matrix(n,k)
call   loss2({"W": W, "b": b}, inputs, targets)
"""

import jax
import jax.numpy as jnp


def predict(params_dict, inputs):
    return jnp.dot(inputs, params_dict["W"]) + params_dict["b"]


def loss2(params_dict, inputs, targets):
    preds = jax.nn.softmax(predict(params_dict, inputs), axis=1)
    return -jnp.mean(jnp.sum(jnp.log(preds) * targets, axis=1))
