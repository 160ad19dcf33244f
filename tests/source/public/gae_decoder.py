"""Rewritten after github.com/zfjsail/gae-pytorch, gae/optimizer.py and model.py: inner products of nodes,
weighted.

read   loss_function
by     mu
given  mu: matrix(n,d); logstd: matrix(n,d); labels: matrix(n,n); norm: scalar
"""

import torch
import torch.nn.functional as F


def loss_function(mu, logstd, labels, norm):
    n_nodes = mu.size(0)
    preds = torch.mm(mu, mu.t())
    cost = norm * F.binary_cross_entropy_with_logits(preds, labels)
    KLD = -0.5 / n_nodes * torch.mean(torch.sum(1 + 2 * logstd - mu.pow(2) - logstd.exp().pow(2), 1))
    return cost + KLD
