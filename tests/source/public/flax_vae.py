"""Rewritten after github.com/google/flax, examples/vae/train.py: losses of one example, vmap as a decorator.

read   compute_loss
by     mean
given  recon: matrix(n,d); x: matrix(n,d); mean: matrix(n,l); logvar: matrix(n,l)
"""

import jax
import jax.numpy as jnp
from jax import nn


@jax.vmap
def kl_divergence(mean, logvar):
    return -0.5 * jnp.sum(1 + logvar - jnp.square(mean) - jnp.exp(logvar))


@jax.vmap
def binary_cross_entropy_with_logits(logits, labels):
    logits = nn.log_sigmoid(logits)
    return -jnp.sum(labels * logits + (1.0 - labels) * jnp.log(-jnp.expm1(logits)))


def compute_loss(recon, x, mean, logvar):
    bce_loss = binary_cross_entropy_with_logits(recon, x).mean()
    kld_loss = kl_divergence(mean, logvar).mean()
    return bce_loss + kld_loss
