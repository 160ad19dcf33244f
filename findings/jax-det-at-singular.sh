#!/bin/sh
# JAX: the gradient of det is 0 at a singular matrix of size 4 whose cofactors are not 0.
#
# Expected: the matrix of cofactors, which is 6 at the place of the zero for diag(0, 1, 2, 3); so it is for size 3.
# What happens: all zeros from size 4 on, without a warning. Up to size 3 there is a formula of its own; from 4 on the
# cofactors are solved for with the factors of LU, and this fails if a pivot that is not the last one is 0.
# Seen while testing determinants of matrices of rank n - 1.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp

print("jax", jax.__version__)
seen = {}
for n in (3, 4):
    gradient = jax.grad(jnp.linalg.det)(jnp.diag(jnp.arange(0.0, n)))
    seen[n] = float(gradient[0, 0]), float(jnp.abs(gradient).sum())
    print(f"n = {n}: where the cofactor is {(2, 6)[n - 3]} the gradient is {seen[n][0]}; sum {seen[n][1]}")
assert seen == {3: (2.0, 2.0), 4: (0.0, 0.0)}, "the behaviour has changed"
PYTHON
