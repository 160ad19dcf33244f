"""Derivatives where a printed formula divides by zero and the function has a derivative all the same: functions of
eigenvalues and singular values that coincide, determinants and adjugates of singular matrices, products with zeros.

The oracles are mpmath's decompositions, differenced in 50 digits, minors, and differences of what is affine in every
entry, which are exact.
"""

import types
from functools import cache

import mpmath
import numpy as np
import pytest

import matcalc

RNG = np.random.default_rng(29)
N = 4
Q, P = (np.linalg.qr(RNG.standard_normal((N, N)))[0] for _ in range(2))
E, B = RNG.standard_normal((2, N, N))
SPECTRA = {
    "identity": [1.5, 1.5, 1.5, 1.5], "double": [0.5, 0.5, 1.2, 2.0], "zero": [0.0, 0.0, 0.7, 0.7],
    "generic": [0.3, 0.9, 1.7, 2.9],
    **{f"gap {gap:g}": [1.0, 1.0 + gap, 2.0, 2.0 - gap] for gap in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-13)},
}
SYMMETRIC = {  # a function of eigenvalues, and its derivative by each of them, given all
    "sum(eigvalsh(A).^3)": lambda x, _: 3 * x**2,
    "sum(exp(eigvalsh(A)))": lambda x, _: mpmath.exp(x),
    "sum(log(1 + eigvalsh(A).^2))": lambda x, _: 2 * x / (1 + x**2),
    "sum(softplus(eigvalsh(A)))": lambda x, _: 1 / (1 + mpmath.exp(-x)),
    "logsumexp(eigvalsh(A))": lambda x, all_: mpmath.exp(x) / sum(map(mpmath.exp, all_)),
    "log(1 + sum(eigvalsh(A).^4))": lambda x, all_: 4 * x**3 / (1 + sum(y**4 for y in all_)),
}
SINGULAR = {  # the same of singular values
    "sum(svdvals(X).^4)": lambda x, _: 4 * x**3,
    "sum(cosh(svdvals(X)))": lambda x, _: mpmath.sinh(x),
    "norm_schatten(X, 4)": lambda x, all_: x**3 / mpmath.power(sum(y**4 for y in all_), mpmath.mpf(3) / 4),
}


def spectral(f, A):
    """V diag(f(λ)) V'."""
    values, vectors = mpmath.eigsy((A + A.T) / 2)
    return vectors * mpmath.diag([f(x, list(values)) for x in values]) * vectors.T


def singular(f, A):
    """U diag(f(σ)) V'."""
    U, s, V = mpmath.svd_r(A)
    return U * mpmath.diag([f(x, list(s)) for x in s]) * V


def slope(function, A, direction):
    """The derivative of a matrix along a direction."""
    with mpmath.workdps(50):
        a, e, h = mpmath.matrix(A.tolist()), mpmath.matrix(direction.tolist()), mpmath.mpf(10) ** -15
        change = (function(a + h * e) - function(a - h * e)) / (2 * h)
        return np.array(change.tolist(), dtype=float)


def close(got, wanted, least=1e-9):
    assert np.max(np.abs(got - wanted)) <= least * max(1.0, np.max(np.abs(wanted)))


@pytest.mark.parametrize("formula", SYMMETRIC)
def test_second_derivatives_of_functions_of_eigenvalues_that_coincide(formula):
    d = matcalc.hessian(formula, "A", variables={"A": "matrix(n,n)"}, check=False)
    for spectrum in SPECTRA.values():
        A = Q @ np.diag(spectrum) @ Q.T
        wanted = slope(lambda a: spectral(SYMMETRIC[formula], a), (A + A.T) / 2, E)
        got = (d.evaluate({"A": A}) @ E.ravel(order="F")).reshape(N, N, order="F")
        close(got, wanted)


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3)])
@pytest.mark.parametrize("formula", SINGULAR)
def test_second_derivatives_of_functions_of_singular_values_that_coincide(formula, shape):
    d = matcalc.hessian(formula, "X", variables={"X": "matrix({},{})".format(*shape)}, check=False)
    direction = RNG.standard_normal(shape)
    for values in ([1.0, 1, 1], [2.0, 1, 1], [2.0, 2, 1], [3.0, 2, 1], [2.0, 1, 0], [2.0, 0, 0]):
        middle = np.zeros(shape)
        middle[range(3), range(3)] = values
        left, right = (np.linalg.qr(M[:k, :k])[0] for M, k in zip((Q, P), shape, strict=True))
        X = left @ middle @ right.T
        wanted = slope(lambda a: singular(SINGULAR[formula], a), X, direction)
        got = (d.evaluate({"X": X}) @ direction.ravel(order="F")).reshape(shape, order="F")
        close(got, wanted, 1e-8)


def cofactors(A):
    """The gradient of the determinant, by minors."""
    n = len(A)
    minors = [[np.linalg.det(np.delete(np.delete(A, i, 0), j, 1)) for j in range(n)] for i in range(n)]
    return np.array([[(-1) ** (i + j) * minors[i][j] for j in range(n)] for i in range(n)])


def differences(f, x, h=1.0):
    """The Jacobian on column-major vec of what is affine in each entry: there differences are exact."""
    columns = []
    for k in range(x.size):
        e = np.zeros(x.size)
        e[k] = h
        e = e.reshape(x.shape, order="F")
        columns.append(np.ravel(f(x + e) - f(x - e), order="F") / (2 * h))
    return np.array(columns).T


def of_rank(rank):
    return RNG.standard_normal((N, rank)) @ RNG.standard_normal((rank, N)) if rank else np.zeros((N, N))


RANKS = [4, 3, 2, 1, 0]


@cache
def hessian_of_adj():
    return matcalc.hessian("tr(B*adj(A))", "A", check=False)


@pytest.mark.parametrize("rank", RANKS)
def test_determinants_and_adjugates_of_singular_matrices(rank):
    A, X = of_rank(rank), of_rank(N)
    close(matcalc.grad("det(A)", check=False).evaluate({"A": A}), cofactors(A))
    close(matcalc.hessian("det(A)", check=False).evaluate({"A": A}), differences(cofactors, A))
    close(matcalc.grad("det(A*X*B)", "X", check=False).evaluate({"A": X, "X": A, "B": B}),
          X.T @ cofactors(X @ A @ B) @ B.T)
    slope_of_adj = differences(lambda a: np.atleast_1d(np.trace(B @ cofactors(a).T)), A)
    close(matcalc.grad("tr(B*adj(A))", "A", check=False).evaluate({"A": A, "B": B}).ravel(order="F"), slope_of_adj[0])
    close(matcalc.jacobian("adj(A)", "A", check=False).evaluate({"A": A}), differences(lambda a: cofactors(a).T, A))
    close(hessian_of_adj().evaluate({"A": A, "B": B}),
          differences(lambda a: differences(lambda b: np.atleast_1d(np.trace(B @ cofactors(b).T)), a)[0], A))
    determinant = np.linalg.det(A)
    close(matcalc.grad("det(A)^2 + 3*det(A)", "A", check=False).evaluate({"A": A}),
          (2 * determinant + 3) * cofactors(A))


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_code_of_a_determinant_holds_at_singular_matrices(target):
    if target != "numpy":
        library = pytest.importorskip(target)
    if target == "jax":
        library.config.update("jax_enable_x64", True)
    functions = types.ModuleType("derivatives")
    text = matcalc.hessian("det(A)", check=False).code(
        target, functions=["f", "gradient", "value_and_gradient", "hessian", "hessian_product"])
    exec(text, functions.__dict__)
    for rank in RANKS:
        A = of_rank(rank)
        given = library.tensor(A) if target == "torch" else A
        along = library.tensor(E) if target == "torch" else E
        close(np.asarray(functions.gradient(given)), cofactors(A))
        close(np.asarray(functions.value_and_gradient(given)[1]), cofactors(A))
        H = differences(cofactors, A)
        close(np.asarray(functions.hessian(given)), H)
        close(np.asarray(functions.hessian_product(given, along)).ravel(order="F"), H @ E.ravel(order="F"))


@pytest.mark.parametrize(("formula", "kind"), [
    ("det(A)", "grad"), ("det(A)", "hessian"), ("det(A*X*B)", "grad"), ("det(A'*A)", "hessian"),
    ("tr(B*adj(A))", "grad"), ("det(A)^3", "grad"), ("log(1 + det(A)^2)", "grad"), ("adj(A)*B", "jacobian"),
    ("adj(A)*B", "vjp"), ("det(A)", "jvp"), ("log(det(A))", "grad"), ("det(A)^(1/3)", "grad"), ("1/det(A)", "hessian")])
def test_what_is_computed_is_what_is_shown(formula, kind):
    """The two forms are derived on two ways."""
    d = getattr(matcalc, kind)(formula, "A", check=False)
    assert d.verify().ok
    shapes = {name: tuple(N for _ in x.shape) for name, x in d.inputs.items()}
    values = {name: np.diag([1.0, 2, 3, 4]) + 0.3 * RNG.standard_normal(shape) for name, shape in shapes.items()}
    close(d.evaluate(values), d._at(values, d.expr, d.inputs))


def test_the_condition_of_the_book_is_still_said():
    d = matcalc.grad("det(A)")
    assert (d.ascii, d.conditions) == ("det(A)*inv(A)'", ["A invertible"])


ZEROS = np.array([1.5, 0.0, 2.0, 0.0, -1.0, 0.7])
ROWS = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0], [2.0, 5.0, 0.0]])
WEIGHTS = RNG.standard_normal(6)
AFFINE = {  # formula: what it is at a point, and the point
    "w'*cumprod(x)": (lambda x: WEIGHTS @ np.cumprod(x), ZEROS), "prod(x)": (np.prod, ZEROS),
    "tr(W'*row_cumprod(X))": (lambda X: np.sum(B[:3, :3] * np.cumprod(X, axis=1)), ROWS),
    "w'*row_prod(X)": (lambda X: WEIGHTS[:3] @ np.prod(X, axis=1), ROWS), "prod(X)": (np.prod, ROWS),
}


@pytest.mark.parametrize("formula", AFFINE)
def test_second_derivatives_of_products_at_zeros(formula):
    f, at = AFFINE[formula]
    d = matcalc.hessian(formula, "X" if at.ndim > 1 else "x", check=False)
    given = {"x": at, "X": at, "w": WEIGHTS[:len(at)] if at.ndim > 1 else WEIGHTS, "W": B[:3, :3]}
    wanted = differences(lambda y: differences(lambda z: np.atleast_1d(f(z)), y)[0], at)
    close(d.evaluate({name: given[name] for name in d.inputs}), wanted)
    assert d.conditions == []


def test_third_derivatives_of_products_at_zeros():
    others = matcalc.hessian("w'*prod_others(x)", "x", check=False)
    pairs = matcalc.hessian("w'*cumprod_others(x)*v", "x", check=False)
    x, w, v = ZEROS, WEIGHTS, WEIGHTS[::-1]
    i = np.arange(len(x))

    def rest(y):
        return np.atleast_1d(w @ [np.prod(y[i != j]) for j in i])

    def first(y):
        return np.atleast_1d(w @ [[np.prod(y[(i <= k) & (i != j)]) * (j <= k) for j in i] for k in i] @ v)

    close(others.evaluate({"x": x, "w": w}), differences(lambda y: differences(rest, y)[0], x))
    close(pairs.evaluate({"x": x, "w": w, "v": v}), differences(lambda y: differences(first, y)[0], x))


WITH_EXACT = """
function twice_det(X: [n,n]) -> scalar
  title   = twice the determinant
  d       = 2*det(X)*tr(inv(X)*dX)
  exact   = {}
  domain  = X invertible for the derivative
  numpy   = 2 * np.linalg.det(X)
  ref     = by hand
  example twice_det(X) wrt X -> 2*det(X)*inv(X)'
"""


def test_a_wrong_exact_differential_is_found(tmp_path):
    right, wrong = tmp_path / "right.rules", tmp_path / "wrong.rules"
    right.write_text(WITH_EXACT.format("2*tr(adj(X)*dX)"))
    wrong.write_text(WITH_EXACT.format("tr(adj(X)*dX)"))
    A = of_rank(3)
    d = matcalc.grad("twice_det(X)", "X", rules=str(right))
    assert d.ascii == "2*det(X)*inv(X)'"
    close(d.evaluate({"X": A}), 2 * cofactors(A))
    with pytest.raises(matcalc.MatcalcError, match="exact differential by X"):
        matcalc.grad("twice_det(X)", "X", rules=str(wrong))
