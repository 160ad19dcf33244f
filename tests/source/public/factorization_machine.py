"""A batch of fields with embeddings, three axes: github.com/rixwew/pytorch-fm, torchfm/layer.py. Rewritten.

read   fm_loss
by     x
given  y: vector(b)
sizes  b=4 f=3 d=2
"""

import torch
import torch.nn.functional as F


def factorization_machine(x):
    """x: (b, f, d)"""
    square_of_sum = torch.sum(x, dim=1) ** 2
    sum_of_square = torch.sum(x**2, dim=1)
    ix = square_of_sum - sum_of_square
    ix = torch.sum(ix, dim=1, keepdim=True)
    return 0.5 * ix


def fm_loss(x, y):
    """x: (b, f, d), y: (b,)"""
    return F.binary_cross_entropy_with_logits(factorization_machine(x).squeeze(1), y)
