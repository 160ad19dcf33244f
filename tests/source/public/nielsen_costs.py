"""Costs as static methods: github.com/mnielsen/neural-networks-and-deep-learning, src/network2.py. Rewritten.

read   CrossEntropyCost.fn
by     a
given  a: matrix(n,1); y: matrix(n,1)
call   CrossEntropyCost.fn(a, y)
"""

import numpy as np


class QuadraticCost:
    @staticmethod
    def fn(a, y):
        return 0.5 * np.linalg.norm(a - y) ** 2


class CrossEntropyCost:
    @staticmethod
    def fn(a, y):
        return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))

    @staticmethod
    def delta(z, a, y):
        return a - y
