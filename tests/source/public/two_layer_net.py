"""A network with two layers and its gradients as in the notes of CS231n (cs231n.github.io, neural-networks-case-
study). Rewritten.

read   loss[0]
by     W1
given  y: labels(c); W1: matrix(d,h); b1: matrix(1,h); W2: matrix(h,c); b2: matrix(1,c); X: matrix(n,d)
given  reg: scalar
"""

import numpy as np


def loss(W1, b1, W2, b2, X, y, reg):
    hidden_layer = np.maximum(0, np.dot(X, W1) + b1)
    scores = np.dot(hidden_layer, W2) + b2
    num_examples = X.shape[0]

    exp_scores = np.exp(scores)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    correct_logprobs = -np.log(probs[range(num_examples), y])
    data_loss = np.sum(correct_logprobs) / num_examples
    reg_loss = 0.5 * reg * np.sum(W1 * W1) + 0.5 * reg * np.sum(W2 * W2)

    dscores = probs.copy()
    dscores[range(num_examples), y] -= 1
    dscores = dscores / num_examples
    grads = {}
    grads["W2"] = np.dot(hidden_layer.T, dscores) + reg * W2
    grads["b2"] = np.sum(dscores, axis=0, keepdims=True)
    dhidden = np.dot(dscores, W2.T) * (hidden_layer > 0)
    grads["W1"] = np.dot(X.T, dhidden) + reg * W1
    grads["b1"] = np.sum(dhidden, axis=0, keepdims=True)
    return data_loss + reg_loss, grads
