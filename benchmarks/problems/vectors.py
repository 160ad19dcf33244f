"""Functions of one vector: quadratic forms, quotients of them, long products, and determinants of designs."""

from __future__ import annotations

import numpy as np

from problems.factors import cholesky, half_logdet, half_solve, inverse, solve, weighted_gram
from problems.problem import problem


@problem("x'*A*x", "x", A="matrix(n,n)", x="vector(n)")
class QuadraticForm:
    def plain(N, A, x):
        return x @ A @ x

    def value_and_gradient(A, x):
        y = A @ x
        return x @ y, y + x @ A

    def hessian(A):
        return A + A.T

    def product(A, dx):
        return A @ dx + dx @ A


@problem("(x'*A*x)*(x'*B*x)", "x", A="matrix(n,n)", B="matrix(n,n)", x="vector(n)")
class ProductOfForms:
    def plain(N, A, B, x):
        return (x @ A @ x) * (x @ B @ x)

    def value_and_gradient(A, B, x):
        y, z = A @ x, B @ x
        a, b = x @ y, x @ z
        y += x @ A
        z += x @ B
        z *= a
        y *= b
        return a * b, y + z

    def hessian(A, B, x):
        y, z = A @ x, B @ x
        a, b = x @ y, x @ z
        H = np.outer(y + x @ A, z + x @ B)
        H += a * B
        H += b * A
        return H + H.T

    def product(A, B, x, dx):
        y, z = A @ x, B @ x
        a, b = x @ y, x @ z
        y += x @ A
        z += x @ B
        return y * (z @ dx) + z * (y @ dx) + a * (B @ dx + dx @ B) + b * (A @ dx + dx @ A)


@problem("(x'*A*x)/(x'*x)", "x", A="sym(n)", x="vector(n)")
class RayleighQuotient:
    def plain(N, A, x):
        return (x @ A @ x) / (x @ x)

    def value_and_gradient(A, x):
        g = A @ x
        n = x @ x
        f = x @ g / n
        g -= f * x
        g *= 2 / n
        return f, g

    def hessian(A, x):
        g = A @ x
        n = x @ x
        f = x @ g / n
        g -= f * x
        g *= 2 / n
        H = np.outer(-g, x)
        H = H + H.T
        H += A
        H.flat[:: len(H) + 1] -= f
        H *= 2 / n
        return H

    def product(A, x, dx):
        y = A @ x
        n = x @ x
        f = x @ y / n
        g = (y - f * x) * (2 / n)
        h = A @ dx
        h -= f * dx
        h -= (g @ dx) * x
        h -= (x @ dx) * g
        h *= 2 / n
        return h


@problem("normF(A*x-b)^2/(c'*x+s)", "x", A="matrix(m,n)", x="vector(n) positive", b="vector(m)",
         c="vector(n) positive", s="scalar positive")
class QuadraticOverLinear:
    def plain(N, A, x, b, c, s):
        return ((A @ x - b) ** 2).sum() / (c @ x + s)

    def value_and_gradient(A, x, b, c, s):
        r = A @ x
        r -= b
        t = c @ x + s
        f = r @ r / t
        g = r @ A
        g *= 2 / t
        g -= (f / t) * c
        return f, g

    def hessian(A, x, b, c, s):
        t = c @ x + s
        r = A @ x
        r -= b
        g = (r @ A) * (2 / t) - (r @ r / t**2) * c
        H = np.outer(c, -g)
        H = H + H.T
        M = A.T @ A
        M *= 2
        H += M
        H /= t
        return H

    def product(A, x, b, c, s, dx):
        t = c @ x + s
        r = A @ x
        r -= b
        g = (r @ A) * (2 / t) - (r @ r / t**2) * c
        return (2 * ((A @ dx) @ A) - c * (g @ dx) - g * (c @ dx)) / t


@problem("(x'*y)/(norm2(x)*norm2(y))", "x", x="vector(n)", y="vector(n)")
class CosineSimilarity:
    def plain(N, x, y):
        return (x @ y) / (N.norm(x) * N.norm(y))

    def value_and_gradient(x, y):
        a, b = (x @ x) ** 0.5, (y @ y) ** 0.5
        f = (x @ y) / (a * b)
        return f, y / (a * b) - (f / a**2) * x

    def hessian(x, y):
        a = (x @ x) ** 0.5
        u = x / a
        v = y / (y @ y) ** 0.5
        f = u @ v
        H = np.outer(u, 1.5 * f * u - v)
        H = H + H.T
        H.flat[:: len(H) + 1] -= f
        H /= a * a
        return H

    def product(x, y, dx):
        a = (x @ x) ** 0.5
        u = x / a
        v = y / (y @ y) ** 0.5
        f, ud = u @ v, u @ dx
        return ((3 * f * ud - v @ dx) * u - ud * v - f * dx) / (a * a)


@problem("g'*((x-mean(x)*ones(n,1))/sqrt(mean(square(x-mean(x)*ones(n,1)))+e))", "x", g="vector(n)", x="vector(n)",
         e="scalar positive")
class LayerNorm:
    """With c = x - mean(x), s = (c'c/n + e)^(-1/2): f = s g'c."""

    def plain(N, g, x, e):
        c = x - x.mean()
        return (g * c / N.sqrt((c**2).mean() + e)).sum()

    def value_and_gradient(g, x, e):
        n = len(x)
        c = x - x.mean()
        s = (c @ c / n + e) ** -0.5
        a = g @ c
        c *= -a * s**3 / n
        c += s * (g - g.mean())
        return a * s, c

    def hessian(g, x, e):
        n = len(x)
        c = x - x.mean()
        s = (c @ c / n + e) ** -0.5
        a, k = g @ c, s**3 / n
        H = np.outer((1.5 * a * s**5 / n**2) * c - k * (g - g.mean()), c)
        H = H + H.T
        H += k * a / n
        H.flat[:: n + 1] -= k * a
        return H

    def product(g, x, e, dx):
        n = len(x)
        c = x - x.mean()
        s = (c @ c / n + e) ** -0.5
        a, k, cd = g @ c, s**3 / n, c @ dx
        h = g - g.mean()
        c *= 3 * a * s**5 / n**2 * cd - k * (h @ dx)
        c -= (k * cd) * h
        c -= (k * a) * (dx - dx.mean())
        return c


@problem("a'*A*B*C*D*x", "x", a="vector(m)", A="matrix(m,n)", B="matrix(n,n)", C="matrix(n,p)", D="matrix(p,n)",
         x="vector(n)")
class LongProduct:
    def plain(N, a, A, B, C, D, x):
        return a @ A @ B @ C @ D @ x

    def value_and_gradient(a, A, B, C, D, x):
        g = a @ A @ B @ C @ D
        return g @ x, g


@problem("normF(A*B*C*x-b)^2", "x", sizes="cubic", A="matrix(m,n)", B="matrix(n,p)", C="matrix(p,n)", x="vector(n)",
         b="vector(m)")
class SquaredProduct:
    def plain(N, A, B, C, x, b):
        return ((A @ (B @ (C @ x)) - b) ** 2).sum()

    def value_and_gradient(A, B, C, x, b):
        r = A @ (B @ (C @ x))
        r -= b
        return r @ r, 2 * (r @ A @ B @ C)

    def hessian(A, B, C):
        P = A @ B @ C
        H = P.T @ P
        H *= 2
        return H

    def product(A, B, C, dx):
        return 2 * ((A @ (B @ (C @ dx))) @ A @ B @ C)


@problem("x'*(diag(W*ones(n,1))-W)*x", "x", W="sym(n)", x="vector(n)")
class GraphLaplacian:
    def plain(N, W, x):
        return (W.sum(1) * x * x).sum() - x @ W @ x

    def value_and_gradient(W, x):
        g = W.sum(1)
        g *= x
        g -= W @ x
        return x @ g, 2 * g

    def hessian(W):
        H = -2 * W
        H.flat[:: len(H) + 1] += 2 * W.sum(1)
        return H

    def product(W, dx):
        g = W.sum(1)
        g *= dx
        g -= W @ dx
        g *= 2
        return g


@problem("log(det(A'*diag(x)*A))", "x", A="matrix(m,n)", x="vector(m) positive")
class OptimalDesign:
    """With A' diag(x) A = L L' and B = L⁻¹ A', the gradient is diag(B'B) and the Hessian -(B'B)∘(B'B)."""

    def plain(N, A, x):
        return N.logdet((A.T * x) @ A)

    def root(A, x):
        Y = A * np.sqrt(x)[:, None]
        L = cholesky(Y.T @ Y)
        return L, half_solve(L, A.T)

    def value_and_gradient(A, x):
        L, B = OptimalDesign.root(A, x)
        return 2 * half_logdet(L), np.einsum("ij,ij->j", B, B)

    def hessian(A, x):
        B = OptimalDesign.root(A, x)[1]
        H = B.T @ B
        H *= H
        np.negative(H, out=H)
        return H

    def product(A, x, dx):
        B = OptimalDesign.root(A, x)[1]
        return -np.einsum("ij,ij->j", B, (B * dx) @ B.T @ B)


@problem("tr(inv(A+x*x')*B)", "x", sizes="cubic", A="spd(n)", B="matrix(n,n)", x="vector(n)")
class RankOneInverse:
    """Sherman-Morrison with u = A⁻¹x, q = 1 + x'u: f = tr(A⁻¹B) - u'Bu/q."""

    def plain(N, A, B, x):
        return N.trace(N.solve(A + x[:, None] * x[None, :], B))

    def parts(A, B, x):
        L = cholesky(A)
        u = solve(L, x)
        y = B @ u
        b = u @ y
        y += u @ B
        return L, u, solve(L, y), b, 1 + x @ u

    def value_and_gradient(A, B, x):
        L, u, w, b, q = RankOneInverse.parts(A, B, x)
        return np.vdot(inverse(L), B) - b / q, (2 * b / q**2) * u - w / q

    def gradient(A, B, x):
        _, u, w, b, q = RankOneInverse.parts(A, B, x)
        return (2 * b / q**2) * u - w / q

    def hessian(A, B, x):
        L, u, w, b, q = RankOneInverse.parts(A, B, x)
        P = inverse(L)
        M = P @ B @ P
        M /= -q
        M += np.outer(u, (2 / q**2) * w - (4 * b / q**3) * u)
        M = M + M.T
        P *= 2 * b / q**2
        M += P
        return M

    def product(A, B, x, dx):
        L, u, w, b, q = RankOneInverse.parts(A, B, x)
        h = solve(L, dx)
        ud, wd = u @ dx, w @ dx
        g = solve(L, B @ h + h @ B)
        return (2 * (ud * w + wd * u) + 2 * b * h - (8 * b / q) * ud * u) / q**2 - g / q


@problem("sum(x.*log(x./(A*x)))", "x", x="vector(n) positive", A="matrix(n,n) positive")
class RelativeEntropy:
    def plain(N, x, A):
        return (x * N.log(x / (A @ x))).sum()

    def value_and_gradient(x, A):
        q = x / (A @ x)
        g = np.log(q)
        f = x @ g
        g += 1
        g -= q @ A
        return f, g

    def hessian(x, A):
        y = A @ x
        t = -1 / y
        H = A * t[:, None]
        H = H + H.T
        H += weighted_gram(A, x * t * t)
        H.flat[:: len(H) + 1] += 1 / x
        return H

    def product(x, A, dx):
        y = A @ x
        d = A @ dx
        q = dx / y
        q -= x * d / y**2
        return dx / x - d / y - q @ A
