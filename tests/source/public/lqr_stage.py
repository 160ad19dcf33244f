"""The cost of a trajectory by vmap over its steps: github.com/google/trajax, trajax/optimizers.py. Rewritten.

read   objective
by     U
given  X: matrix(t,n); U: matrix(t,m); Q: matrix(n,n); R: matrix(m,m); goal: vector(n)
"""

from functools import partial

import jax
import jax.numpy as jnp


def cost(x, u, Q, R, goal):
    err = x - goal
    return 0.5 * err.T @ Q @ err + 0.5 * u.T @ R @ u


def objective(X, U, Q, R, goal):
    stage = partial(cost, Q=Q, R=R, goal=goal)
    return jnp.sum(jax.vmap(stage)(X, U))
