"""The multiclass hinge loss and its gradient as in the course CS231n
(assignment1/cs231n/classifiers/linear_svm.py). Rewritten.

read   svm_loss_vectorized[0]
by     W
given  y: labels(c); W: matrix(d,c); X: matrix(n,d); reg: scalar
"""

import numpy as np


def svm_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train
    loss += reg * np.sum(W * W)

    hit = (margins > 0).astype(float)
    hit[np.arange(num_train), y] = -np.sum(hit, axis=1)
    dW = X.T.dot(hit) / num_train + 2 * reg * W
    return loss, dW
