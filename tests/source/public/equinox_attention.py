"""Rewritten after github.com/patrick-kidger/equinox, equinox/nn/_attention.py: einsum with two kinds of letters.

read   attention_loss
by     query
given  query: matrix(s,d); key: matrix(t,d); value: matrix(t,v); target: matrix(s,v)
"""

import jax
import jax.numpy as jnp


def dot_product_attention_weights(query, key):
    query = query / jnp.sqrt(query.shape[-1])
    logits = jnp.einsum("sd,Sd->sS", query, key)
    return jax.nn.softmax(logits, axis=-1)


def dot_product_attention(query, key, value):
    weights = dot_product_attention_weights(query, key)
    return jnp.einsum("sS,Sd->sd", weights, value)


def attention_loss(query, key, value, target):
    return jnp.mean(jnp.square(dot_product_attention(query, key, value) - target))
