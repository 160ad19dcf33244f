"""Rewritten after github.com/JaxGaussianProcesses/GPJax, gpjax/objectives.py, conjugate_mll.

read   negative_mll
by     lengthscale
given  lengthscale: scalar; variance: scalar; noise: scalar; x: matrix(n,d); y: vector(n)
"""

import jax.numpy as jnp
import jax.scipy as jsp


def gram(x, lengthscale, variance):
    z = x / lengthscale
    sq = jnp.sum(z**2, axis=1)[:, None] + jnp.sum(z**2, axis=1)[None, :] - 2.0 * z @ z.T
    return variance * jnp.exp(-0.5 * sq)


def negative_mll(lengthscale, variance, noise, x, y):
    n = y.shape[0]
    Sigma = gram(x, lengthscale, variance) + jnp.eye(n) * noise**2
    L = jnp.linalg.cholesky(Sigma)
    alpha = jsp.linalg.cho_solve((L, True), y)
    return 0.5 * y @ alpha + jnp.sum(jnp.log(jnp.diagonal(L))) + 0.5 * n * jnp.log(2.0 * jnp.pi)
