"""Rewritten after github.com/adambielski/siamese-triplet, losses.py, TripletLoss.

read   TripletLoss.forward
by     anchor
given  anchor: matrix(n,d); positive: matrix(n,d); negative: matrix(n,d); margin: scalar
call   TripletLoss(margin).forward(anchor, positive, negative)
"""

import torch.nn as nn
import torch.nn.functional as F


class TripletLoss(nn.Module):
    def __init__(self, margin):
        super(TripletLoss, self).__init__()
        self.margin = margin

    def forward(self, anchor, positive, negative, size_average=True):
        distance_positive = (anchor - positive).pow(2).sum(1)
        distance_negative = (anchor - negative).pow(2).sum(1)
        losses = F.relu(distance_positive - distance_negative + self.margin)
        return losses.mean() if size_average else losses.sum()
