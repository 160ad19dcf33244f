"""Rewritten after github.com/pymanopt/pymanopt, examples/dominant_eigenvector.py.

read   cost
by     x
given  matrix: matrix(n,n)
"""

import numpy as np


def cost(x, matrix):
    return -np.inner(x, matrix @ x)


def euclidean_gradient(x, matrix):
    return -(matrix + matrix.T) @ x
