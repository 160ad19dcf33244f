"""Rewritten after github.com/hans/glove.py, glove.py, its cost for all pairs at once.

read   cost
by     W
given  W: matrix(v,d); W_context: matrix(v,d); b: vector(v); b_context: vector(v); cooccurrence: matrix(v,v)
"""

import numpy as np


def cost(W, W_context, b, b_context, cooccurrence, x_max=100, alpha=0.75):
    weight = np.where(cooccurrence < x_max, (cooccurrence / x_max) ** alpha, 1.0)
    cost_inner = W.dot(W_context.T) + b[:, None] + b_context - np.log(cooccurrence)
    return 0.5 * np.sum(weight * cost_inner**2)


def gradient(W, W_context, b, b_context, cooccurrence, x_max=100, alpha=0.75):
    weight = np.where(cooccurrence < x_max, (cooccurrence / x_max) ** alpha, 1.0)
    cost_inner = W.dot(W_context.T) + b[:, None] + b_context - np.log(cooccurrence)
    return (weight * cost_inner).dot(W_context)
