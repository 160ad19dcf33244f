"""The reconstruction error of principal components, with gradient: github.com/pymanopt/pymanopt, examples/pca.py.
Rewritten.

read   cost
by     w
given  w: matrix(d,k); samples: matrix(n,d)
"""

import numpy as np


def cost(w, samples):
    return np.linalg.norm(samples - samples @ w @ w.T) ** 2


def euclidean_gradient(w, samples):
    return -2 * (
        samples.T @ (samples - samples @ w @ w.T)
        + (samples - samples @ w @ w.T).T @ samples
    ) @ w
