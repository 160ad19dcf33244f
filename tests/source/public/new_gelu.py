"""Rewritten after github.com/karpathy/minGPT, mingpt/model.py, NewGELU, in a small head.

read   Head.forward
by     x
given  x: matrix(n,d); t: matrix(n,d)
call   Head().forward(x, t)
"""

import math

import torch
import torch.nn as nn


class NewGELU(nn.Module):
    def forward(self, x):
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.act = NewGELU()

    def forward(self, x, t):
        return torch.sum(self.act(x) * t)
