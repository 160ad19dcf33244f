"""Rewritten after github.com/meta-llama/llama, llama/model.py, RMSNorm.

read   RMSNorm.loss
by     x
given  x: matrix(n,d); weight: vector(d); t: matrix(n,d)
sizes  d=3 n=5
call   RMSNorm(3, eps).loss(x, t)
"""

import torch
from torch import nn


class RMSNorm(torch.nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def _norm(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)

    def forward(self, x):
        output = self._norm(x.float()).type_as(x)
        return output * self.weight

    def loss(self, x, t):
        return (self.forward(x) * t).sum()
