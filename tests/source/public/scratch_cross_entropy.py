"""Rewritten after github.com/eriklindernoren/ML-From-Scratch, mlfromscratch/deep_learning/loss_functions.py, with
its mean over the batch.

read   CrossEntropy.mean_loss
by     p
given  y: matrix(n,k); p: matrix(n,k)
call   CrossEntropy().mean_loss(y, p)
"""

import numpy as np


class Loss:
    def mean_loss(self, y, p):
        return np.mean(self.loss(y, p))


class CrossEntropy(Loss):
    def __init__(self):
        pass

    def loss(self, y, p):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    def gradient(self, y, p):
        p = np.clip(p, 1e-15, 1 - 1e-15)
        return -(y / p) + (1 - y) / (1 - p)
