"""Rewritten after github.com/scikit-learn/scikit-learn, sklearn/covariance/_graph_lasso.py and
_empirical_covariance.py.

read   objective
by     precision
given  precision: spd(p); mle: sym(p); alpha: scalar
"""

import numpy as np


def log_likelihood(emp_cov, precision):
    p = precision.shape[0]
    value = -np.sum(emp_cov * precision) + np.linalg.slogdet(precision)[1]
    value -= p * np.log(2 * np.pi)
    value /= 2.0
    return value


def objective(mle, precision, alpha):
    p = precision.shape[0]
    cost = -2.0 * log_likelihood(mle, precision) + p * np.log(2 * np.pi)
    cost += alpha * (np.abs(precision).sum() - np.abs(np.diag(precision)).sum())
    return cost
