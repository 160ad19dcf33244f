"""word2vec with negative samples as in the course CS224n (assignment 2, word2vec.py). Rewritten.

read   neg_sampling_loss[0]
by     center
given  center: vector(d); outside: vector(d); negatives: matrix(k,d)
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def neg_sampling_loss(center, outside, negatives):
    pos = sigmoid(np.dot(outside, center))
    neg = sigmoid(-np.dot(negatives, center))
    loss = -np.log(pos) - np.sum(np.log(neg))
    grad_center = (pos - 1) * outside + np.dot(1 - neg, negatives)
    grad_outside = (pos - 1) * center
    return loss, grad_center, grad_outside
