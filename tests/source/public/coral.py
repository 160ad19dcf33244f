"""Rewritten after github.com/jindongwang/transferlearning, code/distance/coral_loss.py.

read   CORAL_loss
by     source
given  source: matrix(n,d); target: matrix(m,d)
"""

import torch


def CORAL_loss(source, target):
    d = source.data.shape[1]
    xm = torch.mean(source, 0, keepdim=True) - source
    xc = torch.matmul(torch.transpose(xm, 0, 1), xm)
    xmt = torch.mean(target, 0, keepdim=True) - target
    xct = torch.matmul(torch.transpose(xmt, 0, 1), xmt)
    loss = torch.mean(torch.mul((xc - xct), (xc - xct)))
    return loss / (4 * d * d)
