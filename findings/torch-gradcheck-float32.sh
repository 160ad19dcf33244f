#!/bin/sh
# torch: gradcheck refuses the gradient of the sum of squares in float32.
#
# Expected: a pass, as the gradient is right and float32 is what tensors are by default; or tolerances by the type.
# What happens: with a warning that the input is not double, steps of 1e-6, which float32 cannot resolve at 0.3, give
# 0.596 for 0.6 and the check fails.
# Seen while checking a custom derivative in the precision in which it is used.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import torch

print("torch", torch.__version__)
warnings.simplefilter("ignore")
seen = {}
for dtype in (torch.float32, torch.float64):
    x = torch.tensor([0.3, 0.7], dtype=dtype, requires_grad=True)
    seen[dtype] = torch.autograd.gradcheck(lambda x: (x * x).sum(), (x,), raise_exception=False)
    print(dtype, "passes" if seen[dtype] else "fails")
assert seen == {torch.float32: False, torch.float64: True}, "the behaviour has changed"
PYTHON
