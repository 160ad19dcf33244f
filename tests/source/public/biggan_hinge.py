"""Rewritten after github.com/ajbrock/BigGAN-PyTorch, losses.py, with a linear discriminator.

read   discriminator_loss
by     w
given  w: vector(d); real: matrix(n,d); fake: matrix(m,d)
"""

import torch
import torch.nn.functional as F


def loss_hinge_dis(dis_fake, dis_real):
    loss_real = torch.mean(F.relu(1.0 - dis_real))
    loss_fake = torch.mean(F.relu(1.0 + dis_fake))
    return loss_real, loss_fake


def discriminator_loss(w, real, fake):
    loss_real, loss_fake = loss_hinge_dis(fake @ w, real @ w)
    return loss_real + loss_fake
