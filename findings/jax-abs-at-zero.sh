#!/bin/sh
# JAX: the gradient of abs at 0 is 1, and that of torch is 0.
#
# Expected: 0, as the derivative of |x| is said to be sign(x) and jnp.sign(0.0) is 0; torch gives 0 as well.
# What happens: jax.grad(jnp.abs)(0.0) is 1, so |x| + |-x|, which is even, has the slope 1 - 1 = 0 and 2|x| has 2: the
# slope depends on how a formula is written.
# Seen while comparing derivatives at kinks across libraries: no rule of a library can stand in emitted code.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp

print("jax", jax.__version__)
slope, sign = float(jax.grad(jnp.abs)(0.0)), float(jnp.sign(0.0))
even = float(jax.grad(lambda x: jnp.abs(x) + jnp.abs(-x))(0.0))
print(f"gradient of abs at 0: {slope}   sign(0): {sign}   gradient of |x| + |-x| at 0: {even}")
assert (slope, sign, even) == (1.0, 0.0, 0.0), "the behaviour has changed"
PYTHON
