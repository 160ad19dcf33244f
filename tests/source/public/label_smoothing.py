"""Rewritten after github.com/harvardnlp/annotated-transformer, the_annotated_transformer.py: KLDivLoss against a
smooth target.

read   SmoothLoss.forward
by     x
given  x: matrix(n,k); true_dist: matrix(n,k)
call   SmoothLoss().forward(x, true_dist)
"""

import torch.nn as nn


class SmoothLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.criterion = nn.KLDivLoss(reduction="sum")

    def forward(self, x, true_dist):
        return self.criterion(x.log_softmax(dim=-1), true_dist)
