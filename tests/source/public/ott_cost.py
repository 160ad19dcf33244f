"""Rewritten after github.com/ott-jax/ott, src/ott/geometry/costs.py: all pairs by vmap of vmap, in an entropic
objective.

read   regularised
by     x
given  x: matrix(n,d); y: matrix(m,d); P: matrix(n,m); epsilon: scalar
"""

import jax
import jax.numpy as jnp


def norm(x):
    return jnp.sum(x**2, axis=-1)


def pairwise(x, y):
    return norm(x) + norm(y) - 2.0 * jnp.vdot(x, y)


def all_pairs(x, y):
    return jax.vmap(lambda x_: jax.vmap(lambda y_: pairwise(x_, y_))(y))(x)


def regularised(x, y, P, epsilon):
    return jnp.sum(P * all_pairs(x, y)) + epsilon * jnp.sum(P * (jnp.log(P) - 1.0))
