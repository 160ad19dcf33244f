"""Order statistics, structured matrices, convolutions, kernels of rows and rotations against NumPy, SciPy and torch: at
random points, at ties, at coinciding rows and at the angle 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from mpmath import mp
from scipy.spatial.distance import cdist

import matcalc
from matcalc.core.dims import Unifier, named
from tests.functions.test_peers import declared, t

torch: Any = pytest.importorskip("torch", reason="torch is not installed")
F: Any = torch.nn.functional

RNG = np.random.default_rng(11)
x7, y7, v5, c3 = (RNG.standard_normal(n) for n in (7, 7, 5, 3))
X, Y, Z = (RNG.standard_normal(shape) for shape in ((4, 3), (5, 3), (4, 5)))
S4, S6 = RNG.standard_normal((4, 4)), RNG.standard_normal((6, 6))
TIES = np.array([2.0, -1.0, 2.0, 0.5, -1.0, 2.0, 3.0])
Case = tuple[str, Callable[..., Any], dict[str, Any]]


def each(formula: str, function: Callable[..., Any], **values: Any) -> Case:
    return formula, function, values


def toeplitz(c: Any, r: Any) -> Any:
    """Row by row: t[i - j]."""
    whole = torch.cat([c.flip(0), r[1:]])
    return torch.stack([whole[len(c) - 1 - i:len(c) - 1 - i + len(r)] for i in range(len(c))])


def hankel(c: Any, r: Any) -> Any:
    whole = torch.cat([c, r[1:]])
    return torch.stack([whole[i:i + len(r)] for i in range(len(c))])


def conv(a: Any, b: Any, padding: Any = 0) -> Any:
    return F.conv1d(a[None, None], b.flip(0)[None, None], padding=padding)[0, 0]


def powers(x: Any, n: int) -> Any:
    return x[:, None] ** torch.arange(n)


def partial(R: Any) -> Any:
    return R.reshape(2, 3, 2, 3)


def rotation(w: Any) -> Any:
    """The matrix exponential of [w]_x."""
    zero = torch.zeros((), dtype=w.dtype)
    return torch.linalg.matrix_exp(torch.stack([torch.stack([zero, -w[2], w[1]]), torch.stack([w[2], zero, -w[0]]),
                                                torch.stack([-w[1], w[0], zero])]))


ORDER = [
    *[each("y'sort(x)", lambda x, y: y @ torch.sort(x, stable=True).values, x=x, y=y7) for x in (x7, TIES)],
    each("y'sort_descending(x)", lambda x, y: y @ torch.sort(x, descending=True).values, x=x7, y=y7),
    each("z'topk(x, 3)", lambda x, z: z @ x.topk(3).values, x=x7, z=c3),
    each("median(x)", lambda x: torch.quantile(x, 0.5), x=x7), each("median(x)", lambda x: torch.quantile(x, 0.5),
                                                                    x=x7[:6]),
    *[each("quantile(x, q)", torch.quantile, x=x, q=q) for x in (x7, x7[:4]) for q in (0.1, 0.37, 0.9)],
    each("quantile(x, 1/4)", lambda x: torch.quantile(x, 0.25), x=x7),
    each("cvar(x, b)", lambda x, b: x.topk(2).values.sum() / (7 * (1 - b)) + x.sort().values[4] * (
        1 - 2 / (7 * (1 - b))), x=x7, b=0.6),
    *[each("y'cummax(x)", lambda x, y: y @ x.cummax(0).values, x=x, y=y7) for x in (x7, x7[::-1].copy())],
    each("y'cummin(x)", lambda x, y: y @ x.cummin(0).values, x=x7, y=y7),
    *[each("y'logcumsumexp(x)", lambda x, y: y @ x.logcumsumexp(0), x=s * x7, y=y7) for s in (1.0, 300.0)],
    each("y'log(cumsum(exp(x)))", lambda x, y: y @ x.logcumsumexp(0), x=500 * x7, y=y7),
]
STRUCTURE = [
    each("sum(diag(X, -2).^3)", lambda X: (X.diag(-2) ** 3).sum(), X=S4),
    each("tr(A'diag(x, -1))", lambda x, A: (A * torch.diag(x, -1)).sum(), x=c3, A=S4),
    each("tr(A'toeplitz(c))", lambda c, A: (A * toeplitz(c, c)).sum(), c=S4[0], A=S4),
    each("‖toeplitz(c, r) z‖^2", lambda c, r, z: ((toeplitz(c, r) @ z) ** 2).sum(), c=x7[:4], r=v5, z=y7[:5]),
    each("‖toeplitz(c, r) z‖^2", lambda r, c, z: ((toeplitz(c, r) @ z) ** 2).sum(), r=v5, c=x7[:4], z=y7[:5]),
    each("tr(A'hankel(c, r))", lambda c, r, A: (A * hankel(c, r)).sum(), c=x7[:4], r=v5, A=Z),
    each("tr(A'hankel(c))", lambda c, A: (A * hankel(c, 0 * c)).sum(), c=S4[0], A=S4),
    each("‖circulant(c) z‖^2", lambda c, z: torch.fft.ifft(torch.fft.fft(c) * torch.fft.fft(z)).real.square().sum(),
         c=x7, z=y7),
    each("tr(A'vander(x, 5))", lambda x, A: (A * powers(x, 5).flip(1)).sum(), x=np.array([0.0, -1.3, 0.7, 2.0]), A=Z),
    each("tr(A'vander(x))", lambda x, A: (A * powers(x, 4).flip(1)).sum(), x=x7[:4], A=S4),
    each("tr(A'vander_increasing(x, 5))", lambda x, A: (A * powers(x, 5)).sum(), x=x7[:4], A=Z),
    each("tr(A'companion(c))", lambda c, A: -(A[0] * c[1:] / c[0]).sum() + A.diagonal(-1).sum(), c=v5, A=S4),
    each("tr(A'partial_trace(R, 2, 3)^3)", lambda R, A: (A * torch.matrix_power(torch.einsum(
        "ikjk->ij", partial(R)), 3)).sum(), R=S6, A=S4[:2, :2]),
    each("tr(A'partial_trace_first(R, 2, 3)^3)", lambda R, A: (A * torch.matrix_power(torch.einsum(
        "ikil->kl", partial(R)), 3)).sum(), R=S6, A=S4[:3, :3]),
    each("tr(A'partial_transpose(R, 2, 3)^3)", lambda R, A: (A * torch.matrix_power(
        partial(R).permute(0, 3, 2, 1).reshape(6, 6), 3)).sum(), R=S6, A=S6),
    each("tr(A'partial_transpose_first(R, 2, 3)^3)", lambda R, A: (A * torch.matrix_power(
        partial(R).permute(2, 1, 0, 3).reshape(6, 6), 3)).sum(), R=S6, A=S6),
    each("z'vee(X)", lambda X, z: (z * torch.stack([X[2, 1] - X[1, 2], X[0, 2] - X[2, 0], X[1, 0] - X[0, 1]])
                                   ).sum() / 2, X=S4[:3, :3], z=c3),
    each("z'skew(w) y", lambda w, y, z: z @ torch.linalg.cross(w, y), w=c3, y=S4[0, :3], z=S4[1, :3]),
]
CONVOLUTION = [
    each("‖conv(a, b)‖^2", lambda a, b: (conv(a, b, 4) ** 2).sum(), a=x7, b=v5),
    each("‖conv(a, b)‖^2", lambda b, a: (conv(a, b, 4) ** 2).sum(), b=v5, a=x7),
    each("‖conv_valid(x, h)‖^2", lambda x, h: (conv(x, h) ** 2).sum(), x=x7, h=v5),
    each("‖conv_valid(x, h)‖^2", lambda h, x: (conv(x, h) ** 2).sum(), h=x7, x=y7),
    each("‖conv_same(x, h)‖^2", lambda x, h: (conv(x, h, "same") ** 2).sum(), x=x7, h=c3),
    each("‖conv_same(x, h)‖^2", lambda h, x: (conv(x, h, "same") ** 2).sum(), h=v5, x=c3),
    each("‖correlate(x, h)‖^2", lambda x, h: (conv(x, h.flip(0)) ** 2).sum(), x=x7, h=v5),
    each("‖avg_pool(x, 2)‖^2", lambda x: (F.avg_pool1d(x[None], 2)[0] ** 2).sum(), x=x7[:6]),
    each("‖max_pool(x, 3)‖^2", lambda x: (F.max_pool1d(x[None], 3)[0] ** 2).sum(), x=x7[:6]),
    each("tr(A'windows(x, 3))", lambda x, A: (A * x.unfold(0, 3, 1)).sum(), x=x7, A=Y),
]


def squared(X: Any, Y: Any) -> Any:
    return ((X[:, None] - Y[None]) ** 2).sum(-1)


def matern(order: int, squares: Any, length: Any) -> Any:
    r = torch.sqrt(order * squares) / abs(length)
    return {1: 1, 3: 1 + r, 5: 1 + r + r**2 / 3}[order] * torch.exp(-r)


KERNELS = [
    each("tr(A'sqdist(X, Y))", lambda X, Y, A: (A * squared(X, Y)).sum(), X=X, Y=Y, A=Z),
    each("tr(A'sqdist(X, Y))", lambda Y, X, A: (A * squared(X, Y)).sum(), Y=Y, X=X, A=Z),
    each("tr(A'cdist(X, Y))", lambda X, Y, A: (A * torch.cdist(X, Y)).sum(), X=X, Y=Y, A=Z),
    each("tr(A'gaussian_kernel(X, X, c))", lambda X, A, c: (A * torch.exp(-squared(X, X) / (2 * c**2))).sum(), X=X,
         A=S4, c=0.8),
    each("tr(A'rbf_kernel(X, Y, c))", lambda X, Y, A, c: (A * torch.exp(-c * squared(X, Y))).sum(), X=X, Y=Y, A=Z,
         c=0.8),
    *[each(f"tr(A'matern{order}2_kernel(X, Y, c))", lambda X, Y, A, c, order=order: (
        A * matern(order, squared(X, Y), c)).sum(), X=X, Y=Y, A=Z, c=1.3) for order in (1, 3, 5)],
    each("tr(A'rational_quadratic(X, Y, c, a))", lambda X, Y, A, c, a: (A * (1 + squared(X, Y) / (
        2 * a * c**2)) ** -a).sum(), X=X, Y=Y, A=Z, c=0.8, a=1.6),
    each("tr(A'polynomial_kernel(X, Y, 3, a, c))", lambda X, Y, A, a, c: (A * (a * X @ Y.T + c) ** 3).sum(), X=X, Y=Y,
         A=Z, a=0.5, c=1.2),
    each("tr(A'linear_kernel(X, Y))", lambda X, Y, A: (A * (X @ Y.T)).sum(), X=X, Y=Y, A=Z),
]
ROTATIONS = [each("tr(A'so3_exp(w))", lambda w, A: (A * rotation(w)).sum(), w=s * c3, A=S4[:3, :3])
             for s in (0.0, 1e-9, 1e-3, 0.5, 1.0, 4.0)]
REST = [
    each("w'erfinv(x)", lambda x, w: w @ torch.erfinv(x), x=np.array([-0.999, -0.3, 1e-9, 0.69, 0.71]), w=v5),
    each("w'probit(x)", lambda x, w: w @ torch.special.ndtri(x), x=np.array([1e-30, 0.01, 0.3, 0.5, 0.99]), w=v5),
    each("w'polygamma(2, x)", lambda x, w: w @ torch.polygamma(2, x), x=np.array([0.1, 0.9, 2.0, 7.0, 40.0]), w=v5),
]
ALL = [*ORDER, *STRUCTURE, *CONVOLUTION, *KERNELS, *ROTATIONS, *REST]


@pytest.mark.parametrize(("formula", "peer", "values"), ALL, ids=lambda x: x if isinstance(x, str) else "")
def test_value_and_gradients(formula: str, peer: Callable[..., Any], values: dict[str, Any]) -> None:
    """By the first variable, and by parameters."""
    given = {name: t(value).clone().requires_grad_() for name, value in values.items()}
    due = peer(*given.values())
    wanted = [name for k, name in enumerate(given) if k == 0 or (np.ndim(values[name]) == 0 and name != "q")]
    slopes = torch.autograd.grad(due, [given[name] for name in wanted], allow_unused=True)
    arrays = {name: np.asarray(value, dtype=float) for name, value in values.items()}
    for name, slope in zip(wanted, slopes, strict=True):
        d = matcalc.grad(formula, name, variables=declared(values), check=False)
        np.testing.assert_allclose(d.value(arrays), due.detach(), rtol=1e-10, atol=1e-300)
        np.testing.assert_allclose(np.reshape(d.evaluate(arrays), slope.shape), slope, rtol=2e-8, atol=1e-12)


@pytest.mark.parametrize("formula", ["tr(A'gaussian_kernel(X, X, c))", "tr(A'matern52_kernel(X, X, c))",
                                     "tr(A'matern32_kernel(X, X, c))"])
@pytest.mark.parametrize("same", [False, True], ids=["", "two rows are one"])
def test_kernels_where_rows_coincide(formula: str, same: bool) -> None:
    """The diagonal of K(X, X) is where distances are 0: there the gradient is finite, and right."""
    at = {"X": X.copy(), "A": S4, "c": 0.9}
    if same:
        at["X"][2] = at["X"][0]
    d = matcalc.grad(formula, "X", variables=declared(at), check=False)
    gradient, h = d.evaluate(at), 1e-5
    for k in np.ndindex(X.shape):
        step = h * (np.arange(X.size) == np.ravel_multi_index(k, X.shape)).reshape(X.shape)
        ahead, behind = (d.value({**at, "X": at["X"] + s * step}) for s in (1, -1))
        assert gradient[k] == pytest.approx((ahead - behind) / (2 * h), abs=1e-6)
    assert not [c for c in d.conditions if "sqdist" in c]


@pytest.mark.parametrize("kernel", ["gaussian", "matern32", "matern52"])
def test_second_derivatives_where_rows_coincide(kernel: str) -> None:
    """The kernel of Matern of order 3/2 has two derivatives at distance 0, of which those by the squared distance have
    one only."""
    at = {"X": X.copy(), "A": S4, "c": 0.9}
    at["X"][2] = at["X"][0]
    formula = f"tr(A'{kernel}_kernel(X, X, c))"
    bend = matcalc.hessian(formula, "X", variables=declared(at), check=False).evaluate(at)
    d, h, columns = matcalc.grad(formula, "X", variables=declared(at), check=False), 1e-6, []
    for k in range(X.size):
        step = h * (np.arange(X.size) == k).reshape(X.shape, order="F")
        ahead, behind = (d.evaluate({**at, "X": at["X"] + s * step}) for s in (1, -1))
        columns.append(np.ravel(ahead - behind, order="F") / (2 * h))
    np.testing.assert_allclose(np.reshape(bend, (X.size, X.size)), np.stack(columns, 1), atol=2e-5)


def test_what_distances_need_is_said() -> None:
    given = {"X": "matrix(m,k)", "Y": "matrix(n,k)"}
    assert matcalc.grad("sum(cdist(X, Y))", "X", variables=given).conditions == ["entries of sqdist(X, Y) > 0"]
    found = matcalc.grad("sum(matern12_kernel(X, Y, c))", "X", variables=given | {"c": "scalar"}).conditions
    assert "entries of sqdist(X, Y) > 0" in found


def test_distances_do_not_cancel() -> None:
    """Two rows 1 apart, far from the origin, and a row with itself."""
    at = {"X": np.array([[1e9, 2e9], [1e9 + 1, 2e9]]), "A": np.array([[1.0, 2.0], [3.0, 4.0]])}
    at["Y"] = at["X"]
    d = matcalc.grad("tr(A'sqdist(X, Y))", "X", variables=declared(at), check=False)
    assert d.value(at) == np.sum(at["A"] * cdist(at["X"], at["Y"], "sqeuclidean")) == 5


def test_matrices_are_those_of_scipy() -> None:
    values = {"tr(A'toeplitz(c, r))": scipy.linalg.toeplitz(x7[:4], v5), "tr(A'hankel(c, r))":
              scipy.linalg.hankel(x7[:4], v5)}
    for formula, due in values.items():
        at = {"c": x7[:4], "r": v5, "A": Z}
        assert matcalc.grad(formula, "c", variables=declared(at), check=False).value(at) == pytest.approx(
            np.sum(Z * due))
    at = {"c": x7, "A": RNG.standard_normal((7, 7))}
    assert matcalc.grad("tr(A'circulant(c))", "c", variables=declared(at), check=False).value(at) == pytest.approx(
        np.sum(at["A"] * scipy.linalg.circulant(x7)))
    at = {"c": v5, "A": S4}
    assert matcalc.grad("tr(A'companion(c))", "c", variables=declared(at), check=False).value(at) == pytest.approx(
        np.sum(S4 * scipy.linalg.companion(v5)))


def test_the_subgradient_at_ties_is_the_one_that_is_named() -> None:
    """Equal entries keep their order in sort, the first largest one counts in cummax."""
    at = {"x": TIES, "y": np.arange(1.0, 8.0)}
    found = matcalc.grad("y'sort(x)", "x", variables=declared(at), check=False).evaluate(at)
    order = np.argsort(TIES, kind="stable")
    np.testing.assert_array_equal(found[order], at["y"])
    found = matcalc.grad("y'cummax(x)", "x", variables=declared(at), check=False).evaluate(at)
    np.testing.assert_array_equal(found, [1 + 2 + 3 + 4 + 5 + 6, 0, 0, 0, 0, 0, 7])


def test_places_of_extremes_have_the_derivative_0() -> None:
    at = {"x": x7}
    d = matcalc.grad("argmax(x)*sum(x) - argmin(x)", "x", variables=declared(at))
    assert d.value(at) == pytest.approx((np.argmax(x7) + 1) * x7.sum() - np.argmin(x7) - 1)
    np.testing.assert_array_equal(d.evaluate(at), np.full(7, np.argmax(x7) + 1))
    assert any("argmax" in note for note in d.notes + d.conditions)


@pytest.mark.parametrize("angle", [0.0, 1e-8, 0.3, 2.0, 3.1])
def test_the_logarithm_of_a_rotation(angle: float) -> None:
    """log(exp(w)) = w, and the derivative of the logarithm is right at the identity too."""
    axis = np.array([2.0, -1.0, 2.0]) / 3
    w = angle * axis
    R = scipy.linalg.expm(np.array([[0, -w[2], w[1]], [w[2], 0, -w[0]], [-w[1], w[0], 0]]))
    at = {"R": R, "a": c3}
    d = matcalc.grad("a'so3_log(R)", "R", variables=declared(at), check=False)
    assert d.value(at) == pytest.approx(c3 @ w, abs=1e-9 if angle < 3 else 1e-6)
    V = RNG.standard_normal((3, 3))
    h = 1e-5
    ahead, behind = (d.value({**at, "R": R + s * h * V}) for s in (1, -1))
    assert np.sum(d.evaluate(at) * V) == pytest.approx((ahead - behind) / (2 * h), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("w", [[0.0, 0.0, 0.0], [1e-7, 0.0, -2e-7], [0.4, 1.0, -0.3], [3.0, -2.0, 2.5]])
def test_second_derivatives_of_rotations(w: list[float]) -> None:
    at = {"w": np.array(w), "A": S4[:3, :3]}
    d = matcalc.hessian("tr(A'so3_exp(w))", "w", variables=declared(at), check=False)
    due = torch.autograd.functional.hessian(lambda w: (t(at["A"]) * rotation(w)).sum(), t(w))
    np.testing.assert_allclose(d.evaluate(at), due, rtol=1e-7, atol=1e-9)


EXACT = [
    *[(f"stumpff_{k}(x)", lambda x, k=k: mp.nsum(lambda j: (-x) ** j / mp.factorial(k + 2 * j), [0, 60]),
       [-30.0, -1.0, -1e-8, 0.0, 1e-20, 1e-7, 0.3, 0.999, 1.001, 9.0, 60.0]) for k in (1, 2, 3, 4, 5)],
    ("arccos_ratio(x)", lambda x: mp.acos(x) / mp.sqrt(1 - x**2), [-0.99, -0.5, 0.3, 0.89, 0.91, 1 - 1e-9]),
    ("arccos_ratio_slope(x)", lambda x: (x * mp.acos(x) / mp.sqrt(1 - x**2) - 1) / (1 - x**2),
     [-0.9, 0.3, 0.94, 0.96, 1 - 1e-9]),
    ("arccos_ratio_curvature(x)", lambda x: mp.diff(lambda z: mp.acos(z) / mp.sqrt(1 - z**2), x, 2),
     [-0.9, 0.3, 0.94, 0.96]),
    ("erfinv(x)", mp.erfinv, [-0.9999, -1e-12, 0.5, 0.99]),
    ("probit(x)", lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1), [1e-12, 0.3, 0.5, 0.999]),
]


@pytest.mark.parametrize(("formula", "exact", "points"), EXACT, ids=lambda x: x if isinstance(x, str) else "")
def test_values_to_many_digits(formula: str, exact: Callable[[Any], Any], points: list[float]) -> None:
    d = matcalc.grad(formula, "x", variables={"x": "scalar"}, check=False)
    with mp.workdps(60):
        for x in points:
            due = float(exact(mp.mpf(x)))
            assert d.value({"x": x}) == pytest.approx(due, rel=1e-11, abs=1e-300), x


@pytest.mark.parametrize(("formula", "given", "said"), [
    ("sum(diag(X, 0))", {"X": "matrix(4,4)"}, "M0313"),
    ("sum(avg_pool(x, 3))", {"x": "vector(7)"}, "M0311"), ("sum(topk(x, 8))", {"x": "vector(7)"}, "M0311"),
    ("sum(diag(X, -4))", {"X": "matrix(4,4)"}, "M0311"),
])
def test_sizes_that_do_not_fit_are_refused(formula: str, given: dict[str, str], said: str) -> None:
    with pytest.raises(matcalc.MatcalcError) as refusal:
        matcalc.grad(formula, variables=given, wrt=next(iter(given)))
    assert refusal.value.diagnostics[0].code == said


def test_sizes_are_solved_where_factors_divide() -> None:
    m, n = named("m"), named("n")
    for of, due, found in [(lambda u: 2 * u + 1, 7, 3), (lambda u: 2 * u + 1, 8, None), (lambda u: m * u, m * n, n),
                           (lambda u: m * u, m + 1, None), (lambda u: 3 * u, 12, 4), (lambda u: u * u, 9, 3),
                           (lambda u: u * u, 8, None)]:
        unifier = Unifier()
        unknown = unifier.fresh()
        assert unifier.unify(of(unknown), due) is (found is not None)
        assert found is None or unifier.resolve(unknown) == found


MEANT = [  # what is pasted, and what it is, with these variables
    ("np.sort(x) @ y", "sort(x)'*y", "x y"), ("torch.sort(x).values @ y", "sort(x)'*y", "x y"),
    ("torch.topk(x, k=3).values.sum()", "sum(topk(x, 3))", "x"), ("np.quantile(x, 0.25)", "quantile(x, 1/4)", "x"),
    ("np.median(x)", "median(x)", "x"),
    ("np.argmax(x)", "argmax(x) - 1", "x"), ("x.argmin()", "argmax(-x) - 1", "x"),
    ("torch.median(x)", "lower_median(x)", "x"),
    ("np.vander(x, N=3).sum()", "sum(vander(x, 3))", "x"), ("np.convolve(x, y).sum()", "sum(conv(x, y))", "x y"),
    ("torch.linalg.vander(x, N=3).sum()", "sum(vander_increasing(x, 3))", "x"),
    ("np.correlate(x, z).sum()", "sum(correlate(x, z))", "x z"), ("np.diag(X, k=-1).sum()", "sum(diag(X, -1))", "X"),
    ("torch.tril(X, diagonal=-1).sum()", "sum(tril(X, -1))", "X"), ("np.ravel(X).sum()", "sum(vec(X'))", "X"),
    ("X.reshape(2, 8).sum()", "sum(unvec(vec(X'), 8, 2)')", "X"), ("X.reshape(-1).sum()", "sum(vec(X'))", "X"),
    ("scipy.stats.norm.ppf(x).sum()", "sum(normal_quantile(x))", "x"),
    ("scipy.special.erfinv(x).sum()", "sum(erfinv(x))", "x"), ("torch.cdist(X, X).sum()", "sum(cdist(X, X))", "X"),
    ("scipy.special.beta(x, y).sum()", "sum(beta_function(x, y))", "x y"),
    ("scipy.linalg.toeplitz(x).sum()", "sum(toeplitz(x))", "x"),
]
KINDS = {"x": "vector(5)", "y": "vector(5)", "z": "vector(3)", "X": "matrix(4,4)"}


@pytest.mark.parametrize(("text", "meant", "names"), MEANT)
def test_pasted_calls(text: str, meant: str, names: str) -> None:
    """NumPy's and torch's calls mean what they compute; rows come first where an array is reshaped."""
    used = {name: KINDS[name] for name in names.split()}
    assert matcalc.parse(text, used, dialect="numpy") is matcalc.parse(meant, used)
