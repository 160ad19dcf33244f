"""Rewritten after github.com/facebookresearch/vicreg, main_vicreg.py: invariance and variance.

read   vicreg
by     x
given  x: matrix(n,d); y: matrix(n,d); sim_coeff: scalar; std_coeff: scalar
"""

import torch
import torch.nn.functional as F


def vicreg(x, y, sim_coeff, std_coeff):
    repr_loss = F.mse_loss(x, y)
    x = x - x.mean(dim=0)
    y = y - y.mean(dim=0)
    std_x = torch.sqrt(x.var(dim=0) + 0.0001)
    std_y = torch.sqrt(y.var(dim=0) + 0.0001)
    std_loss = torch.mean(F.relu(1 - std_x)) / 2 + torch.mean(F.relu(1 - std_y)) / 2
    return sim_coeff * repr_loss + std_coeff * std_loss
