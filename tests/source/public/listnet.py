"""Rewritten after github.com/allegro/allRank, allrank/models/losses/listNet.py, of full lists.

read   listNet
by     y_pred
given  y_pred: matrix(n,k); y_true: matrix(n,k)
"""

import torch
import torch.nn.functional as F


def listNet(y_pred, y_true, eps=1e-10):
    y_pred = y_pred.clone()
    y_true = y_true.clone()
    preds_smax = F.softmax(y_pred, dim=1)
    true_smax = F.softmax(y_true, dim=1)
    preds_smax = preds_smax + eps
    preds_log = torch.log(preds_smax)
    return torch.mean(-torch.sum(true_smax * preds_log, dim=1))
