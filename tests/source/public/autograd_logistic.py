"""Rewritten after github.com/HIPS/autograd, examples/logistic_regression.py, with its tanh sigmoid.

read   loss
by     weights
given  weights: vector(d); inputs: matrix(n,d); targets: vector(n)
"""

import numpy as np


def sigmoid(x):
    return 0.5 * (np.tanh(x / 2.0) + 1)


def logistic_predictions(weights, inputs):
    return sigmoid(np.dot(inputs, weights))


def loss(weights, inputs, targets):
    preds = logistic_predictions(weights, inputs)
    label_probabilities = preds * targets + (1 - preds) * (1 - targets)
    return -np.sum(np.log(label_probabilities))
