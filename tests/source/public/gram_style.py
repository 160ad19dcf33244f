"""The style loss of Gram matrices, four axes: github.com/pytorch/examples,
fast_neural_style/neural_style/utils.py. Rewritten.

read   style_loss
by     y
sizes  b=2 c=3 h=2 w=4
"""

import torch
import torch.nn.functional as F


def gram_matrix(y):
    (b, ch, h, w) = y.size()
    features = y.view(b, ch, w * h)
    features_t = features.transpose(1, 2)
    return features.bmm(features_t) / (ch * h * w)


def style_loss(y, target):
    """y: (b, c, h, w), target: (b, c, c)"""
    return F.mse_loss(gram_matrix(y), target)
