"""Rewritten after github.com/google-deepmind/optax, optax/losses/_classification.py, sigmoid_focal_loss, summed as
a detector does.

read   focal
by     logits
given  logits: matrix(n,k); labels: matrix(n,k)
"""

import jax
import jax.numpy as jnp


def sigmoid_binary_cross_entropy(logits, labels):
    log_p = jax.nn.log_sigmoid(logits)
    log_not_p = jax.nn.log_sigmoid(-logits)
    return -labels * log_p - (1.0 - labels) * log_not_p


def sigmoid_focal_loss(logits, labels, alpha=None, gamma=2.0):
    alpha = -1 if alpha is None else alpha
    p = jax.nn.sigmoid(logits)
    ce_loss = sigmoid_binary_cross_entropy(logits, labels)
    p_t = p * labels + (1 - p) * (1 - labels)
    loss = ce_loss * ((1 - p_t) ** gamma)

    weighted = lambda loss_arg: (alpha * labels + (1 - alpha) * (1 - labels)) * loss_arg
    not_weighted = lambda loss_arg: loss_arg
    return jax.lax.cond(alpha >= 0, weighted, not_weighted, loss)


def focal(logits, labels):
    return jnp.sum(sigmoid_focal_loss(logits, labels, alpha=0.25, gamma=2.0))
