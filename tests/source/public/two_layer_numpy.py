"""Rewritten after github.com/jcjohnson/pytorch-examples, tensor/two_layer_net_numpy.py.

read   loss
by     w1
given  w1: matrix(d,h); w2: matrix(h,k); x: matrix(n,d); y: matrix(n,k)
"""

import numpy as np


def loss(w1, w2, x, y):
    h = x.dot(w1)
    h_relu = np.maximum(h, 0)
    y_pred = h_relu.dot(w2)
    return np.square(y_pred - y).sum()


def grad_w1(w1, w2, x, y):
    h = x.dot(w1)
    h_relu = np.maximum(h, 0)
    y_pred = h_relu.dot(w2)
    grad_y_pred = 2.0 * (y_pred - y)
    grad_h_relu = grad_y_pred.dot(w2.T)
    grad_h = grad_h_relu.copy()
    grad_h[h < 0] = 0
    return x.T.dot(grad_h)


def grad_w2(w1, w2, x, y):
    h_relu = np.maximum(x.dot(w1), 0)
    return h_relu.T.dot(2.0 * (h_relu.dot(w2) - y))
