#!/bin/sh
# torch: maximum shares the gradient of a tie, fmax gives it to the first operand.
#
# Expected: one rule, as the two differ in what they do with NaN only.
# What happens: at a = b torch.maximum gives (1/2, 1/2), torch.fmax (1, 0). JAX shares for maximum, and gives all to the
# second operand for fmax.
# Seen while stating a rule for ties in emitted code.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp
import torch

print("torch", torch.__version__, " jax", jax.__version__)
a, b = (torch.tensor(1.0, requires_grad=True) for _ in "ab")
seen = {}
for name in ("maximum", "fmax"):
    seen["torch", name] = tuple(map(float, torch.autograd.grad(getattr(torch, name)(a, b), (a, b))))
    seen["jax", name] = tuple(map(float, jax.grad(getattr(jnp, name), (0, 1))(1.0, 1.0)))
for key, slopes in seen.items():
    print(*key, slopes)
assert seen == {("torch", "maximum"): (0.5, 0.5), ("jax", "maximum"): (0.5, 0.5), ("torch", "fmax"): (1.0, 0.0),
                ("jax", "fmax"): (0.0, 1.0)}, "the behaviour has changed"
PYTHON
