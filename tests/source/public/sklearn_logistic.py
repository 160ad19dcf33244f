"""Rewritten after github.com/scikit-learn/scikit-learn 0.24, sklearn/linear_model/_logistic.py,
_logistic_loss_and_grad.

read   logistic_loss_and_grad[0]
by     w
given  w: vector(d); X: matrix(n,d); y: vector(n); alpha: scalar
"""

import numpy as np
from scipy.special import expit


def log_logistic(x):
    return -np.logaddexp(0, -x)


def logistic_loss_and_grad(w, X, y, alpha):
    z = np.dot(X, w)
    yz = y * z
    out = -np.sum(log_logistic(yz)) + 0.5 * alpha * np.dot(w, w)
    z = expit(yz)
    z0 = (z - 1) * y
    grad = np.empty_like(w)
    grad[:] = np.dot(X.T, z0) + alpha * w
    return out, grad
