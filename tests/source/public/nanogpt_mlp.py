"""Rewritten after github.com/karpathy/nanoGPT, model.py, MLP: layers made from a configuration.

read   MLP.loss
by     c_fc.weight
given  x: matrix(n,d); t: matrix(n,d)
sizes  d=3 h=12 n=5
call   MLP(Config()).loss(x, t)
"""

from dataclasses import dataclass

import torch
import torch.nn as nn


@dataclass
class Config:
    n_embd: int = 3
    bias: bool = True
    dropout: float = 0.0


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.c_fc = nn.Linear(config.n_embd, 4 * config.n_embd, bias=config.bias)
        self.gelu = nn.GELU()
        self.c_proj = nn.Linear(4 * config.n_embd, config.n_embd, bias=config.bias)

    def forward(self, x):
        x = self.c_fc(x)
        x = self.gelu(x)
        x = self.c_proj(x)
        return x

    def loss(self, x, t):
        return torch.sum((self.forward(x) - t) ** 2)
