"""Rewritten after github.com/google-deepmind/optax, optax/losses/_classification.py, poly_loss_cross_entropy.

read   mean_poly
by     logits
given  logits: matrix(n,k); labels: matrix(n,k)
"""

import jax
import jax.numpy as jnp


def poly_loss_cross_entropy(logits, labels, epsilon=2.0):
    one_minus_pt = jnp.sum(labels * (1 - jax.nn.softmax(logits)), axis=-1)
    cross_entropy = -jnp.sum(labels * jax.nn.log_softmax(logits), axis=-1)
    return cross_entropy + epsilon * one_minus_pt


def mean_poly(logits, labels):
    return jnp.mean(poly_loss_cross_entropy(logits, labels))
