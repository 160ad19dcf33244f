"""Classifiers and networks: softmax regression, tanh layers, attention, normalisation, contrast."""

from __future__ import annotations

import numpy as np

from problems.problem import problem


def softmax(Z):
    """In place, row by row."""
    Z -= Z.max(1, keepdims=True)
    np.exp(Z, out=Z)
    Z /= Z.sum(1, keepdims=True)
    return Z


def softmax_slope(P, D):
    """The differential of softmax at P in the direction D, in place of D: P∘(D - rowsum(P∘D))."""
    D -= np.einsum("ij,ij->i", P, D)[:, None]
    D *= P
    return D


def cross_entropy(Z, Y):
    """Its value, and the slope by Z in place of Z."""
    Z -= Z.max(1, keepdims=True)
    inner = np.vdot(Y, Z)
    np.exp(Z, out=Z)
    s, t = Z.sum(1, keepdims=True), Y.sum(1, keepdims=True)
    Z *= t / s
    Z -= Y
    return np.vdot(t, np.log(s)) - inner, Z


def column_means(X):
    """A product with a row of ones, faster than a sum down the columns."""
    return np.ones(len(X)) @ X / len(X)


_CLASSES = {"X": "matrix(m,n)", "W": "matrix(n,k)", "Y": "matrix(m,k)"}


def one_hot(rng, data):
    m, k = data["Y"].shape
    data["Y"] = np.eye(k)[rng.integers(k, size=m)]


@problem("cross_entropy(X*W,Y)", "W", sizes="batch", **_CLASSES)
class SoftmaxRegression:
    prepare = one_hot

    def plain(N, X, W, Y):
        return -(Y * N.log_softmax(X @ W)).sum()

    def value_and_gradient(X, W, Y):
        f, E = cross_entropy(X @ W, Y)
        return f, X.T @ E

    def product(X, W, Y, dW):
        D = softmax_slope(softmax(X @ W), X @ dW)
        D *= Y.sum(1, keepdims=True)
        return X.T @ D


@problem("cross_entropy(X*W,Y)+s/2*normF(W)^2", "W", sizes="batch", s="scalar positive", **_CLASSES)
class SoftmaxRidge:
    prepare = one_hot

    def plain(N, X, W, Y, s):
        return -(Y * N.log_softmax(X @ W)).sum() + s / 2 * (W * W).sum()

    def value_and_gradient(X, W, Y, s):
        f, E = cross_entropy(X @ W, Y)
        G = X.T @ E
        G += s * W
        return f + s / 2 * np.vdot(W, W), G

    def product(X, W, Y, s, dW):
        D = softmax_slope(softmax(X @ W), X @ dW)
        D *= Y.sum(1, keepdims=True)
        G = X.T @ D
        G += s * dW
        return G


@problem("-sum_i sum_c y_{ic}*log(exp(w_c'*x_i)/(sum_k exp(w_k'*x_i)))", "w_c", sizes="batch", variable="W",
         arrays={"X": "matrix(m,n)", "W": "matrix(k,n)", "Y": "matrix(m,k)"},
         **{"x_i": "vector(d)", "y_{ic}": "scalar", "w_c": "vector(d)"})
class CrossEntropyByMembers:
    prepare = one_hot

    def plain(N, X, W, Y):
        return -(Y * N.log_softmax(X @ W.T)).sum()

    def value_and_gradient(X, W, Y):
        f, E = cross_entropy(X @ W.T, Y)
        return f, E.T @ X

    def product(X, W, Y, dW):
        D = softmax_slope(softmax(X @ W.T), X @ dW.T)
        D *= Y.sum(1, keepdims=True)
        return D.T @ X


def forward(X, weights):
    layers = [X]
    for W in weights:
        H = layers[-1] @ W
        layers.append(np.tanh(H, out=H))
    return layers


def backward(X, weights, last, Y):
    """‖tanh(… tanh(X W_1) …) W_L - Y‖² and its gradient by W_1."""
    layers = forward(X, weights)
    R = layers[-1] @ last
    R -= Y
    f = np.vdot(R, R)
    D = R @ last.T
    for k in range(len(weights) - 1, -1, -1):
        H = layers[k + 1]
        H *= H
        D *= np.subtract(1, H, out=H)
        if k:
            D = D @ weights[k].T
    G = X.T @ D
    G *= 2
    return f, G


def backward_twice(X, weights, last, Y, dW):
    """The Hessian by W_1 times dW: forward over reverse."""
    layers = forward(X, weights)
    slopes = [1 - H * H for H in layers[1:]]
    dH = X @ dW
    dH *= slopes[0]
    moved = [dH]
    for W, s in zip(weights[1:], slopes[1:], strict=True):
        dH = dH @ W
        dH *= s
        moved.append(dH)
    R = layers[-1] @ last
    R -= Y
    D, dD = R @ last.T, (dH @ last) @ last.T
    for k in range(len(weights) - 1, -1, -1):
        bend = layers[k + 1]
        bend *= moved[k]
        bend *= D
        bend *= 2
        dD *= slopes[k]
        dD -= bend
        if k:
            D *= slopes[k]
            D, dD = D @ weights[k].T, dD @ weights[k].T
    G = X.T @ dD
    G *= 2
    return G


@problem("normF(tanh(X*W_1)*W_2-Y)^2", "W_1", sizes="batch", X="matrix(m,n)", W_1="matrix(n,h)", W_2="matrix(h,k)",
         Y="matrix(m,k)")
class TwoLayers:
    def plain(N, X, W_1, W_2, Y):
        return ((N.tanh(X @ W_1) @ W_2 - Y) ** 2).sum()

    def value_and_gradient(X, W_1, W_2, Y):
        return backward(X, [W_1], W_2, Y)

    def product(X, W_1, W_2, Y, dW_1):
        return backward_twice(X, [W_1], W_2, Y, dW_1)


@problem("normF(tanh(tanh(tanh(tanh(X*W_1)*W_2)*W_3)*W_4)*W_5-Y)^2", "W_1", sizes="batch", X="matrix(m,n)",
         W_1="matrix(n,h)", W_2="matrix(h,h)", W_3="matrix(h,h)", W_4="matrix(h,h)", W_5="matrix(h,k)", Y="matrix(m,k)")
class FiveLayers:
    def plain(N, X, W_1, W_2, W_3, W_4, W_5, Y):
        H = X
        for W in (W_1, W_2, W_3, W_4):
            H = N.tanh(H @ W)
        return ((H @ W_5 - Y) ** 2).sum()

    def value_and_gradient(X, W_1, W_2, W_3, W_4, W_5, Y):
        return backward(X, [W_1, W_2, W_3, W_4], W_5, Y)

    def product(X, W_1, W_2, W_3, W_4, W_5, Y, dW_1):
        return backward_twice(X, [W_1, W_2, W_3, W_4], W_5, Y, dW_1)


@problem("tr(G'*softmax(Q*K'/sqrt(d))*V)", "Q", sizes="batch", G="matrix(m,p)", Q="matrix(m,n)", K="matrix(t,n)",
         V="matrix(t,p)", d="scalar positive")
class Attention:
    """tr(G'PV) is the sum of the entries of P∘(GV'), which the gradient needs as well."""

    def plain(N, G, Q, K, V, d):
        return (G * (N.softmax(Q @ K.T / d**0.5) @ V)).sum()

    def value_and_gradient(G, Q, K, V, d):
        r = d**-0.5
        P = softmax((Q * r) @ K.T)
        C = G @ V.T
        q = np.einsum("ij,ij->i", P, C)
        C -= q[:, None]
        C *= P
        D = C @ K
        D *= r
        return q.sum(), D

    def product(G, Q, K, V, d, dQ):
        r = d**-0.5
        P = softmax((Q * r) @ K.T)
        C = G @ V.T
        C -= np.einsum("ij,ij->i", P, C)[:, None]
        D = softmax_slope(P, (dQ * r) @ K.T)
        P *= np.einsum("ij,ij->i", D, C)[:, None]
        D *= C
        D -= P
        D = D @ K
        D *= r
        return D


@problem("sum(G.*(X-ones(m,m)*X/m)./sqrt(ones(m,m)*square(X-ones(m,m)*X/m)/m+e*ones(m,n)))", "X", sizes="batch",
         G="matrix(m,n)", X="matrix(m,n)", e="scalar positive")
class BatchNorm:
    """Column by column as in layer_norm: with c = x - mean(x), s = (c'c/m + e)^(-1/2), f = s g'c."""

    def plain(N, G, X, e):
        C = X - X.mean(0)
        return (G * C / N.sqrt((C**2).mean(0) + e)).sum()

    def value_and_gradient(G, X, e):
        m = len(X)
        C = X - column_means(X)
        s = (np.einsum("ij,ij->j", C, C) / m + e) ** -0.5
        a = np.einsum("ij,ij->j", G, C)
        C *= -a * s**3 / m
        D = G - column_means(G)
        D *= s
        D += C
        return a @ s, D

    def product(G, X, e, dX):
        m = len(X)
        C = X - column_means(X)
        s = (np.einsum("ij,ij->j", C, C) / m + e) ** -0.5
        a, cd = np.einsum("ij,ij->j", G, C), np.einsum("ij,ij->j", C, dX)
        k = s**3 / m
        D = G - column_means(G)
        C *= 3 * a * s**5 / m**2 * cd - k * np.einsum("ij,ij->j", D, dX)
        D *= k * cd
        C -= D
        np.subtract(dX, column_means(dX), out=D)
        D *= k * a
        C -= D
        return C


@problem("cross_entropy(Z*Y'/t,eye(m))", "Z", sizes="batch", Z="matrix(m,n)", Y="matrix(m,n)", t="scalar positive")
class ContrastiveLoss:
    def plain(N, Z, Y, t):
        return -N.trace(N.log_softmax(Z @ Y.T / t))

    def value_and_gradient(Z, Y, t):
        S = (Z / t) @ Y.T
        top = S.max(1)
        S -= top[:, None]
        f = -np.trace(S)
        np.exp(S, out=S)
        s = S.sum(1)
        S /= s[:, None]
        S.flat[:: len(S) + 1] -= 1
        G = S @ Y
        G /= t
        return f + np.log(s).sum(), G

    def product(Z, Y, t, dZ):
        P = softmax((Z / t) @ Y.T)
        G = softmax_slope(P, (dZ / t) @ Y.T) @ Y
        G /= t
        return G
