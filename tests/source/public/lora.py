"""Rewritten after github.com/microsoft/LoRA, loralib/layers.py: a linear layer with a low rank part.

read   Linear.loss
by     lora_A
given  weight: matrix(k,d); bias: vector(k); lora_A: matrix(r,d); lora_B: matrix(k,r); lora_alpha: scalar
given  x: matrix(n,d); y: matrix(n,k)
sizes  d=3 k=4 r=2 n=5
call   Linear(3, 4, 2, lora_alpha).loss(x, y)
"""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Linear(nn.Module):
    def __init__(self, in_features, out_features, r, lora_alpha=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        self.lora_A = nn.Parameter(torch.zeros(r, in_features))
        self.lora_B = nn.Parameter(torch.zeros(out_features, r))
        self.scaling = lora_alpha / r

    def forward(self, x):
        result = F.linear(x, self.weight, bias=self.bias)
        result += (x @ self.lora_A.transpose(0, 1) @ self.lora_B.transpose(0, 1)) * self.scaling
        return result

    def loss(self, x, y):
        return F.mse_loss(self.forward(x), y)
