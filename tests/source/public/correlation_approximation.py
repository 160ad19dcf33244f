"""A correlation matrix of rank k: github.com/pymanopt/pymanopt,
examples/rank_k_correlation_matrix_approximation.py. Rewritten.

read   cost
by     X
given  X: matrix(k,n); matrix: matrix(n,n)
"""

import numpy as np


def cost(X, matrix):
    return 0.25 * np.linalg.norm(X.T @ X - matrix) ** 2


def euclidean_gradient(X, matrix):
    return 0.5 * X @ (X.T @ X - matrix + (X.T @ X - matrix).T)
