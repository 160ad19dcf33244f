"""Rewritten after github.com/google-deepmind/optax, optax/losses/_regression.py, log_cosh.

read   mean_log_cosh
by     w
given  w: vector(d); X: matrix(n,d); y: vector(n)
"""

import jax.numpy as jnp


def log_cosh(predictions, targets):
    errors = predictions - targets
    return jnp.logaddexp(errors, -errors) - jnp.log(2.0).astype(errors.dtype)


def mean_log_cosh(w, X, y):
    return jnp.mean(log_cosh(X @ w, y))
