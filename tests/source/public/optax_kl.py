"""Rewritten after github.com/google-deepmind/optax, optax/losses/_classification.py, kl_divergence.

read   mean_kl
by     logits
given  logits: matrix(n,k); targets: matrix(n,k)
"""

import jax
import jax.numpy as jnp


def kl_divergence(log_predictions, targets):
    loss = targets * (jnp.where(targets == 0, 0, jnp.log(targets)) - log_predictions)
    return jnp.sum(loss, axis=-1)


def mean_kl(logits, targets):
    return jnp.mean(kl_divergence(jax.nn.log_softmax(logits, axis=-1), targets))
