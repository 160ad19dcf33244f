"""Likelihoods of Gaussians and of Gaussian processes: one Cholesky factor serves determinant, solves and inverse."""

from __future__ import annotations

import numpy as np

from problems.factors import (
    cholesky,
    half_logdet,
    half_solve,
    inverse,
    lu,
    lu_inverse,
    lu_logdet,
    lu_solve,
    shifted,
    solve,
    triangle_inverse,
)
from problems.problem import problem


@problem("-m/2*log(det(S))-1/2*tr(Z'*inv(S)*Z)", "S", sizes="cubic", S="spd(n)", Z="matrix(n,k)", m="scalar")
class GaussianCovariance:
    def plain(N, S, Z, m):
        return -m / 2 * N.logdet(S) - (Z * N.solve(S, Z)).sum() / 2

    def value_and_gradient(S, Z, m):
        L = cholesky(S)
        A = solve(L, Z)
        G = inverse(L)
        G *= -m
        G += A @ A.T
        G /= 2
        return -m * half_logdet(L) - np.vdot(Z, A) / 2, G

    def gradient(S, Z, m):
        L = cholesky(S)
        A = solve(L, Z)
        G = inverse(L)
        G *= -m
        G += A @ A.T
        G /= 2
        return G

    def product(S, Z, m, dS):
        L = cholesky(S)
        A = solve(L, Z)
        P = inverse(L)
        M = P @ dS
        B = (M @ A) @ A.T
        G = M @ P
        G *= m
        G -= B
        G -= B.T
        G /= 2
        return G


@problem("-m/2*log(det(S))-1/2*tr(Z'*inv(S)*Z)", "S", sizes="cubic", S="matrix(n,n) invertible", Z="matrix(n,k)",
         m="scalar")
class FreeCovariance:
    """The same with n² free entries. With P = S⁻¹, A = PZ, B = P'Z, the gradient is (BA' - m P')/2."""

    def plain(N, S, Z, m):
        return -m / 2 * N.logdet(S) - (Z * N.solve(S, Z)).sum() / 2

    def value_and_gradient(S, Z, m):
        factors = lu(S)
        A, B = lu_solve(factors, Z), lu_solve(factors, Z, transposed=True)
        G = B @ A.T
        G -= m * lu_inverse(factors).T
        G /= 2
        return -m / 2 * lu_logdet(factors) - np.vdot(Z, A) / 2, G

    def product(S, Z, m, dS):
        factors = lu(S)
        A, B = lu_solve(factors, Z), lu_solve(factors, Z, transposed=True)
        P = lu_inverse(factors)
        G = (P @ dS @ P).T
        G *= m
        G -= (P.T @ (dS.T @ B)) @ A.T
        G -= B @ (P @ (dS @ A)).T
        G /= 2
        return G


_ROWS = {"X": "matrix(m,n)", "mu": "vector(n)", "S": "spd(n)"}


@problem("-1/2*sum_i (x_i-mu)'*inv(S)*(x_i-mu)", "mu", sizes="cubic", arrays=_ROWS, x_i="vector(n)", mu="vector(n)",
         S="spd(n)")
class GaussianMean:
    def plain(N, X, mu, S):
        D = X - mu
        return -(D.T * N.solve(S, D.T)).sum() / 2

    def value_and_gradient(X, mu, S):
        L = cholesky(S)
        D = half_solve(L, (X - mu).T)
        return -np.vdot(D, D) / 2, solve(L, X.sum(0) - len(X) * mu)

    def gradient(X, mu, S):
        return solve(cholesky(S), X.sum(0) - len(X) * mu)

    def hessian(X, S):
        H = inverse(cholesky(S))
        H *= -len(X)
        return H

    def product(X, S, dmu):
        h = solve(cholesky(S), dmu)
        h *= -len(X)
        return h


@problem("tr((X-ones(m,1)*mu')*inv(S)*(X-ones(m,1)*mu')')", "X", sizes="cubic", **_ROWS)
class MahalanobisRows:
    def plain(N, X, mu, S):
        D = X - mu
        return (D.T * N.solve(S, D.T)).sum()

    def value_and_gradient(X, mu, S):
        D = X - mu
        G = solve(cholesky(S), D.T).T
        f = np.vdot(D, G)
        G *= 2
        return f, G

    def product(S, dX):
        return 2 * solve(cholesky(S), dX.T).T


@problem("1/2*(x-mu)'*inv(S)*(x-mu)", "mu", sizes="cubic", x="vector(n)", mu="vector(n)", S="spd(n)")
class MahalanobisDistance:
    def plain(N, x, mu, S):
        return (x - mu) @ N.solve(S, x - mu) / 2

    def value_and_gradient(x, mu, S):
        d = mu - x
        g = solve(cholesky(S), d)
        return d @ g / 2, g

    def hessian(S):
        return inverse(cholesky(S))

    def product(S, dmu):
        return solve(cholesky(S), dmu)


_PROCESS = "1/2*y'*inv(K+s*I)*y+1/2*log(det(K+s*I))"


class _Process:
    def plain(N, K, y, s):
        M = K + s * N.eye(len(y))
        return y @ N.solve(M, y) / 2 + N.logdet(M) / 2


@problem(_PROCESS, "s", sizes="cubic", K="spd(n)", y="vector(n)", s="scalar positive")
class ProcessNoise(_Process):
    """tr(M⁻¹) is the sum of the squares of L⁻¹, tr(M⁻²) that of M⁻¹."""

    def value_and_gradient(K, y, s):
        L = shifted(K, s)
        a = solve(L, y)
        R = triangle_inverse(L)
        return y @ a / 2 + half_logdet(L), (np.vdot(R, R) - a @ a) / 2

    def hessian(K, y, s):
        L = shifted(K, s)
        a = solve(L, y)
        P = inverse(L)
        return a @ (P @ a) - np.vdot(P, P) / 2


@problem(_PROCESS, "K", sizes="cubic", K="spd(n)", y="vector(n)", s="scalar positive")
class ProcessKernel(_Process):
    """With P = (K + sI)⁻¹ and a = Py, the gradient is (P - aa')/2."""

    def value_and_gradient(K, y, s):
        L = shifted(K, s)
        a = solve(L, y)
        G = inverse(L)
        G -= np.outer(a, a)
        G /= 2
        return y @ a / 2 + half_logdet(L), G

    def gradient(K, y, s):
        L = shifted(K, s)
        a = solve(L, y)
        G = inverse(L)
        G -= a[:, None] * a
        G /= 2
        return G

    def product(K, y, s, dK):
        L = shifted(K, s)
        a = solve(L, y)
        P = inverse(L)
        B = np.outer(P @ (dK @ a), a)
        B += B.T
        B -= P @ dK @ P
        B /= 2
        return B


@problem("1/2*(tr(inv(T)*S)-log(det(S))+log(det(T))+(u-v)'*inv(T)*(u-v))", "S", sizes="cubic", S="spd(n)", T="spd(n)",
         u="vector(n)", v="vector(n)")
class KullbackLeibler:
    def plain(N, S, T, u, v):
        d = u - v
        return (N.trace(N.solve(T, S)) - N.logdet(S) + N.logdet(T) + d @ N.solve(T, d)) / 2

    def value_and_gradient(S, T, u, v):
        L, M = cholesky(S), cholesky(T)
        Q = inverse(M)
        d = u - v
        f = (np.vdot(Q, S) + d @ (Q @ d)) / 2 - half_logdet(L) + half_logdet(M)
        Q -= inverse(L)
        Q /= 2
        return f, Q

    def gradient(S, T):
        Q = inverse(cholesky(T))
        Q -= inverse(cholesky(S))
        Q /= 2
        return Q

    def product(S, dS):
        P = inverse(cholesky(S))
        G = P @ dS @ P
        G /= 2
        return G


def capacitance(d, U):
    """With M = diag(d) + UU', the factor of I + U' diag(d)⁻¹ U, and M⁻¹U, both from k×k matrices."""
    D = U / d[:, None]
    C = U.T @ D
    C.flat[:: len(C) + 1] += 1
    L = cholesky(C)
    return L, solve(L, D.T).T


def woodbury(d, U, P, V):
    """M⁻¹V, where P = M⁻¹U."""
    W = (V.T / d).T
    W -= P @ (U.T @ W)
    return W


@problem("log(det(diag(d)+U*U'))", "U", d="vector(n) positive", U="matrix(n,k)")
class LowRankDeterminant:
    def plain(N, d, U):
        return N.logdet(N.diag(d) + U @ U.T)

    def value_and_gradient(d, U):
        L, P = capacitance(d, U)
        return np.log(d).sum() + 2 * half_logdet(L), 2 * P

    def product(d, U, dU):
        P = capacitance(d, U)[1]
        Q = woodbury(d, U, P, dU)
        G = Q - Q @ (U.T @ P)
        G -= P @ (dU.T @ P)
        G *= 2
        return G


@problem("log(det(diag(d)+U*U'))+y'*inv(diag(d)+U*U')*y", "U", d="vector(n) positive", U="matrix(n,k)", y="vector(n)")
class LowRankProcess:
    """With P = M⁻¹U and a = M⁻¹y, the gradient is 2 (P - a a'U)."""

    def plain(N, d, U, y):
        M = N.diag(d) + U @ U.T
        return N.logdet(M) + y @ N.solve(M, y)

    def value_and_gradient(d, U, y):
        L, P = capacitance(d, U)
        a = woodbury(d, U, P, y)
        G = P - np.outer(a, a @ U)
        G *= 2
        return np.log(d).sum() + 2 * half_logdet(L) + y @ a, G

    def product(d, U, y, dU):
        P = capacitance(d, U)[1]
        a = woodbury(d, U, P, y)
        b, db = U.T @ a, dU.T @ a
        da = -woodbury(d, U, P, dU @ b + U @ db)
        Q = woodbury(d, U, P, dU)
        G = Q - Q @ (U.T @ P)
        G -= P @ (dU.T @ P)
        G -= np.outer(da, b)
        G -= np.outer(a, db + U.T @ da)
        G *= 2
        return G
