"""Rewritten after github.com/KaiyangZhou/pytorch-center-loss, center_loss.py: squares expanded over rows and
columns.

read   CenterLoss.forward
by     centers
given  x: matrix(b,f); centers: matrix(c,f); mask: matrix(b,c)
sizes  c=4 f=3 b=5
call   CenterLoss(4, 3).forward(x, mask)
"""

import torch
import torch.nn as nn


class CenterLoss(nn.Module):
    def __init__(self, num_classes=10, feat_dim=2):
        super(CenterLoss, self).__init__()
        self.num_classes = num_classes
        self.centers = nn.Parameter(torch.zeros(num_classes, feat_dim))

    def forward(self, x, mask):
        batch_size = x.size(0)
        distmat = torch.pow(x, 2).sum(dim=1, keepdim=True).expand(batch_size, self.num_classes) + \
            torch.pow(self.centers, 2).sum(dim=1, keepdim=True).expand(self.num_classes, batch_size).t()
        distmat = torch.addmm(distmat, x, self.centers.t(), alpha=-2)
        dist = distmat * mask.float()
        return dist.clamp(min=1e-12, max=1e12).sum() / batch_size
