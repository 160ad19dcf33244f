"""Layers in nn.Sequential, as in the tutorials: docs.pytorch.org, beginner/basics/buildmodel_tutorial. Rewritten.

read   NeuralNetwork.loss
by     stack.0.weight
given  x: matrix(n,d); y: labels(k)
sizes  d=3 h=4 k=2 n=5
call   NeuralNetwork(3, 4, 2).loss(x, y)
"""

from torch import nn


class NeuralNetwork(nn.Module):
    def __init__(self, d, h, k):
        super().__init__()
        self.stack = nn.Sequential(
            nn.Linear(d, h),
            nn.Tanh(),
            nn.Linear(h, k),
        )
        self.criterion = nn.CrossEntropyLoss()

    def forward(self, x):
        logits = self.stack(x)
        return logits

    def loss(self, x, y):
        return self.criterion(self(x), y)
