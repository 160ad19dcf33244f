"""Rewritten after github.com/pymanopt/pymanopt, examples/optimal_rotations.py, of one rotation.

read   cost
by     X
given  X: matrix(n,n); ABt: matrix(n,n)
"""

import numpy as np


def cost(X, ABt):
    return -np.tensordot(X, ABt, axes=X.ndim)


def euclidean_gradient(X, ABt):
    return -ABt
