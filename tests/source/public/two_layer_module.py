"""Rewritten after github.com/jcjohnson/pytorch-examples, nn/two_layer_net_module.py.

read   TwoLayerNet.loss
by     linear1.weight
given  x: matrix(n,d); y: matrix(n,k)
sizes  d=3 h=4 k=2 n=5
call   TwoLayerNet(3, 4, 2).loss(x, y)
"""

import torch


class TwoLayerNet(torch.nn.Module):
    def __init__(self, D_in, H, D_out):
        super(TwoLayerNet, self).__init__()
        self.linear1 = torch.nn.Linear(D_in, H)
        self.linear2 = torch.nn.Linear(H, D_out)
        self.loss_fn = torch.nn.MSELoss(reduction="sum")

    def forward(self, x):
        h_relu = self.linear1(x).clamp(min=0)
        y_pred = self.linear2(h_relu)
        return y_pred

    def loss(self, x, y):
        return self.loss_fn(self.forward(x), y)
