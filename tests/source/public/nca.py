"""Rewritten after github.com/scikit-learn/scikit-learn, sklearn/neighbors/_nca.py: neighbourhood components.

read   nca_loss
by     transformation
given  transformation: matrix(k,d); X: matrix(n,d); same_class_mask: matrix(n,n)
"""

import numpy as np
from scipy.special import softmax


def nca_loss(transformation, X, same_class_mask):
    X_embedded = np.dot(X, transformation.T)
    p_ij = ((X_embedded[:, np.newaxis, :] - X_embedded[np.newaxis, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(p_ij, np.inf)
    p_ij = softmax(-p_ij, axis=1)
    masked_p_ij = p_ij * same_class_mask
    p = np.sum(masked_p_ij, axis=1, keepdims=True)
    return -np.sum(p)
