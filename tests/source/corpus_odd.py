"""Functions that are easily misread: arrays changed in place, new axes, shadowed names, nested loops, lists."""

import numpy as np

SCALE = 3.0


def in_place(w, X):
    """w: (d,), X: (n, d)"""
    z = X @ w
    z -= z.mean()
    z *= SCALE
    return np.sum(z**2) + z[0]


def shadowed(w, X, SCALE=0.5):
    """w: (d,), X: (n, d)"""
    def sum(v):
        return 2 * v.sum()

    return SCALE * sum(X @ w)


def outer_sum(a, b):
    """a: (n,), b: (m,)"""
    return np.sum((a[:, None] + b) ** 2 * b) + np.sum(np.add(a[:, None], b[None]) ** 3)


def square_axes(X, v):
    """X: (n, n), v: (n,)"""
    return np.sum(v * X @ v) + np.sum((X - v) ** 2) + np.sum((X.T - v[:, None]) ** 3) + np.sum(X.sum(0) * X.sum(1))


def nested(X, Y):
    """X: (n, d), Y: (m, d)"""
    total = 0.0
    for x in X:
        s = 1.0
        for y in Y:
            s += x @ y
        total -= np.log(s) * 2
    return total


def collected(X, w):
    """X: (n, d), w: (d,)"""
    rows = []
    for i in range(X.shape[0]):
        rows.append(np.tanh(X[i] * w))
    return np.sum(np.array(rows) ** 2) + len(rows) * np.sum(w)


def filled(X, w):
    """X: (n, d), w: (n,)"""
    n = len(w)
    K = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            K[i, j] = w[i] * (X[i] @ X[j])
    return np.sum(K @ K) + w @ K @ w


def zipped(w, X, y):
    """w: (d,), X: (n, d), y: (n,)"""
    return sum((x @ w - t) ** 2 for x, t in zip(X, y)) / 2


def upper_pairs(X):
    """X: (n, d)"""
    s = 0.0
    for i in range(len(X)):
        for j in range(len(X)):
            if i > j:
                continue
            s += (X[i] @ X[j]) ** 2
    return s


def slices(w):
    """w: (d,)"""
    return np.sum((w[1:] - w[:-1]) ** 2) + w[-1] * w[0] - np.sum(w[:2])


def flattened(X, Y):
    """X: (n, d), Y: (n, d)"""
    return X.ravel() @ Y.reshape(-1) + np.concatenate([X, Y], axis=1).sum(axis=1) @ np.ones(X.shape[0])


def flags(w, mode="sq", order=2, squash=True, bias=None):
    """w: (d,)"""
    z = np.tanh(w) if squash else w
    if bias is not None:
        z = z + bias
    if mode == "sq":
        return (z**order).sum()
    return np.abs(z).sum()


def weights(w, X, y):
    """w: (d,), X: (n, d), y: (n,)"""
    m = (X @ w > y) * 1.0
    return np.sum(m * (X @ w - y)) + np.where(w >= 0.5, w, 2 * w).sum()


def minus_power(w):
    """w: (d,)"""
    return np.sum(-(w**2) / 3 ** -1) - np.sum(-w) ** 2 - (-np.sum(w)) ** 3 + np.sum(2**-w)


def chained(A, B, C):
    """A: (n, m), B: (m, k), C: (k, n)"""
    return np.trace(A @ B @ C) + np.einsum("ij,jk,ki->", A, B, C) + np.einsum("ij->j", A) @ B @ np.ones(C.shape[0])


def column_mix(w, X):
    """w: (d, 1), X: (n, d)"""
    z = X @ w
    return np.sum(z - z.T) + np.sum((z * z.T) ** 2) + (w.T @ w)[0, 0] + np.sum(z.squeeze() + z)


def normed(X):
    """X: (n, d)"""
    return np.sum(X / X.sum(axis=0)) + np.sum((X / X.sum(axis=1, keepdims=True)) ** 2) + np.linalg.norm(X[0])
