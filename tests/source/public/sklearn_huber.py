"""Rewritten after github.com/scikit-learn/scikit-learn, sklearn/linear_model/_huber.py: outliers are picked by a
mask.

read   huber_loss
by     w
given  w: vector(d); X: matrix(n,d); y: vector(n); epsilon: scalar; alpha: scalar; sigma: scalar
"""

import numpy as np


def huber_loss(w, X, y, epsilon, alpha, sigma):
    linear_loss = y - X @ w
    abs_linear_loss = np.abs(linear_loss)
    outliers_mask = abs_linear_loss > epsilon * sigma
    outliers = abs_linear_loss[outliers_mask]
    n_sw_outliers = np.count_nonzero(outliers_mask)
    outlier_loss = 2.0 * epsilon * np.sum(outliers) - sigma * n_sw_outliers * epsilon**2
    non_outliers = linear_loss[~outliers_mask]
    squared_loss = np.dot(non_outliers, non_outliers) / sigma
    return X.shape[0] * sigma + squared_loss + outlier_loss + alpha * np.dot(w, w)
