"""Rewritten after github.com/google-deepmind/optax, optax/losses/_self_supervised.py, triplet_margin_loss.

read   mean_triplet
by     anchors
given  anchors: matrix(n,d); positives: matrix(n,d); negatives: matrix(n,d)
"""

import jax.numpy as jnp


def triplet_margin_loss(anchors, positives, negatives, axis=-1, norm_degree=2, margin=1.0, eps=1e-6):
    positive_distance = jnp.power(jnp.power(anchors - positives, norm_degree).sum(axis) + eps, 1 / norm_degree)
    negative_distance = jnp.power(jnp.power(anchors - negatives, norm_degree).sum(axis) + eps, 1 / norm_degree)
    return jnp.maximum(positive_distance - negative_distance + margin, 0)


def mean_triplet(anchors, positives, negatives):
    return triplet_margin_loss(anchors, positives, negatives).mean()
