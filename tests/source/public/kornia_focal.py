"""Rewritten after github.com/kornia/kornia, kornia/losses/focal.py, binary_focal_loss_with_logits.

read   binary_focal_loss_with_logits
by     pred
given  pred: matrix(n,c); target: matrix(n,c); alpha: scalar; gamma: scalar
"""

import torch
import torch.nn.functional as F


def binary_focal_loss_with_logits(pred, target, alpha=0.25, gamma=2.0, reduction="mean"):
    log_probs_pos = F.logsigmoid(pred)
    log_probs_neg = F.logsigmoid(-pred)
    pos_term = -log_probs_neg.exp().pow(gamma) * target * log_probs_pos
    neg_term = -log_probs_pos.exp().pow(gamma) * (1.0 - target) * log_probs_neg
    if alpha is not None:
        pos_term = alpha * pos_term
        neg_term = (1.0 - alpha) * neg_term
    loss = pos_term + neg_term
    if reduction == "mean":
        loss = torch.mean(loss)
    elif reduction == "sum":
        loss = torch.sum(loss)
    return loss
