"""A quadratic cost for every sample, three axes: github.com/locuslab/mpc.pytorch, mpc/util.py, bquad. Rewritten.

read   total
by     x
sizes  b=4 n=3
"""

import torch


def bquad(x, Q):
    return x.unsqueeze(1).bmm(Q).bmm(x.unsqueeze(2)).squeeze(1).squeeze(1)


def total(x, Q):
    """x: (b, n), Q: (b, n, n)"""
    return 0.5 * bquad(x, Q).sum()
