"""Rewritten after github.com/1Konny/Beta-VAE, solver.py, kl_divergence.

read   objective
by     logvar
given  recon: matrix(n,d); x: matrix(n,d); mu: matrix(n,l); logvar: matrix(n,l); beta: scalar
"""

import torch
import torch.nn.functional as F


def reconstruction_loss(x, x_recon):
    batch_size = x.size(0)
    x_recon = torch.sigmoid(x_recon)
    return F.mse_loss(x_recon, x, reduction="sum").div(batch_size)


def kl_divergence(mu, logvar):
    klds = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp())
    total_kld = klds.sum(1).mean(0, True)
    dimension_wise_kld = klds.mean(0)
    mean_kld = klds.mean(1).mean(0, True)
    return total_kld, dimension_wise_kld, mean_kld


def objective(recon, x, mu, logvar, beta):
    total_kld, dim_wise_kld, mean_kld = kl_divergence(mu, logvar)
    return (reconstruction_loss(x, recon) + beta * total_kld).sum()
