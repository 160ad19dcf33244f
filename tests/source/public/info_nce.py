"""Rewritten after github.com/MTNeuro/MTNeuro, MTNeuro/self_supervised/loss/contrastive_loss.py, with normalised
queries and keys.

read   ContrastiveLoss.forward
by     queries
given  queries: matrix(n,d); keys: matrix(n,d); temperature: scalar
call   ContrastiveLoss(temperature).forward(queries, keys)
"""

import torch
import torch.nn.functional as F


class ContrastiveLoss(torch.nn.Module):
    def __init__(self, temperature=0.1):
        super().__init__()
        self.temperature = temperature

    def forward(self, queries, keys):
        queries = F.normalize(queries, dim=-1)
        keys = F.normalize(keys, dim=-1)
        logits = queries @ keys.t()
        logits = logits - logits.max(dim=-1, keepdim=True).values
        logits /= self.temperature
        return F.cross_entropy(logits, torch.arange(queries.shape[0]))
