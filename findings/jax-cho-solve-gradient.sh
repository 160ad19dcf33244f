#!/bin/sh
# JAX: the gradient of b' S^-1 b through cho_solve is neither the full nor the symmetric one.
#
# Expected: -x x' with x = S^-1 b, as through jnp.linalg.solve, or the symmetric part of a gradient by one triangle.
# What happens: a matrix that is not symmetric, whose entries beside the diagonal are of different sign and size; its
# symmetric part is -x x', so a step along it leaves the symmetric matrices.
# Seen while comparing gradients by covariances across ways to solve.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
print("jax", jax.__version__)
b, S = jnp.array([1.0, 2.0]), jnp.array([[4.0, 1.0], [1.0, 9.0]])
by_factor = np.asarray(jax.grad(lambda S: b @ jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(S), b))(S))
by_solve = np.asarray(jax.grad(lambda S: b @ jnp.linalg.solve(S, b))(S))
print("through cho_solve", by_factor.round(4).tolist())
print("through solve    ", by_solve.round(4).tolist())
assert np.allclose(by_factor, [[-0.04, -0.09], [0.01, -0.04]]), "the behaviour has changed"
assert np.allclose(by_solve, -0.04), "the behaviour has changed"
assert np.allclose((by_factor + by_factor.T) / 2, by_solve), "the behaviour has changed"
PYTHON
