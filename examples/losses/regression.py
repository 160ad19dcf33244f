"""Losses and gradients written by hand, two of them with a mistake."""

import numpy as np


def ridge(w, X, y, lam=0.1):
    """w: (d,), X: (n, d), y: (n,)"""
    r = X @ w - y
    return 0.5 * np.mean(r**2) + lam * np.sum(w**2)


def dridge(w, X, y, lam=0.1):
    r = X @ w - y
    return X.T @ r + 2 * lam * w


def softmax_loss(W, X, y):
    """W: (d, k), X: (n, d), y: (n,) the classes"""
    scores = X @ W
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    return -np.log(p[np.arange(len(X)), y]).mean()


def dsoftmax_loss(W, X, y):
    scores = X @ W
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    p[np.arange(len(X)), y] -= 1
    return X.T @ p / len(X)


def stress(X, D):
    """X: (n, d), D: (n, n)"""
    total = 0.0
    for i in range(len(X)):
        for j in range(len(X)):
            diff = X[i] - X[j]
            total += (diff @ diff - D[i, j]) ** 2
    return total


def search(w, X, y):
    """w: (d,), X: (n, d), y: (n,)"""
    step = 1.0
    while np.sum((X @ w - y) ** 2) > step:
        step *= 2
    return step
