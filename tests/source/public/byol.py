"""Rewritten after github.com/google-deepmind/deepmind-research, byol/utils/helpers.py, regression_loss.

read   byol
by     x
given  x: matrix(n,d); y: matrix(n,d)
"""

import jax
import jax.numpy as jnp


def l2_normalize(x, axis=None, epsilon=1e-12):
    square_sum = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    x_inv_norm = jax.lax.rsqrt(jnp.maximum(square_sum, epsilon))
    return x * x_inv_norm


def regression_loss(x, y):
    normed_x, normed_y = l2_normalize(x, axis=-1), l2_normalize(y, axis=-1)
    return jnp.sum((normed_x - normed_y) ** 2, axis=-1)


def byol(x, y):
    return jnp.mean(regression_loss(x, y))
