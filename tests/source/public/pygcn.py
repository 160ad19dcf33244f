"""Rewritten after github.com/tkipf/pygcn, pygcn/layers.py and models.py: two graph convolutions.

read   GCN.loss
by     gc1.weight
given  gc1.weight: matrix(d,h); gc1.bias: vector(h); gc2.weight: matrix(h,c); gc2.bias: vector(c)
given  x: matrix(n,d); adj: matrix(n,n); y: matrix(n,c)
sizes  d=3 h=4 c=2 n=5
call   GCN(3, 4, 2).loss(x, adj, y)
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.parameter import Parameter


class GraphConvolution(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torch.zeros(in_features, out_features))
        if bias:
            self.bias = Parameter(torch.zeros(out_features))
        else:
            self.register_parameter("bias", None)

    def forward(self, inputs, adj):
        support = torch.mm(inputs, self.weight)
        output = torch.spmm(adj, support)
        if self.bias is not None:
            return output + self.bias
        else:
            return output


class GCN(nn.Module):
    def __init__(self, nfeat, nhid, nclass):
        super().__init__()
        self.gc1 = GraphConvolution(nfeat, nhid)
        self.gc2 = GraphConvolution(nhid, nclass)

    def forward(self, x, adj):
        x = F.relu(self.gc1(x, adj))
        x = self.gc2(x, adj)
        return F.log_softmax(x, dim=1)

    def loss(self, x, adj, y):
        return -(self(x, adj) * y).sum(1).mean()
