"""Functions of one matrix: traces, determinants, the nuclear norm, the exponential."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm, expm_frechet

from problems.factors import lu, lu_inverse, lu_logdet, lu_solve
from problems.problem import problem


@problem("tr(X'*A*X*B)", "X", sizes="cubic", A="matrix(n,n)", B="matrix(p,p)", X="matrix(n,p)")
class QuadraticTrace:
    def plain(N, A, B, X):
        return (X * (A @ X @ B)).sum()

    def value_and_gradient(A, B, X):
        G = A @ X @ B
        f = np.vdot(X, G)
        G += A.T @ X @ B.T
        return f, G

    def product(A, B, dX):
        G = A @ dX @ B
        G += A.T @ dX @ B.T
        return G


@problem("vec(X)'*kron(A,B)*vec(X)", "X", sizes="cubic", A="matrix(p,p)", B="matrix(n,n)", X="matrix(n,p)")
class KroneckerForm:
    """(A ⊗ B) vec(X) = vec(B X A')."""

    def plain(N, A, B, X):
        return (X * (B @ X @ A.T)).sum()

    def value_and_gradient(A, B, X):
        G = B @ X @ A.T
        f = np.vdot(X, G)
        G += B.T @ X @ A
        return f, G

    def product(A, B, dX):
        G = B @ dX @ A.T
        G += B.T @ dX @ A
        return G


@problem("tr(A*inv(X)*B)", "X", sizes="cubic", A="matrix(k,n)", X="matrix(n,n) invertible", B="matrix(n,k)")
class InverseTrace:
    """With P = X⁻¹B and Q = X⁻ᵀA', the gradient is -QP'."""

    def plain(N, A, X, B):
        return N.trace(A @ N.solve(X, B))

    def value_and_gradient(A, X, B):
        factors = lu(X)
        P, Q = lu_solve(factors, B), lu_solve(factors, A.T, transposed=True)
        np.negative(Q, out=Q)
        return np.vdot(A.T, P), Q @ P.T

    def product(A, X, B, dX):
        factors = lu(X)
        P, Q = lu_solve(factors, B), lu_solve(factors, A.T, transposed=True)
        G = lu_solve(factors, dX.T @ Q, transposed=True) @ P.T
        G += Q @ lu_solve(factors, dX @ P).T
        return G


@problem("log(det(X))", "X", sizes="cubic", X="matrix(n,n) invertible")
class FreeLogDeterminant:
    def plain(N, X):
        return N.logdet(X)

    def value_and_gradient(X):
        factors = lu(X)
        return lu_logdet(factors), lu_inverse(factors).T

    def product(X, dX):
        P = lu_inverse(lu(X))
        return -(P @ dX @ P).T


@problem("log(det(A*X*B))", "X", sizes="cubic", A="matrix(m,n)", X="matrix(n,p)", B="matrix(p,m)")
class LogDeterminantOfProduct:
    """With M = AXB, the gradient is A'M⁻ᵀB', and its differential -A'(M⁻¹ dM M⁻¹)'B'."""

    def plain(N, A, X, B):
        return N.logdet(A @ X @ B)

    def value_and_gradient(A, X, B):
        factors = lu(A @ X @ B)
        return lu_logdet(factors), A.T @ lu_solve(factors, B.T, transposed=True)

    def product(A, X, B, dX):
        factors = lu(A @ X @ B)
        D = lu_solve(factors, A @ dX @ B)
        D = lu_solve(factors, D.T, transposed=True)
        np.negative(D, out=D)
        return A.T @ (D @ B.T)

    def prepare(rng, data):
        if np.linalg.slogdet(data["A"] @ data["X"] @ data["B"])[0] < 0:
            data["A"][0] *= -1


@problem("norm_nuc(X)", "X", sizes="cubic", X="matrix(m,n)")
class NuclearNorm:
    """Of X = U diag(s) V' the gradient is UV'; its differential is U (K V' + diag(s)⁻¹ R) for m <= n."""

    def plain(N, X):
        return N.singular_values(X).sum()

    def value_and_gradient(X):
        U, s, Vt = np.linalg.svd(X, full_matrices=False)
        return s.sum(), U @ Vt

    def product(X, dX):
        U, s, Vt = np.linalg.svd(X, full_matrices=False)
        D = U.T @ dX
        M = D @ Vt.T
        K = (M - M.T) / (s[:, None] + s)
        K -= M / s[:, None]
        D /= s[:, None]
        D += K @ Vt
        return U @ D


@problem("tr(expm(X))", "X", sizes="cubic", X="matrix(n,n)")
class ExponentialTrace:
    def plain(N, X):
        return N.trace(N.expm(X))

    def value_and_gradient(X):
        E = expm(X)
        return np.trace(E), E.T

    def product(X, dX):
        return expm_frechet(X, dX, compute_expm=False).T


@problem("tr(B*expm(X))", "X", sizes="cubic", X="matrix(n,n)", B="matrix(n,n)")
class WeightedExponential:
    """The gradient is the Fréchet derivative of the exponential at X' in the direction B'."""

    def plain(N, X, B):
        return (B.T * N.expm(X)).sum()

    def value_and_gradient(X, B):
        E, G = expm_frechet(X.T, B.T)
        return np.vdot(B, E), G

    def gradient(X, B):
        return expm_frechet(X.T, B.T, compute_expm=False)
