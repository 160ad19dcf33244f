"""Rewritten after github.com/patrick-kidger/equinox, equinox/nn/_normalisation.py: a module with fields, of one
example.

read   LayerNorm.scored
by     x
given  x: vector(d); weight: vector(d); bias: vector(d); target: vector(d)
call   LayerNorm(weight, bias, eps).scored(x, target)
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp


@dataclass
class LayerNorm:
    weight: jax.Array
    bias: jax.Array
    eps: float = 1e-5
    use_weight: bool = True

    def __call__(self, x):
        mean = jnp.mean(x, keepdims=True)
        variance = jnp.var(x, keepdims=True)
        variance = jnp.maximum(0.0, variance)
        inv = jax.lax.rsqrt(variance + self.eps)
        out = (x - mean) * inv
        if self.use_weight:
            out = self.weight * out
        return out + self.bias

    def scored(self, x, target):
        return jnp.dot(self(x), target)
