"""Rewritten after github.com/pyro-ppl/numpyro, examples/gp.py: its kernel in a kernel ridge fit.

read   fit
by     length
given  X: vector(n); Y: vector(n); alpha: vector(n); var: scalar; length: scalar; noise: scalar
"""

import jax.numpy as jnp


def kernel(X, Z, var, length, noise, jitter=1.0e-6, include_noise=True):
    deltaXsq = jnp.power((X[:, None] - Z) / length, 2.0)
    k = var * jnp.exp(-0.5 * deltaXsq)
    if include_noise:
        k += (noise + jitter) * jnp.eye(X.shape[0])
    return k


def fit(X, Y, alpha, var, length, noise):
    k = kernel(X, X, var, length, noise)
    return jnp.sum((k @ alpha - Y) ** 2) + alpha @ k @ alpha
