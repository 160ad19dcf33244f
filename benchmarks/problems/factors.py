"""One factor, used for all: logarithm of the determinant, solves, and the inverse where it is itself the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import lapack

Array = Any


def cholesky(S: Array) -> Array:
    """L with S = L L', zero above the diagonal. S' is S in the order of Fortran: nothing is transposed."""
    L, info = lapack.dpotrf(S.T, lower=1)
    if info:
        raise np.linalg.LinAlgError("not positive definite")
    return L


def shifted(S: Array, s: float) -> Array:
    """The factor of S + s I."""
    M = S.copy()
    M.flat[:: len(M) + 1] += s
    return cholesky(M)


def half_logdet(L: Array) -> float:
    return float(np.log(np.diagonal(L)).sum())


def solve(L: Array, B: Array) -> Array:
    return lapack.dpotrs(L, B, lower=1)[0]


def half_solve(L: Array, B: Array) -> Array:
    """L⁻¹ B, half of a solve."""
    return lapack.dtrtrs(L, B, lower=1)[0]


def inverse(L: Array) -> Array:
    """S⁻¹ from the factor: LAPACK gives the lower triangle, and leaves the zeros above."""
    P = lapack.dpotri(L, lower=1)[0]
    P.flat[:: len(P) + 1] /= 2
    return P + P.T


def triangle_inverse(L: Array) -> Array:
    return lapack.dtrtri(L, lower=1)[0]


def lu(X: Array) -> tuple[Array, Array]:
    factor, pivots, _ = lapack.dgetrf(X)
    return factor, pivots


def lu_solve(factors: tuple[Array, Array], B: Array, transposed: bool = False) -> Array:
    return lapack.dgetrs(*factors, B, trans=int(transposed))[0]


def lu_inverse(factors: tuple[Array, Array]) -> Array:
    return lapack.dgetri(*factors)[0]


def lu_logdet(factors: tuple[Array, Array]) -> float:
    return float(np.log(np.abs(np.diagonal(factors[0]))).sum())


def weighted_gram(X: Array, c: Array) -> Array:
    """X' diag(c) X for c >= 0, as a product of a matrix with its transpose, of which one triangle is computed."""
    Y = X * np.sqrt(c)[:, None]
    return Y.T @ Y
