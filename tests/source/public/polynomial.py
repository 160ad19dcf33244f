"""Rewritten after github.com/pytorch/tutorials, beginner_source/examples_tensor/polynomial_numpy.py.

read   loss
by     c
given  a: scalar; b: scalar; c: scalar; d: scalar; x: vector(n); y: vector(n)
"""

import numpy as np


def loss(a, b, c, d, x, y):
    y_pred = a + b * x + c * x**2 + d * x**3
    return np.square(y_pred - y).sum()


def grad_c(a, b, c, d, x, y):
    y_pred = a + b * x + c * x**2 + d * x**3
    grad_y_pred = 2.0 * (y_pred - y)
    return (grad_y_pred * x**2).sum()
