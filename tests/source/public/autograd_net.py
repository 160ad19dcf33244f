"""Layers in a list: github.com/HIPS/autograd, examples/neural_net.py. Rewritten.

read   log_posterior
by     inputs
given  inputs: matrix(n,d); targets: matrix(n,k); L2_reg: scalar
"""

import numpy as np
from scipy.special import logsumexp


def neural_net_predict(params, inputs):
    for W, b in params:
        outputs = np.dot(inputs, W) + b
        inputs = np.tanh(outputs)
    return outputs - logsumexp(outputs, axis=1, keepdims=True)


def log_posterior(params, inputs, targets, L2_reg):
    log_lik = np.sum(neural_net_predict(params, inputs) * targets)
    return log_lik - L2_reg
