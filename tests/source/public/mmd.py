"""Rewritten after github.com/jindongwang/transferlearning, code/distance/mmd_pytorch.py: pairs by unsqueeze and
expand.

read   mmd
by     source
given  source: matrix(n,d); target: matrix(m,d); bandwidth: scalar
"""

import torch


def gaussian_kernel(a, b, bandwidth):
    a0 = a.unsqueeze(1).expand(a.size(0), b.size(0), a.size(1))
    b0 = b.unsqueeze(0).expand(a.size(0), b.size(0), b.size(1))
    L2_distance = ((a0 - b0) ** 2).sum(2)
    bandwidths = [bandwidth * (2.0**i) for i in range(3)]
    kernel_val = [torch.exp(-L2_distance / one) for one in bandwidths]
    return sum(kernel_val)


def mmd(source, target, bandwidth):
    XX = gaussian_kernel(source, source, bandwidth)
    YY = gaussian_kernel(target, target, bandwidth)
    XY = gaussian_kernel(source, target, bandwidth)
    return XX.mean() + YY.mean() - 2 * XY.mean()
