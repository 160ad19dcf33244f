"""Rewritten after github.com/google-deepmind/optax, optax/losses/_regression.py, huber_loss.

read   mean_huber
by     predictions
given  predictions: matrix(n,k); targets: matrix(n,k); delta: scalar
"""

import jax.numpy as jnp


def huber_loss(predictions, targets=None, delta=1.0):
    errors = (predictions - targets) if (targets is not None) else predictions
    abs_errors = jnp.abs(errors)
    quadratic = jnp.minimum(abs_errors, delta)
    linear = abs_errors - quadratic
    return 0.5 * quadratic**2 + delta * linear


def mean_huber(predictions, targets, delta=1.0):
    return huber_loss(predictions, targets, delta).mean()
