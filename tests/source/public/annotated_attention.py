"""Rewritten after github.com/harvardnlp/annotated-transformer, the_annotated_transformer.py, attention.

read   attended
by     query
given  query: matrix(n,d); key: matrix(m,d); value: matrix(m,v); target: matrix(n,v)
"""

import math

import torch


def attention(query, key, value, mask=None, dropout=None):
    d_k = query.size(-1)
    scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    p_attn = scores.softmax(dim=-1)
    if dropout is not None:
        p_attn = dropout(p_attn)
    return torch.matmul(p_attn, value), p_attn


def attended(query, key, value, target):
    out, _ = attention(query, key, value)
    return ((out - target) ** 2).mean()
