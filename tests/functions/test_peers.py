"""Values and gradients against torch and SciPy, which share no line with the rules: at random points, at their pieces,
and far out, where a formula as it is printed would overflow or cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import mp

import matcalc

torch: Any = pytest.importorskip("torch", reason="torch is not installed")
F: Any = torch.nn.functional

RNG = np.random.default_rng(5)
SPREAD = [-3.2, -1.7, -0.6, 0.3, 0.9, 2.4, 5.5, 7.1]
FAR = [-750.0, -40.0, -8.0, 8.0, 40.0, 750.0]
INSIDE = [0.02, 0.3, 0.5, 0.9]
ABOVE = [0.1, 0.7, 1.9, 12.0, 300.0]
POSITIVE = [0.3, 1.7, 2.2, 0.9]
OTHER = [1.3, 0.4, 2.9, 0.6]
X = RNG.standard_normal((4, 3))
Y = RNG.standard_normal((4, 3))

Case = tuple[str, Callable[..., Any], dict[str, Any]]


def entries(formula: str, function: Callable[..., Any], *points: list[float], **more: float) -> list[Case]:
    """A function entry by entry, at several vectors; its sum with weights is a scalar."""
    return [(f"w'({formula})", lambda x, w, *rest: (w * function(x, *rest)).sum(),
             {"x": np.array(x), "w": np.arange(1.0, len(x) + 1), **more}) for x in points]


def each(formula: str, function: Callable[..., Any], **values: Any) -> list[Case]:
    return [(formula, function, values)]


def t(x: Any) -> Any:
    return torch.as_tensor(x, dtype=torch.float64)


ACTIVATIONS = [
    *entries("elu(x, a)", lambda x, a: torch.where(x > 0, x, a * torch.expm1(torch.clamp(x, max=0))), SPREAD, FAR,
             a=0.7),
    *entries("celu(x, a)", lambda x, a: torch.where(x > 0, x, a * torch.expm1(torch.clamp(x, max=0) / a)), SPREAD, FAR,
             a=1.3),
    *entries("leaky_relu(x, a)", lambda x, a: torch.where(x > 0, x, a * x), SPREAD, a=0.2),
    *entries("prelu(x, a)", lambda x, a: torch.where(x > 0, x, a * x), SPREAD, a=0.25),
    *entries("selu(x)", F.selu, SPREAD, FAR),
    *entries("mish(x)", F.mish, SPREAD, FAR),
    *entries("silu(x)", F.silu, SPREAD, FAR),
    *entries("swish(x, b)", lambda x, b: x * torch.sigmoid(b * x), SPREAD, FAR, b=1.7),
    *entries("gelu(x)", F.gelu, SPREAD),
    *entries("gelu_tanh(x)", lambda x: F.gelu(x, approximate="tanh"), SPREAD, FAR),
    *entries("logsigmoid(x)", F.logsigmoid, SPREAD, FAR),
    *entries("softplus(x, b)", lambda x, b: torch.logaddexp(b * x, t(0.0)) / b, SPREAD, FAR, b=0.6),
    *entries("softsign(x)", F.softsign, SPREAD, FAR),
    *entries("hardtanh(x)", F.hardtanh, SPREAD, FAR),
    *entries("hardsigmoid(x)", lambda x: torch.clamp(x + 3, 0, 6) / 6, SPREAD, FAR),
    *entries("hardswish(x)", F.hardswish, SPREAD, FAR),
    *entries("relu6(x)", F.relu6, SPREAD, FAR),
    *entries("tanhshrink(x)", F.tanhshrink, SPREAD),
    *entries("softshrink(x, 0.5)", lambda x: F.softshrink(x, 0.5), SPREAD),
    *entries("hardshrink(x, 0.5)", lambda x: F.hardshrink(x, 0.5), SPREAD),
    *entries("clip(x, a, b)", torch.clamp, SPREAD, a=-1.0, b=2.0),
    *entries("clamp(x, 0, 1)", lambda x: torch.clamp(x, 0, 1), SPREAD),
    *entries("floor(x)", torch.floor, SPREAD),
    *entries("ceil(x)", torch.ceil, SPREAD),
    *entries("round(x)", torch.round, SPREAD, [0.5, 1.5, 2.5, -0.5]),
    *entries("trunc(x)", torch.trunc, SPREAD),
    *entries("where(x > 0.5, x.^2, sin(x))", lambda x: torch.where(x > 0.5, x**2, torch.sin(x)), SPREAD),
    *entries("where(x <= 1, exp(x), 3)", lambda x: torch.where(x <= 1, torch.exp(torch.clamp(x, max=1)), t(3.0)),
             SPREAD, FAR),
]
SPECIAL = [
    *entries("log1p(x)", torch.log1p, ABOVE, [1e-20, 3e-14]),
    *entries("expm1(x)", torch.expm1, SPREAD, [1e-20, 3e-14]),
    *entries("log2(x)", torch.log2, ABOVE),
    *entries("log10(x)", torch.log10, ABOVE),
    *entries("exp2(x)", torch.exp2, SPREAD),
    *entries("cbrt(x)", lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), SPREAD),
    *entries("logaddexp(x, b)", torch.logaddexp, SPREAD, FAR, b=1.2),
    *entries("hypot(x, b)", torch.hypot, SPREAD, [3e200, -1e-200], b=1.1),
    *entries("arctan2(x, b)", torch.atan2, SPREAD, b=-0.8),
    *entries("xlogy(x, b)", torch.xlogy, [0.0, *SPREAD], b=2.5),
    *entries("entr(x)", torch.special.entr, ABOVE),
    *entries("rel_entr(x, b)", lambda x, b: x * torch.log(x / b), ABOVE, b=0.9),
    *entries("kl_div(x, b)", lambda x, b: x * torch.log(x / b) - x + b, ABOVE, b=0.9),
    *entries("logit(x)", torch.logit, INSIDE),
    *entries("sinc(x)", lambda x: torch.sinc(x / torch.pi), SPREAD),
    *entries("lgamma(x)", torch.lgamma, ABOVE),
    *entries("digamma(x)", torch.digamma, ABOVE),
    *entries("trigamma(x)", lambda x: torch.polygamma(1, x), ABOVE),
    *entries("lbeta(x, b)", lambda x, b: torch.lgamma(x) + torch.lgamma(b) - torch.lgamma(x + b), ABOVE, b=1.4),
    *entries("bessel_i0(x)", torch.special.i0, SPREAD),
    *entries("bessel_i1(x)", torch.special.i1, SPREAD),
    *entries("log(bessel_i0(x))", lambda x: torch.abs(x) + torch.log(torch.special.i0e(x)), SPREAD, FAR),
    *entries("erf(x)", torch.erf, SPREAD),
    *entries("erfc(x)", torch.erfc, SPREAD, [8.0, 25.0]),
    *entries("normal_cdf(x)", torch.special.ndtr, SPREAD),
    *entries("normal_logcdf(x)", torch.special.log_ndtr, SPREAD, [-30.0, -8.0, 8.0]),
    *entries("normal_pdf(x)", lambda x: torch.exp(-x**2 / 2) / (2 * torch.pi) ** 0.5, SPREAD),
]
LOSSES = [
    *entries("huber(x, c)", lambda x, c: torch.where(x.abs() < c, x**2 / 2, c * (x.abs() - c / 2)), SPREAD, FAR, c=0.8),
    *entries("smooth_l1(x, 0.5)", lambda x: F.smooth_l1_loss(x, t(0.0 * x), reduction="none", beta=0.5), SPREAD),
    *entries("hinge(x)", lambda x: torch.relu(1 - x), SPREAD),
    *entries("squared_hinge(x)", lambda x: torch.relu(1 - x) ** 2, SPREAD),
    *entries("pinball(x, q)", lambda x, q: torch.where(x > 0, q * x, (q - 1) * x), SPREAD, q=0.3),
    *entries("logcosh(x)", lambda x: torch.logaddexp(x, -x) - np.log(2), SPREAD, FAR),
    *each("mse_loss(X, Y)", F.mse_loss, X=X, Y=Y), *each("l1_loss(X, Y)", F.l1_loss, X=X, Y=Y),
    *each("huber_loss(X, Y)", F.huber_loss, X=X, Y=Y), *each("smooth_l1_loss(X, Y)", F.smooth_l1_loss, X=X, Y=Y),
    *each("bce(X, Y)", F.binary_cross_entropy, X=RNG.uniform(0.1, 0.9, (4, 3)), Y=RNG.uniform(0, 1, (4, 3))),
    *each("bce_with_logits(X, Y)", F.binary_cross_entropy_with_logits, X=300 * X, Y=RNG.uniform(0, 1, (4, 3))),
    *each("poisson_nll(X, Y)", F.poisson_nll_loss, X=X, Y=Y**2),
    *each("gaussian_nll(X, Y, Z)", F.gaussian_nll_loss, X=X, Y=Y, Z=Y**2 + 0.3),
    *each("kl_div_loss(X, Y)", F.kl_div, X=X, Y=Y**2 + 0.1),
    *each("soft_margin(X, Y)", lambda X, Y: F.softplus(-X * Y, threshold=1e9).mean(), X=200 * X, Y=np.sign(Y)),
    *each("nll(X, Y)", lambda X, Y: F.nll_loss(X, Y.argmax(1)), X=X, Y=np.eye(3)[[0, 2, 1, 1]]),
    *each("sum(cosine_similarity(X, Y))", lambda X, Y: F.cosine_similarity(X, Y).sum(), X=X, Y=Y),
    *each("cosine_similarity(x, y)", lambda x, y: F.cosine_similarity(x, y, dim=0), x=X[0], y=Y[0]),
    *each("triplet(x, y, z, 1)", lambda x, y, z: F.triplet_margin_loss(x, y, z, eps=0.0), x=X[0], y=Y[0],
          z=X[1] + Y[1]),
    *each("infonce(X, 0.1)", lambda X: F.cross_entropy(X / 0.1, torch.arange(3)), X=X[:3]),
    *each("sum(focal(X, Y, 2))", lambda X, Y: (F.binary_cross_entropy_with_logits(X, Y, reduction="none") * (
        1 - torch.exp(-F.binary_cross_entropy_with_logits(X, Y, reduction="none")))**2).sum(), X=X, Y=(Y > 0) * 1.0),
    *each("geo_mean(x)", lambda x: torch.exp(torch.log(x).mean()), x=POSITIVE),
    *each("harmonic_mean(x)", lambda x: len(x) / (1 / x).sum(), x=POSITIVE),
    *each("inv_prod(x)", lambda x: 1 / x.prod(), x=POSITIVE),
    *each("sum_largest(x, 2)", lambda x: x.topk(2).values.sum(), x=OTHER),
    *each("sum_smallest(x, 3)", lambda x: x.topk(3, largest=False).values.sum(), x=OTHER),
    *each("matrix_frac(x, P)", lambda x, P: x @ torch.linalg.solve(P, x), x=[1.0, 2.0, -1.0], P=X[:3] + 3 * np.eye(3)),
    *each("tr_inv(X)", lambda X: torch.linalg.inv(X).trace(), X=X[:3] + 3 * np.eye(3)),
]
NORMS = [
    *each("‖x‖_p", lambda x, p: torch.linalg.vector_norm(x, 3.5) + 0 * p, x=SPREAD, p=3.5),
    *each("norm(x, 3)", lambda x: torch.linalg.vector_norm(x, 3), x=SPREAD),
    *each("norm_21(X)", lambda X: torch.linalg.vector_norm(X, dim=0).sum(), X=X),
    *each("column_sum_norm(X)", lambda X: torch.linalg.matrix_norm(X, 1), X=X),
    *each("row_sum_norm(X)", lambda X: torch.linalg.matrix_norm(X, torch.inf), X=X),
    *each("‖x‖_A", lambda x, A: (x @ A @ x) ** 0.5, x=[1.0, 2.0, -1.0], A=X[:3] + 3 * np.eye(3)),
    *each("total_variation(x)", lambda x: torch.diff(x).abs().sum(), x=OTHER),
]
REST = [
    *each("var(X)", lambda X: X.var(correction=0), X=X), *each("std(x)", lambda x: x.std(correction=0), x=OTHER),
    *each("var_sample(x)", lambda x: x.var(), x=OTHER), *each("std_sample(x)", lambda x: x.std(), x=OTHER),
    *each("var(x)", lambda x: x.var(correction=0), x=[1e6, 1e6 + 1, 1e6 - 2]),
    *each("tr(B'cov(X))", lambda X, B: (B * torch.cov(X.T)).sum(), X=X, B=Y[:3]),
    *each("corr(x, y)", lambda x, y: torch.corrcoef(torch.stack([x, y]))[0, 1], x=OTHER, y=POSITIVE),
    *each("tr(Y'layer_norm(X, 0.1))", lambda X, Y: (Y * F.layer_norm(X, [3], eps=0.1)).sum(), X=X, Y=Y),
    *each("tr(Y'batch_norm(X, 0.1))", lambda X, Y: (Y * F.batch_norm(X, None, None, training=True, eps=0.1)).sum(), X=X,
          Y=Y),
    *each("tr(Y'rms_norm(X, 0.1))", lambda X, Y: (Y * F.rms_norm(X, [3], eps=0.1)).sum(), X=X, Y=Y),
    *each("tr(Y'normalize(X))", lambda X, Y: (Y * F.normalize(X)).sum(), X=X, Y=Y),
    *each("tr(Y'linear(X, W, b))", lambda X, Y, W, b: (Y * F.linear(X, W, b)).sum(), X=X, Y=Y, W=X[1:], b=OTHER[1:]),
    *each("tr(Y'attention(X, K, V))", lambda X, Y, K, V: (Y * F.scaled_dot_product_attention(X, K, V)).sum(), X=X, Y=Y,
          K=X[1:], V=Y[1:]),
    *each("y'cumsum(x)", lambda x, y: y @ x.cumsum(0), x=OTHER, y=POSITIVE),
    *each("y'cumprod(x)", lambda x, y: y @ x.cumprod(0), x=OTHER, y=POSITIVE),
    *each("y'flip(x)", lambda x, y: y @ x.flip(0), x=OTHER, y=POSITIVE),
    *each("y'roll(x, 1)", lambda x, y: y @ x.roll(1), x=OTHER, y=POSITIVE),
    *each("‖diff(x)‖^2", lambda x: (torch.diff(x) ** 2).sum(), x=OTHER),
    *each("tr(Y'tril(X, -1))", lambda X, Y: (Y * X.tril(-1)).sum(), X=X, Y=Y),
    *each("tr(Y'triu(X, 1))", lambda X, Y: (Y * X.triu(1)).sum(), X=X, Y=Y),
    *each("sum(diag(X, 1).^2)", lambda X: (X.diag(1) ** 2).sum(), X=X[:3]),
    *each("z'cross(x, y)", lambda x, y, z: z @ torch.linalg.cross(x, y), x=X[0], y=X[1], z=Y[0]),
    *each("‖[x]_× y‖^2", lambda x, y: (torch.linalg.cross(x, y) ** 2).sum(), x=X[0], y=X[1]),
    *each("sum(max(X, axis=0))", lambda X: X.amax(0).sum(), X=X),
    *each("‖std(X, axis=1)‖^2", lambda X: (X.std(1, correction=0) ** 2).sum(), X=X),
]


def declared(values: dict[str, Any]) -> dict[str, str]:
    """A declaration for each value, with the sizes that it has."""
    found = {}
    for name, value in values.items():
        shape = np.shape(value)
        kind = ("scalar", "vector", "matrix")[len(shape)]
        found[name] = f"{kind}({','.join(map(str, shape))})" if shape else kind
    return found


@pytest.mark.parametrize(("formula", "peer", "values"), [*ACTIVATIONS, *SPECIAL, *LOSSES, *NORMS, *REST],
                         ids=lambda x: x if isinstance(x, str) else "")
def test_value_and_gradients(formula: str, peer: Callable[..., Any], values: dict[str, Any]) -> None:
    given = {name: t(value).clone().requires_grad_() for name, value in values.items()}
    due = peer(*given.values())
    slopes = torch.autograd.grad(due, list(given.values()), allow_unused=True)
    arrays = {name: np.asarray(value, dtype=float) for name, value in values.items()}
    first = next(iter(values))
    for name, slope in zip(values, slopes, strict=True):
        if name != first and not (name in "abcq" and len(name) == 1):
            continue  # parameters are variables too; targets and weights are tested in other rows
        d = matcalc.grad(formula, name, variables=declared(values), check=False)
        if name == first:
            np.testing.assert_allclose(d.value(arrays), due.detach(), rtol=1e-10, atol=1e-300)
        wanted = np.zeros_like(arrays[name]) if slope is None else slope.numpy()
        np.testing.assert_allclose(np.reshape(d.evaluate(arrays), wanted.shape), wanted, rtol=2e-8, atol=1e-12)


EXACT = [  # far out and near removable singularities, against 700 digits
    ("sinc(x)", lambda x: mp.sin(x) / x if x else mp.mpf(1), [1e-9, -1e-5, 0.01, 40.0, 1e5]),
    ("normal_cdf(x)", mp.ncdf, [-30.0, -8.0, -1.0, 5.0]),
    ("normal_logcdf(x)", lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2), [-1000.0, -30.0, -8.0, 0.3, 20.0]),
    ("log(normal_cdf(x))", lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2), [-30.0, -8.0, 0.3, 20.0]),
    ("logsigmoid(x)", lambda x: -mp.log(1 + mp.exp(-x)), [-800.0, -40.0, 40.0, 800.0]),
    ("mish(x)", lambda x: x * mp.tanh(mp.log(1 + mp.exp(x))), [-300.0, -40.0, 40.0, 800.0]),
    ("logaddexp(x, 1)", lambda x: mp.log(mp.exp(x) + mp.e), [-800.0, 40.0, 800.0]),
    ("hypot(x, 1)", lambda x: mp.sqrt(x**2 + 1), [1e-100, 1e200, -3e-9]),
    ("huber(x, 2)", lambda x: x**2 / 2 if abs(x) < 2 else 2 * (abs(x) - 1), [1e-200, -1e200, 1.9]),
    ("log(bessel_i0(x))", lambda x: mp.log(mp.besseli(0, x)), [-900.0, 0.1, 900.0]),
    ("trigamma(x)", lambda x: mp.psi(1, x), [1e-5, 0.3, 7.0, 1e6]),
    ("tetragamma(x)", lambda x: -mp.psi(2, x), [1e-5, 0.3, 7.0, 1e6]),
    ("lgamma(x)", mp.loggamma, [1e-9, 0.3, 1e9]),
    ("logcosh(x)", lambda x: mp.log(mp.cosh(x)), [1e-9, -1e3]),
    ("softsign(x)", lambda x: x / (1 + abs(x)), [1e-200, -1e200]),
]


@pytest.mark.parametrize(("formula", "exact", "points"), EXACT, ids=lambda x: x if isinstance(x, str) else "")
def test_far_out(formula: str, exact: Callable[[Any], Any], points: list[float]) -> None:
    d = matcalc.grad(formula, "x", variables={"x": "scalar"}, check=False)
    with mp.workdps(700):
        for x in map(mp.mpf, points):
            step = (abs(x) or 1) * mp.mpf(10)**-300
            slope = (exact(x + step) - exact(x - step)) / (2 * step)
            at = {"x": float(x)}
            assert d.value(at) == pytest.approx(float(exact(x)), rel=1e-12, abs=1e-300), at
            assert d.evaluate(at) == pytest.approx(float(slope), rel=1e-9, abs=1e-300), at


DIFFERENT = [  # one name, two meanings: the library that is named decides
    ("torch.var(x)", "var_sample(x)"), ("np.var(x)", "var(x)"), ("np.sinc(x).sum()", "sum(sinc_pi(x))"),
    ("scipy.special.kl_div(x, y).sum()", "sum(kl_div(x, y))"), ("F.kl_div(x, y)", "kl_div_loss(x, y)"),
    ("jax.nn.gelu(x).sum()", "sum(gelu_tanh(x))"), ("F.gelu(x).sum()", "sum(gelu(x))"), ("np.cov(X)", "cov_of_rows(X)"),
]


@pytest.mark.parametrize(("text", "meant"), DIFFERENT)
def test_the_library_that_is_named_decides(text: str, meant: str) -> None:
    given = {"x": "vector(n)", "y": "vector(n)", "X": "matrix(m,n)"}
    used = {name: kind for name, kind in given.items() if name in meant.partition("(")[2]}
    assert matcalc.parse(text, used, dialect="numpy") is matcalc.parse(meant, used)


CONDITIONS = [  # where a function has no value, or no derivative, is said
    ("kl", "kl_divergence(x, y)", ["entries of x > 0", "entries of y > 0"]),
    ("logit", "sum(logit(x))", ["x between 0 and 1"]),
    ("cumprod", "sum(cumprod(x))", []), ("geo", "geo_mean(x)", ["entries of x > 0"]),
]


@pytest.mark.parametrize(("name", "formula", "said"), CONDITIONS, ids=lambda x: x if isinstance(x, str) else "")
def test_conditions(name: str, formula: str, said: list[str]) -> None:
    assert matcalc.grad(formula, "x", variables={"x": "vector(n)", "y": "vector(n)"}).conditions == said, name


PIECES = [  # several spellings of one function
    ["sum(where(x > 0, x, a*x))", "sum(x if x > 0 else a*x)",
     r"f(t) := \begin{cases} t & t > 0 \\ a t & t \le 0 \end{cases}; sum(f(x))",
     r"f(t) := \begin{cases} t & \text{if } t > 0, \\ a t & \text{otherwise} \end{cases}; sum(f(x))"],
    ["sum(where(x >= 1, x, 1))", "sum(x if x ≥ 1 else 1)", "sum(where(x < 1, 1, x))"],
    ["sum(where(-1 < x < 1, x, 0))",
     r"f(t) := \begin{cases} 0 & t \le -1 \\ t & -1 < t < 1 \\ 0 & t \ge 1 \end{cases}; sum(f(x))"],
]


@pytest.mark.parametrize("spellings", PIECES, ids=lambda x: x[0])
def test_pieces(spellings: list[str]) -> None:
    at = {"x": np.array([-2.0, -0.5, 0.5, 3.0]), "a": 0.3}
    found = []
    for text in spellings:
        given = {"x": "vector(n)"} | ({"a": "scalar"} if "a*x" in spellings[0] else {})
        d = matcalc.grad(text, "x", variables=given)
        values = {name: at[name] for name in given}
        found.append((d.value(values), *d.evaluate(values)))
    np.testing.assert_allclose(found, [found[0]] * len(found))


@pytest.mark.parametrize("text", [
    r"\begin{cases} 0 & x < 0 \\ x & x > 1 \end{cases}", r"\begin{cases} 0 & x < 0 \end{cases}", "where(x > 0, x)",
    r"\begin{cases} 1 & x = 0 \\ 0 & \text{otherwise} \end{cases}",
])
def test_cases_that_leave_something_out_are_refused(text: str) -> None:
    with pytest.raises(matcalc.MatcalcError) as refusal:
        matcalc.grad(text, "x", variables={"x": "scalar"})
    assert refusal.value.diagnostics[0].code in ("M0222", "M0224", "M0319")


def test_a_piece_without_a_value_elsewhere_does_not_matter() -> None:
    """log x and √x below 0 are no numbers, and no part of the answer there."""
    d = matcalc.grad("sum(where(x > 0, sqrt(x) + log(x), 2*x))", "x", variables={"x": "vector(n)"}, check=False)
    at = {"x": np.array([-4.0, 4.0])}
    with np.errstate(all="ignore"):
        assert d.value(at) == pytest.approx(2 + np.log(4) - 8)
        np.testing.assert_allclose(d.evaluate(at), [2, 0.5])
