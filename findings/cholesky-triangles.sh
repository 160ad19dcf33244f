#!/bin/sh
# Cholesky of a matrix that is not exactly symmetric: three readings in four libraries, none complains.
#
# Expected: a refusal, or one convention. [[4, 1], [2, 9]] may be read as having 1, 2 or 3/2 beside the diagonal.
# What happens: NumPy and torch read the lower triangle, SciPy the upper one (with lower=True the lower one), and
# jnp.linalg.cholesky averages the two, while jax.scipy.linalg.cholesky reads the upper one.
# Seen while making one plan for several languages: a covariance with round-off in it has another factor in each.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 jax==0.10.2 torch==2.13.0
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
import torch

jax.config.update("jax_enable_x64", True)
S = np.array([[4.0, 1.0], [2.0, 9.0]])
factors = {  # lower factors: the entry below the diagonal is what was read, divided by 2
    "numpy": np.linalg.cholesky(S), "torch": torch.linalg.cholesky(torch.tensor(S)).numpy(),
    "scipy": scipy.linalg.cholesky(S).T, "scipy, lower=True": scipy.linalg.cholesky(S, lower=True),
    "jnp.linalg": np.asarray(jnp.linalg.cholesky(S)), "jax.scipy.linalg": np.asarray(jax.scipy.linalg.cholesky(S)).T}
read = {name: float(2 * L[1, 0]) for name, L in factors.items()}
for name, value in read.items():
    print(f"{name:18} reads {value} beside the diagonal")
assert read == {"numpy": 2.0, "torch": 2.0, "scipy": 1.0, "scipy, lower=True": 2.0, "jnp.linalg": 1.5,
                "jax.scipy.linalg": 1.0}, "the behaviour has changed"
PYTHON
