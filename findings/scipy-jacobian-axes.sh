#!/bin/sh
# SciPy: differentiate.jacobian of x -> A x with a 2x2 matrix A is the transpose of A.
#
# Expected: A. The function is called with x as it was given, or what it returns for other shapes is refused.
# What happens: it is called with arrays of shape (2, 2), (2, 2, 8), …, points along the further axes, which the
# documentation asks the function to allow for. A @ x of these is computed along the wrong axis without an error when A
# has two rows and columns, and the answer is the transpose; with other sizes there is an error about shapes.
# Seen while comparing Jacobians: nothing is wrong for a symmetric A, which hides it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import scipy
from scipy.differentiate import jacobian

print("scipy", scipy.__version__)
A, shapes = np.array([[1.0, 2.0], [3.0, 4.0]]), []

def f(x):
    shapes.append(x.shape)
    return A @ x

found = jacobian(f, np.array([1.0, 2.0])).df
print("shapes", shapes)
print("Jacobian", found.round(6).tolist(), " A", A.tolist())
assert shapes[0] == (2, 2) and np.allclose(found, A.T), "the behaviour has changed"
PYTHON
