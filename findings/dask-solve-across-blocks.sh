#!/bin/sh
# Dask: solve does not pivot across blocks, and is silently wrong or fails where NumPy has no trouble.
#
# Expected: the solution of a well-conditioned system, whatever the chunks are.
# What happens: of [[e I, I], [I, I]] in four blocks, whose condition number is below 3, with e = 1e-18 two of four
# entries of the solution are 0 in place of 2; with e = 0 “singular matrix”. In one chunk both are right.
# Seen while looking for a way to factor matrices in a cluster: matrices of the size of a Gram matrix go into one block.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "dask[array]==2026.8.0" numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON'
import dask
import dask.array as da
import numpy as np

print("dask", dask.__version__)
I, b = np.eye(2), np.arange(4.0)

def solved(e, chunk):
    X = np.block([[e * I, I], [I, I]])
    found = da.linalg.solve(da.from_array(X, chunks=(chunk, chunk)), da.from_array(b, chunks=chunk)).compute()
    return np.abs(found - np.linalg.solve(X, b)).max()

print("condition number", np.linalg.cond(np.block([[0 * I, I], [I, I]])).round(2))
one, four = solved(1e-18, 4), solved(1e-18, 2)
print(f"e = 1e-18: error in one block {one:.0e}, in four blocks {four:.0e}")
try:
    solved(0.0, 2)
    failed = ""
except np.linalg.LinAlgError as error:
    failed = str(error)
print("e = 0, four blocks:", failed)
assert one < 1e-12 and four > 1 and "singular" in failed and solved(0.0, 4) < 1e-12, "the behaviour has changed"
PYTHON
