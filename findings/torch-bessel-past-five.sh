#!/bin/sh
# PyTorch: Bessel functions of order 0 and 1 have six digits just past 5, in double precision.
#
# Expected: J0, J1, Y0 and Y1 of torch.special to about 1e-15 in float64, as SciPy has them.
# What happens: up to 5 they are right; at 5.1 they are off by 1e-7 to 7e-7, at 8 by 2e-9 to 4e-9, and right again from
# 20 on, as if the asymptotic series began too early or had lost terms.
# Seen while running emitted code whose gradient, made of these functions, is compared with SciPy's.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 scipy numpy
"$folder/venv/bin/python" - <<'PYTHON'
import scipy.special
import torch

print("torch", torch.__version__, "scipy", scipy.__version__)
points = torch.tensor([3.0, 5.1, 8.0, 40.0], dtype=torch.float64)
pairs = {"j0": "bessel_j0", "j1": "bessel_j1", "y0": "bessel_y0", "y1": "bessel_y1"}
for name, called in pairs.items():
    found = getattr(torch.special, called)(points).numpy()
    off = abs(found - getattr(scipy.special, name)(points.numpy()))
    print(called, " ".join(f"{x:.0e}" for x in off))
    assert off[0] < 1e-10 and off[3] < 1e-14, "the behaviour has changed"
    assert off[1] > 1e-8, "the behaviour has changed"
PYTHON
