"""Rewritten after github.com/harvardnlp/annotated-transformer, the_annotated_transformer.py, LayerNorm: the
standard deviation is torch's.

read   LayerNorm.loss
by     x
given  x: matrix(n,d); a_2: vector(d); b_2: vector(d); t: matrix(n,d)
sizes  d=3 n=5
call   LayerNorm(3, eps).loss(x, t)
"""

import torch
import torch.nn as nn


class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-6):
        super(LayerNorm, self).__init__()
        self.a_2 = nn.Parameter(torch.ones(features))
        self.b_2 = nn.Parameter(torch.zeros(features))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        std = x.std(-1, keepdim=True)
        return self.a_2 * (x - mean) / (std + self.eps) + self.b_2

    def loss(self, x, t):
        return (self.forward(x) * t).sum()
