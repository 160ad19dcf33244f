"""Sums over the rows of data: least squares and its kin, and generalised linear models."""

from __future__ import annotations

import numpy as np

from problems.factors import weighted_gram
from problems.problem import problem

_ROWS = {"X": "matrix(m,n)", "w": "vector(n)", "y": "vector(m)"}


def tails(z):
    """log(1 + exp(-z)) and sigmoid(-z), by exponentials that cannot overflow."""
    e = np.exp(-np.abs(z))
    s = np.where(z >= 0, e, 1.0)
    s /= 1 + e
    return np.log1p(e).sum() - np.minimum(z, 0).sum(), s


def falling(z):
    e = np.exp(-np.abs(z))
    s = np.where(z >= 0, e, 1.0)
    s /= 1 + e
    return s


@problem("normF(X*w-y)^2", "w", **_ROWS)
class LeastSquares:
    def plain(N, X, w, y):
        return ((X @ w - y) ** 2).sum()

    def value_and_gradient(X, w, y):
        r = X @ w
        r -= y
        return r @ r, 2 * (r @ X)

    def hessian(X):
        H = X.T @ X
        H *= 2
        return H

    def product(X, dw):
        return 2 * ((X @ dw) @ X)


@problem("normF(X*w-y)^2+s*w'*w", "w", **_ROWS, s="scalar positive")
class Ridge:
    def plain(N, X, w, y, s):
        return ((X @ w - y) ** 2).sum() + s * (w @ w)

    def value_and_gradient(X, w, y, s):
        r = X @ w
        r -= y
        g = r @ X
        g += s * w
        g *= 2
        return r @ r + s * (w @ w), g

    def hessian(X, s):
        H = X.T @ X
        H.flat[:: len(H) + 1] += s
        H *= 2
        return H

    def product(X, s, dw):
        g = (X @ dw) @ X
        g += s * dw
        g *= 2
        return g


@problem("(y-X*w)'*diag(c)*(y-X*w)", "w", **_ROWS, c="vector(m) positive")
class WeightedLeastSquares:
    def plain(N, X, w, y, c):
        return (c * (y - X @ w) ** 2).sum()

    def value_and_gradient(X, w, y, c):
        r = X @ w
        r -= y
        q = c * r
        return r @ q, 2 * (q @ X)

    def hessian(X, c):
        H = weighted_gram(X, c)
        H *= 2
        return H

    def product(X, c, dw):
        q = X @ dw
        q *= c
        return 2 * (q @ X)


@problem("normF(A*x-b)^2+s*normF(L*x)^2", "x", A="matrix(m,n)", x="vector(n)", b="vector(m)", L="matrix(n,n)",
         s="scalar positive")
class Tikhonov:
    def plain(N, A, x, b, L, s):
        return ((A @ x - b) ** 2).sum() + s * ((L @ x) ** 2).sum()

    def value_and_gradient(A, x, b, L, s):
        r = A @ x
        r -= b
        z = L @ x
        g = z @ L
        g *= s
        g += r @ A
        g *= 2
        return r @ r + s * (z @ z), g

    def hessian(A, L, s):
        H = L.T @ L
        H *= s
        H += A.T @ A
        H *= 2
        return H

    def product(A, L, s, dx):
        g = (L @ dx) @ L
        g *= s
        g += (A @ dx) @ A
        g *= 2
        return g


class _Logistic:
    def plain(N, X, w, y):
        return N.softplus(-y * (X @ w)).sum()

    def value_and_gradient(X, w, y):
        z = X @ w
        z *= y
        f, s = tails(z)
        s *= y
        return f, -(s @ X)

    def gradient(X, w, y):
        z = X @ w
        z *= y
        s = falling(z)
        s *= y
        return -(s @ X)

    def hessian(X, w, y):
        s = falling(y * (X @ w))
        return weighted_gram(X, y * y * s * (1 - s))

    def product(X, w, y, dw):
        s = falling(y * (X @ w))
        s *= 1 - s
        s *= y
        s *= y
        s *= X @ dw
        return s @ X

    def prepare(rng, data):
        data["y"] = np.sign(data["y"])


@problem("sum(log(1+exp(-y.*(X*w))))", "w", **_ROWS)
class Logistic(_Logistic):
    pass


@problem("sum_i log(1+exp(-y_i*(x_i'*w)))", "w", x_i="vector(n)", y_i="scalar", w="vector(n)", arrays=_ROWS)
class LogisticByRows(_Logistic):
    pass


@problem("sum(exp(X*w))-y'*X*w", "w", **_ROWS)
class Poisson:
    def plain(N, X, w, y):
        z = X @ w
        return N.exp(z).sum() - y @ z

    def value_and_gradient(X, w, y):
        z = X @ w
        e = np.exp(z)
        f = e.sum() - y @ z
        e -= y
        return f, e @ X

    def gradient(X, w, y):
        e = np.exp(X @ w)
        e -= y
        return e @ X

    def hessian(X, w):
        Y = X * np.exp((X @ w) / 2)[:, None]
        return Y.T @ Y

    def product(X, w, dw):
        e = np.exp(X @ w)
        e *= X @ dw
        return e @ X


@problem("sum(y.*exp(-X*w)+X*w)", "w", X="matrix(m,n)", w="vector(n)", y="vector(m) positive")
class GammaRegression:
    def plain(N, X, w, y):
        z = X @ w
        return (y * N.exp(-z) + z).sum()

    def value_and_gradient(X, w, y):
        z = X @ w
        u = np.exp(-z)
        u *= y
        f = u.sum() + z.sum()
        np.subtract(1, u, out=u)
        return f, u @ X

    def hessian(X, w, y):
        return weighted_gram(X, y * np.exp(-(X @ w)))

    def product(X, w, y, dw):
        u = np.exp(-(X @ w))
        u *= y
        u *= X @ dw
        return u @ X


@problem("logsumexp(A*x+b)", "x", A="matrix(m,n)", x="vector(n)", b="vector(m)")
class LogSumExp:
    def plain(N, A, x, b):
        return N.logsumexp(A @ x + b)

    def value_and_gradient(A, x, b):
        z = A @ x
        z += b
        top = z.max()
        z -= top
        np.exp(z, out=z)
        s = z.sum()
        g = z @ A
        g /= s
        return top + np.log(s), g

    def hessian(A, x, b):
        z = A @ x
        z += b
        z -= z.max()
        np.exp(z, out=z)
        z /= z.sum()
        g = z @ A
        H = weighted_gram(A, z)
        H -= np.outer(g, g)
        return H

    def product(A, x, b, dx):
        z = A @ x
        z += b
        z -= z.max()
        np.exp(z, out=z)
        z /= z.sum()
        d = A @ dx
        d -= z @ d
        d *= z
        return d @ A


@problem("sum(sqrt((A*x-b).^2+e))", "x", A="matrix(m,n)", x="vector(n)", b="vector(m)", e="scalar positive")
class PseudoHuber:
    def plain(N, A, x, b, e):
        return N.sqrt((A @ x - b) ** 2 + e).sum()

    def value_and_gradient(A, x, b, e):
        r = A @ x
        r -= b
        q = r * r
        q += e
        np.sqrt(q, out=q)
        r /= q
        return q.sum(), r @ A

    def hessian(A, x, b, e):
        r = A @ x
        r -= b
        q = r * r
        q += e
        return weighted_gram(A, e / (q * np.sqrt(q)))

    def product(A, x, b, e, dx):
        r = A @ x
        r -= b
        r *= r
        r += e
        r *= np.sqrt(r)
        return (A @ dx * e / r) @ A


@problem("sum(log(cosh(A*x-b)))", "x", A="matrix(m,n)", x="vector(n)", b="vector(m)")
class LogCosh:
    def plain(N, A, x, b):
        return N.log(N.cosh(A @ x - b)).sum()

    def value_and_gradient(A, x, b):
        r = A @ x
        r -= b
        e = np.abs(r)
        f = e.sum() - len(r) * np.log(2)
        e *= -2
        np.exp(e, out=e)
        np.tanh(r, out=r)
        return f + np.log1p(e).sum(), r @ A

    def gradient(A, x, b):
        r = A @ x
        r -= b
        return np.tanh(r, out=r) @ A

    def hessian(A, x, b):
        t = np.tanh(A @ x - b)
        return weighted_gram(A, 1 - t * t)

    def product(A, x, b, dx):
        t = A @ x
        t -= b
        np.tanh(t, out=t)
        t *= t
        np.subtract(1, t, out=t)
        t *= A @ dx
        return t @ A
