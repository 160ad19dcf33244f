#!/bin/sh
# mygrad: the gradient of the norm at 0 is nan.
#
# Expected: 0, the subgradient of least norm, as its own abs has at 0 and as torch gives for the norm.
# What happens: x / ||x|| is evaluated as 0/0, and nan spreads to all parameters in the next step.
# Seen while comparing derivatives at kinks across libraries.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mygrad==2.5.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import mygrad
import numpy as np

print("mygrad", mygrad.__version__)
warnings.simplefilter("ignore")
x, y = mygrad.tensor([0.0, 0.0]), mygrad.tensor([0.0, 0.0])
mygrad.linalg.norm(x).backward()
mygrad.sum(mygrad.abs(y)).backward()
print("norm", x.grad, " sum of abs", y.grad)
assert np.isnan(x.grad).all(), "the behaviour has changed"
PYTHON
