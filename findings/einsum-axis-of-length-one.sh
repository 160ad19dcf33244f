#!/bin/sh
# einsum stretches an axis of length 1 against a longer one, in all libraries but one.
#
# Expected: an error, as one letter is one length: ij,jk->ik of a 2x1 and a 3x4 matrix is no matrix product.
# What happens: NumPy, JAX, torch, opt_einsum and einops repeat the axis and return sums; cotengra refuses.
# Seen while testing wrong shapes: the same matrices are refused by `@`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 torch==2.13.0 \
    opt_einsum==3.4.0 einops==0.8.2 cotengra==0.8.3
"$folder/venv/bin/python" - <<'PYTHON'
import cotengra
import einops
import jax.numpy as jnp
import numpy as np
import opt_einsum
import torch

spec, A, B = "ij,jk->ik", np.ones((2, 1)), np.ones((3, 4))
ways = {"numpy": lambda: np.einsum(spec, A, B), "jax": lambda: np.asarray(jnp.einsum(spec, A, B)),
        "torch": lambda: torch.einsum(spec, torch.tensor(A), torch.tensor(B)).numpy(),
        "opt_einsum": lambda: opt_einsum.contract(spec, A, B), "einops": lambda: einops.einsum(A, B, "i j, j k -> i k"),
        "cotengra": lambda: cotengra.einsum(spec, A, B), "A @ B": lambda: A @ B}
seen = {}
for name, way in ways.items():
    try:
        seen[name] = float(way()[0, 0])
    except ValueError:
        seen[name] = "refused"
    print(f"{name:11} {seen[name]}")
assert seen == {**dict.fromkeys(ways, 3.0), "cotengra": "refused", "A @ B": "refused"}, "the behaviour has changed"
PYTHON
