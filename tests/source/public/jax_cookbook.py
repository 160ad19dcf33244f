"""The logistic model of the autodiff cookbook: docs.jax.dev, notebooks/autodiff_cookbook. Rewritten.

read   loss
by     W
given  W: vector(d); b: scalar; inputs: matrix(n,d); targets: vector(n)
"""

import jax.numpy as jnp
from jax import jit


def sigmoid(x):
    return 0.5 * (jnp.tanh(x / 2) + 1)


def predict(W, b, inputs):
    return sigmoid(jnp.dot(inputs, W) + b)


@jit
def loss(W, b, inputs, targets):
    preds = predict(W, b, inputs)
    label_probs = preds * targets + (1 - preds) * (1 - targets)
    return -jnp.sum(jnp.log(label_probs))
