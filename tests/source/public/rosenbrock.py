"""Rewritten after github.com/scipy/scipy, scipy/optimize/_optimize.py, rosen.

read   rosen
by     x
given  x: vector(n)
"""

import numpy as np


def rosen(x):
    x = np.asarray(x)
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0, axis=0)
