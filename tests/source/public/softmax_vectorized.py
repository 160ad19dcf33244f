"""The softmax loss and its gradient as in the course CS231n (assignment1/cs231n/classifiers/softmax.py).
Rewritten.

read   softmax_loss_vectorized[0]
by     W
given  y: labels(c); W: matrix(d,c); X: matrix(n,d); reg: scalar
"""

import numpy as np


def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X @ W
    scores -= np.max(scores, axis=1, keepdims=True)
    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.mean(-np.log(probs[np.arange(num_train), y])) + reg * np.sum(W**2)

    dscores = probs
    dscores[np.arange(num_train), y] -= 1
    dscores /= num_train
    dW = X.T @ dscores + 2 * reg * W
    return loss, dW
