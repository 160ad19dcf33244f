"""The transport cost of projected points: github.com/PythonOT/POT, ot/dr.py. Rewritten.

read   transport
by     P
given  P: matrix(d,p); X: matrix(n,d); Y: matrix(m,d); G: matrix(n,m)
"""

import numpy as np


def dist(x1, x2):
    x1p2 = np.sum(np.square(x1), 1)
    x2p2 = np.sum(np.square(x2), 1)
    return x1p2.reshape((-1, 1)) + x2p2.reshape((1, -1)) - 2 * np.dot(x1, x2.T)


def transport(P, X, Y, G):
    return np.sum(G * dist(np.dot(X, P), np.dot(Y, P)))
