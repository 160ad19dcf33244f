"""Rewritten after github.com/facebookresearch/barlowtwins, main.py: the entries off the diagonal by flatten and
view.

read   BarlowTwins.forward
by     z1
given  z1: matrix(n,d); z2: matrix(n,d); lambd: scalar
call   BarlowTwins(lambd).forward(z1, z2)
"""

import torch
from torch import nn


def off_diagonal(x):
    n, m = x.shape
    assert n == m
    return x.flatten()[:-1].view(n - 1, n + 1)[:, 1:].flatten()


class BarlowTwins(nn.Module):
    def __init__(self, lambd):
        super().__init__()
        self.lambd = lambd

    def bn(self, z):
        return (z - z.mean(0)) / torch.sqrt(z.var(0, unbiased=False) + 1e-5)

    def forward(self, z1, z2):
        c = self.bn(z1).T @ self.bn(z2)
        c.div_(z1.size(0))
        on_diag = torch.diagonal(c).add_(-1).pow_(2).sum()
        off_diag = off_diagonal(c).pow_(2).sum()
        return on_diag + self.lambd * off_diag
