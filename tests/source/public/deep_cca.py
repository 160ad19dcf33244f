"""Rewritten after github.com/Michaelvll/DeepCCA, objectives.py: the correlation of two views by inverse square
roots.

read   cca_loss
by     H1
given  H1: matrix(n,p); H2: matrix(n,q)
"""

import torch


def cca_loss(H1, H2, r1=1e-3, r2=1e-3):
    H1, H2 = H1.t(), H2.t()
    o1 = H1.size(0)
    o2 = H2.size(0)
    m = H1.size(1)
    H1bar = H1 - H1.mean(dim=1).unsqueeze(dim=1)
    H2bar = H2 - H2.mean(dim=1).unsqueeze(dim=1)
    SigmaHat12 = (1.0 / (m - 1)) * torch.matmul(H1bar, H2bar.t())
    SigmaHat11 = (1.0 / (m - 1)) * torch.matmul(H1bar, H1bar.t()) + r1 * torch.eye(o1, dtype=H1.dtype)
    SigmaHat22 = (1.0 / (m - 1)) * torch.matmul(H2bar, H2bar.t()) + r2 * torch.eye(o2, dtype=H1.dtype)
    T = torch.linalg.inv(SigmaHat11) @ SigmaHat12 @ torch.linalg.inv(SigmaHat22) @ SigmaHat12.t()
    return -torch.trace(T)
