#!/bin/sh
# numba and numexpr: a whole number to the power -1 is 0.
#
# Expected: 1/2 for 2 ** -1, as in Python, or a refusal as that of NumPy, which allows no such powers of integers.
# What happens: numba gives 0 for numbers and arrays; numexpr refuses a literal -1 and gives 0 for an exponent in a
# variable. Nothing is said.
# Seen while testing emitted code, x ** -1, on arrays of integers.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 numba==0.68.1 numexpr==2.14.2
"$folder/venv/bin/python" - <<'PYTHON'
import numba
import numexpr
import numpy as np

print("numba", numba.__version__, " numexpr", numexpr.__version__)
power = numba.njit(lambda x, k: x ** k)
a, k = np.array([2, 4]), np.array(-1)
seen = [power(2, -1), *power(a, -1), *numexpr.evaluate("a ** k")]
print("numba", seen[:3], " numexpr", seen[3:], " Python", 2 ** -1)
try:
    a ** -1
except ValueError as error:
    print("NumPy:", error)
assert seen == [0, 0, 0, 0, 0], "the behaviour has changed"
PYTHON
