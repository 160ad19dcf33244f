#!/bin/sh
# CVXPY: the gradients of pos(x) and maximum(0, x) at 0 are 1 and 0.
#
# Expected: the same, as pos(x) is documented as maximum(x, 0).
# What happens: pos has the gradient 1 at 0, maximum(0, x) has 0; neg has -1.
# Seen while comparing derivatives at kinks across libraries.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cvxpy==1.9.3 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import cvxpy
import numpy as np

print("cvxpy", cvxpy.__version__)
x = cvxpy.Variable(2, value=np.zeros(2))
atoms = {"pos(x)": cvxpy.pos(x), "maximum(0, x)": cvxpy.maximum(0, x), "neg(x)": cvxpy.neg(x)}
seen = {name: float(atom.grad[x].toarray()[0, 0]) for name, atom in atoms.items()}
print(seen)
assert seen == {"pos(x)": 1.0, "maximum(0, x)": 0.0, "neg(x)": -1.0}, "the behaviour has changed"
PYTHON
