#!/bin/sh
# numdifftools: the Jacobian of a function of a 2x2 matrix is silently wrong.
#
# Expected: for X -> X v, which is linear, [[1, 10, 0, 0], [0, 0, 1, 10]] with v = (1, 10); or an error about the shape.
# What happens: [[14.13, 0], [0, 10.89]]: steps and extrapolation mix up axes. Of a 2x3 matrix there is an error, and
# of X.ravel() through a function that reshapes it back the Jacobian is right.
# Seen while comparing derivatives by matrices: arguments have to be flattened first.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numdifftools==0.11.2 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numdifftools
import numpy as np

print("numdifftools", numdifftools.__version__)
X, v = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 10.0])
found = numdifftools.Jacobian(lambda X: X @ v)(X)
flat = numdifftools.Jacobian(lambda x: x.reshape(2, 2) @ v)(X.ravel())
print("of a matrix ", found.round(2).tolist())
print("of a vector ", flat.round(2).tolist())
assert np.allclose(flat, [[1, 10, 0, 0], [0, 0, 1, 10]]), "the behaviour has changed"
assert found.shape == (2, 2) and not np.isin(found.round(3), [1.0, 10.0]).any(), "the behaviour has changed"
PYTHON
