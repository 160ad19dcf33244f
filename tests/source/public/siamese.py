"""Rewritten after github.com/adambielski/siamese-triplet, losses.py, ContrastiveLoss.

read   ContrastiveLoss.forward
by     output1
given  output1: matrix(n,d); output2: matrix(n,d); target: vector(n); margin: scalar
call   ContrastiveLoss(margin).forward(output1, output2, target)
"""

import torch.nn as nn
import torch.nn.functional as F


class ContrastiveLoss(nn.Module):
    def __init__(self, margin):
        super(ContrastiveLoss, self).__init__()
        self.margin = margin
        self.eps = 1e-9

    def forward(self, output1, output2, target, size_average=True):
        distances = (output2 - output1).pow(2).sum(1)
        losses = 0.5 * (
            target.float() * distances
            + (1 + -1 * target).float() * F.relu(self.margin - (distances + self.eps).sqrt()).pow(2)
        )
        return losses.mean() if size_average else losses.sum()
