"""The network of the example mnist_classifier_fromscratch: docs.jax.dev, notebooks/neural_network_with_tfds_data.
Rewritten.

read   loss
by     W1
given  W1: matrix(d,h); b1: vector(h); W2: matrix(h,k); b2: vector(k); images: matrix(n,d); targets: matrix(n,k)
"""

import jax.numpy as jnp
from jax import jit, vmap
from jax.scipy.special import logsumexp


def relu(x):
    return jnp.maximum(0, x)


def predict(W1, b1, W2, b2, image):
    activations = image
    for w, b in [(W1, b1)]:
        outputs = jnp.dot(activations, w) + b
        activations = relu(outputs)
    logits = jnp.dot(activations, W2) + b2
    return logits - logsumexp(logits)


batched_predict = vmap(predict, in_axes=(None, None, None, None, 0))


@jit
def loss(W1, b1, W2, b2, images, targets):
    preds = batched_predict(W1, b1, W2, b2, images)
    return -jnp.mean(preds * targets)
