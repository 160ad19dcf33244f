#!/bin/sh
# torch: backward() of det gives zeros at rank n - 1, torch.func.grad the cofactors.
#
# Expected: the same gradient from both, the matrix of cofactors, which has rank 1 at a matrix of rank n - 1.
# What happens: det(X).backward() leaves zeros, torch.func.grad(det)(X) gives the cofactors, for the same matrix.
# Seen while comparing gradients of determinants at singular matrices.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0
"$folder/venv/bin/python" - <<'PYTHON'
import torch

print("torch", torch.__version__)
X = torch.diag(torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
leaf = X.clone().requires_grad_()
torch.linalg.det(leaf).backward()
backward, functional = leaf.grad, torch.func.grad(torch.linalg.det)(X)
print("backward()      ", backward.tolist())
print("torch.func.grad ", functional.tolist())
assert not backward.any() and functional[0, 0] == 2, "the behaviour has changed"
PYTHON
