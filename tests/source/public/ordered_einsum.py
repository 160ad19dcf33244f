"""Scores of several heads by einsum, three axes: docs.pytorch.org, torch.einsum and scaled_dot_product_attention.
Rewritten.

read   scores
by     Q
sizes  h=2 n=3 m=4 d=5
"""

import torch


def scores(Q, K, T):
    """Q: (h, n, d), K: (h, m, d), T: (h, n, m)"""
    return torch.sum(torch.einsum("hnd,hmd->hnm", Q, K) * T) / Q.size(-1) ** 0.5
