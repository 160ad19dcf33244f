"""The divergence of t-SNE and its gradient: lvdmaaten.github.io/tsne, tsne.py. Rewritten.

read   kl
by     Y
given  Y: matrix(n,d); P: matrix(n,n)
"""

import numpy as np


def kl(Y, P):
    n = Y.shape[0]
    sum_Y = np.sum(np.square(Y), 1)
    num = -2.0 * np.dot(Y, Y.T)
    num = 1.0 / (1.0 + np.add(np.add(num, sum_Y).T, sum_Y))
    num[range(n), range(n)] = 0.0
    Q = num / np.sum(num)
    Q = np.maximum(Q, 1e-12)
    return np.sum(P * np.log(P / Q))
