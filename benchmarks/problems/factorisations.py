"""A matrix approximated by a product of thin ones: squares, masked squares, divergence, principal components."""

from __future__ import annotations

import numpy as np

from problems.problem import problem


@problem("normF(T-U*V')^2", "U", sizes="batch", T="matrix(m,n)", U="matrix(m,k)", V="matrix(n,k)")
class Factorisation:
    """The gradient alone needs no residual: 2 (U V'V - T V)."""

    def plain(N, T, U, V):
        return ((T - U @ V.T) ** 2).sum()

    def value_and_gradient(T, U, V):
        R = U @ V.T
        R -= T
        f = np.vdot(R, R)
        G = R @ V
        G *= 2
        return f, G

    def gradient(T, U, V):
        G = U @ (V.T @ V)
        G -= T @ V
        G *= 2
        return G

    def product(V, dU):
        return dU @ (2 * (V.T @ V))


class _Masked:
    def plain(N, O, T, U, V):
        return ((O * (T - U @ V.T)) ** 2).sum()

    def value_and_gradient(O, T, U, V):
        R = U @ V.T
        R -= T
        R *= O
        f = np.vdot(R, R)
        R *= O
        G = R @ V
        G *= 2
        return f, G

    def gradient(O, T, U, V):
        R = U @ V.T
        R -= T
        R *= O
        R *= O
        G = R @ V
        G *= 2
        return G

    def product(O, V, dU):
        R = dU @ V.T
        R *= O
        R *= O
        return 2 * (R @ V)

    def prepare(rng, data):
        data["O"] = (rng.random(data["O"].shape) < 0.3).astype(float)


_FACTORS = {"O": "matrix(m,n)", "T": "matrix(m,n)", "U": "matrix(m,k)", "V": "matrix(n,k)"}


@problem("normF(O.*(T-U*V'))^2", "U", sizes="batch", **_FACTORS)
class MaskedFactorisation(_Masked):
    pass


@problem("sum_i sum_j o_{ij}*(t_{ij}-u_i'*v_j)^2", "u_i", sizes="batch", variable="U",
         arrays={"O": "matrix(m,n)", "t": "matrix(m,n)", "U": "matrix(m,k)", "V": "matrix(n,k)"},
         **{"u_i": "vector(k)", "v_j": "vector(k)", "o_{ij}": "scalar", "t_{ij}": "scalar"})
class WeightedFactorisation:
    def plain(N, O, t, U, V):
        return (O * (t - U @ V.T) ** 2).sum()

    def value_and_gradient(O, t, U, V):
        R = U @ V.T
        R -= t
        W = O * R
        f = np.vdot(R, W)
        G = W @ V
        G *= 2
        return f, G

    def gradient(O, t, U, V):
        R = U @ V.T
        R -= t
        R *= O
        G = R @ V
        G *= 2
        return G

    def product(O, V, dU):
        R = dU @ V.T
        R *= O
        return 2 * (R @ V)


@problem("normF(X-X*W*W')^2", "W", sizes="batch", X="matrix(m,n)", W="matrix(n,k)")
class PrincipalComponents:
    """With Y = XW the gradient is 2 (X'Y(W'W - 2I) + W Y'Y): products of thin matrices."""

    def plain(N, X, W):
        return ((X - X @ W @ W.T) ** 2).sum()

    def value_and_gradient(X, W):
        Y = X @ W
        R = Y @ W.T
        R -= X
        return np.vdot(R, R), PrincipalComponents.slope(X, W, Y)

    def gradient(X, W):
        return PrincipalComponents.slope(X, W, X @ W)

    def slope(X, W, Y):
        C = W.T @ W
        C.flat[:: len(C) + 1] -= 2
        G = X.T @ (Y @ C)
        G += W @ (Y.T @ Y)
        G *= 2
        return G

    def product(X, W, dW):
        Y, D = X @ W, X @ dW
        C, E, F = W.T @ W, dW.T @ W, D.T @ Y
        C.flat[:: len(C) + 1] -= 2
        G = X.T @ (D @ C + Y @ (E + E.T))
        G += dW @ (Y.T @ Y)
        G += W @ (F + F.T)
        G *= 2
        return G


@problem("sum(W*H-T.*log(W*H))", "W", sizes="batch", T="matrix(m,n) positive", W="matrix(m,k) positive",
         H="matrix(k,n) positive")
class NonnegativeFactorisation:
    """The sum of the entries of WH needs no product of matrices."""

    def plain(N, T, W, H):
        P = W @ H
        return (P - T * N.log(P)).sum()

    def value_and_gradient(T, W, H):
        P = W @ H
        f = W.sum(0) @ H.sum(1)
        Q = T / P
        np.log(P, out=P)
        return f - np.vdot(T, P), H.sum(1) - Q @ H.T

    def gradient(T, W, H):
        P = W @ H
        np.divide(T, P, out=P)
        return H.sum(1) - P @ H.T

    def product(T, W, H, dW):
        P = W @ H
        P *= P
        np.divide(T, P, out=P)
        P *= dW @ H
        return P @ H.T
