"""Rewritten after github.com/dfdazac/wassdistance, layers.py: iterations that stop where little changes.

read   SinkhornDistance.forward
by     x
given  x: matrix(n,d); y: matrix(m,d); eps: scalar
call   SinkhornDistance(eps).forward(x, y)
"""

import torch
import torch.nn as nn


class SinkhornDistance(nn.Module):
    def __init__(self, eps, max_iter=3):
        super().__init__()
        self.eps = eps
        self.max_iter = max_iter

    def forward(self, x, y):
        C = torch.sum((x.unsqueeze(1) - y.unsqueeze(0)) ** 2, -1)
        u = torch.zeros(x.shape[0])
        v = torch.zeros(y.shape[0])
        for i in range(self.max_iter):
            u1 = u
            u = self.eps * (-torch.logsumexp(self.M(C, u, v), dim=-1)) + u
            v = self.eps * (-torch.logsumexp(self.M(C, u, v).transpose(-2, -1), dim=-1)) + v
            err = (u - u1).abs().sum(-1).mean()
            if err.item() < 1e-1:
                break
        pi = torch.exp(self.M(C, u, v))
        return torch.sum(pi * C)

    def M(self, C, u, v):
        return (-C + u.unsqueeze(-1) + v.unsqueeze(-2)) / self.eps
