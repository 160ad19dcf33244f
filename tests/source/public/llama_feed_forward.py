"""Rewritten after github.com/meta-llama/llama, llama/model.py, FeedForward.

read   FeedForward.loss
by     w1.weight
given  x: matrix(n,d); t: matrix(n,d)
sizes  d=3 h=4 n=5
call   FeedForward(3, 4).loss(x, t)
"""

import torch.nn.functional as F
from torch import nn


class FeedForward(nn.Module):
    def __init__(self, dim: int, hidden_dim: int):
        super().__init__()
        self.w1 = nn.Linear(dim, hidden_dim, bias=False)
        self.w2 = nn.Linear(hidden_dim, dim, bias=False)
        self.w3 = nn.Linear(dim, hidden_dim, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))

    def loss(self, x, t):
        return ((self.forward(x) - t) ** 2).sum()
