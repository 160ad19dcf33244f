"""Rewritten after github.com/google-deepmind/rlax, rlax/_src/policy_gradients.py, entropy_loss with weights.

read   entropy_loss
by     logits_t
given  logits_t: matrix(t,a); w_t: vector(t)
"""

import jax
import jax.numpy as jnp


def entropy_loss(logits_t, w_t):
    probs = jax.nn.softmax(logits_t)
    log_probs = jax.nn.log_softmax(logits_t)
    entropy_per_timestep = -jnp.sum(probs * log_probs, axis=-1)
    return jnp.mean(-entropy_per_timestep * w_t)
