"""The words of JAX and of torch for the functions that problems are made of, each as its users would write it."""

from __future__ import annotations

from types import SimpleNamespace


def of_jax() -> SimpleNamespace:
    import jax
    import jax.numpy as jnp
    from jax.scipy import linalg, special

    return SimpleNamespace(
        exp=jnp.exp, log=jnp.log, tanh=jnp.tanh, sqrt=jnp.sqrt, cosh=jnp.cosh, trace=jnp.trace, diag=jnp.diag,
        eye=jnp.eye, solve=jnp.linalg.solve, expm=linalg.expm, logsumexp=special.logsumexp,
        softplus=lambda z: jnp.logaddexp(0.0, z), logdet=lambda M: jnp.linalg.slogdet(M)[1],
        softmax=lambda Z: jax.nn.softmax(Z, axis=1), log_softmax=lambda Z: jax.nn.log_softmax(Z, axis=1),
        singular_values=lambda X: jnp.linalg.svd(X, compute_uv=False), norm=jnp.linalg.norm)


def of_torch() -> SimpleNamespace:
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    return SimpleNamespace(
        exp=torch.exp, log=torch.log, tanh=torch.tanh, sqrt=torch.sqrt, cosh=torch.cosh, trace=torch.trace,
        diag=torch.diag, eye=torch.eye, solve=torch.linalg.solve, expm=torch.linalg.matrix_exp,
        logsumexp=lambda z: torch.logsumexp(z, 0), softplus=lambda z: torch.logaddexp(torch.zeros(()), z),
        logdet=lambda M: torch.linalg.slogdet(M)[1], softmax=lambda Z: torch.softmax(Z, 1),
        log_softmax=lambda Z: torch.log_softmax(Z, 1), singular_values=torch.linalg.svdvals, norm=torch.linalg.norm)
