"""Rewritten after github.com/google-deepmind/optax, optax/losses/_regression.py, cosine_distance.

read   mean_distance
by     predictions
given  predictions: matrix(n,d); targets: matrix(n,d)
"""

import jax.numpy as jnp


def cosine_similarity(predictions, targets, epsilon=0.0):
    a_norm = jnp.linalg.norm(predictions, axis=-1, keepdims=True)
    b_norm = jnp.linalg.norm(targets, axis=-1, keepdims=True)
    a_unit = predictions / jnp.maximum(a_norm, epsilon)
    b_unit = targets / jnp.maximum(b_norm, epsilon)
    return jnp.sum(a_unit * b_unit, axis=-1)


def mean_distance(predictions, targets):
    return jnp.mean(1.0 - cosine_similarity(predictions, targets, epsilon=1e-8))
