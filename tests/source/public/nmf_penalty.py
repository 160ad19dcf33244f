"""Rewritten after github.com/fastai/numerical-linear-algebra, nbs/2. Topic Modeling with NMF and SVD.ipynb.

read   objective
by     W
given  M: matrix(m,n); W: matrix(m,k); H: matrix(k,n)
"""

import numpy as np

lam = 1e3
mu = 1e-6


def objective(M, W, H):
    R = W @ H - M
    low = np.minimum(W - mu, 0)
    return 0.5 * np.linalg.norm(R) ** 2 + lam * np.sum(low**2) / 2


def penalty(M, mu):
    return np.where(M >= mu, 0, np.minimum(M - mu, 0))


def grad(M, W, H):
    R = W @ H - M
    return R @ H.T + penalty(W, mu) * lam
