"""Rewritten after github.com/pytorch/examples, vae/main.py, loss_function.

read   loss_function
by     recon_x
given  recon_x: matrix(n,d); x: matrix(n,d); mu: matrix(n,l); logvar: matrix(n,l)
"""

import torch
from torch.nn import functional as F


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x, reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD
