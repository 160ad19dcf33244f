"""Rewritten after github.com/google-deepmind/rlax, rlax/_src/policy_gradients.py: the advantages are cut off by
stop_gradient.

read   clipped_surrogate_pg_loss
by     prob_ratios_t
given  prob_ratios_t: vector(t); adv_t: vector(t); epsilon: scalar
"""

import jax
import jax.numpy as jnp


def clipped_surrogate_pg_loss(prob_ratios_t, adv_t, epsilon, use_stop_gradient=True):
    adv_t = jax.lax.select(use_stop_gradient, jax.lax.stop_gradient(adv_t), adv_t)
    clipped_ratios_t = jnp.clip(prob_ratios_t, 1.0 - epsilon, 1.0 + epsilon)
    clipped_objective = jnp.fmin(prob_ratios_t * adv_t, clipped_ratios_t * adv_t)
    return -jnp.mean(clipped_objective)
