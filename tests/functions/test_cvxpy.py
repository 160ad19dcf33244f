"""Atoms pasted from CVXPY mean what CVXPY computes: values against NumPy's and, where it is installed, CVXPY's own, and
gradients against differences. Of its functions only those of the table are read; `*` is its matrix product.
"""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
import scipy.special as sp

import matcalc
from matcalc.language import peers

RNG = np.random.default_rng(5)
x, y = RNG.standard_normal(6), RNG.standard_normal(6)
p, q = np.abs(RNG.standard_normal((2, 6))) + 0.3
b, c3 = RNG.standard_normal(4), RNG.standard_normal(3)
A, X = RNG.standard_normal((4, 6)), RNG.standard_normal((4, 3))
_M = RNG.standard_normal((2, 4, 4))
S, T = _M[0] + _M[0].T, _M[1] @ _M[1].T + np.eye(4)
P = _M[0] @ _M[0].T + np.eye(4)
R = RNG.standard_normal((6, 6))
VALUES = {"x": x, "y": y, "p": p, "q": q, "b": b, "c": c3, "A": A, "X": X, "S": S, "T": T, "P": P, "R": R}
KINDS = {name: f"vector({len(v)})" if v.ndim == 1 else f"matrix({v.shape[0]},{v.shape[1]})"
         for name, v in VALUES.items()}
KINDS |= {"P": "spd(4)", "T": "spd(4)", "S": "sym(4)", "p": "positive vector(6)", "q": "positive vector(6)"}


def norm(v: Any, order: Any = 2) -> Any:
    return np.linalg.norm(v, order)


def huber(v: Any, m: float) -> Any:
    return np.where(np.abs(v) <= m, v**2, 2 * m * np.abs(v) - m**2)


def eigenvalues(M: Any) -> Any:
    return np.linalg.eigvalsh(M)[::-1]


def total_variation(M: Any) -> Any:
    return np.sum(np.sqrt((M[1:, :-1] - M[:-1, :-1])**2 + (M[:-1, 1:] - M[:-1, :-1])**2))


CASES = [  # what is pasted, and its value
    ("cp.sum_squares(A @ x - b)", np.sum((A @ x - b)**2)),
    ("cp.sum(A @ cp.squeeze(x))", np.sum(A @ x)),
    ("cp.trace(cp.swapaxes(S, 0, 1) @ T)", np.trace(S @ T)), ("cp.trace(cp.moveaxis(S, 0, 1) @ T)", np.trace(S @ T)),
    ("cp.sum(cp.square(cp.broadcast_to(c, (4, 3)) - X))", np.sum((c3 - X)**2)),
    ("cp.condition_number(P)", np.linalg.cond(P)), ("cp.sum(cp.gmatmul(A, p))", np.sum(np.exp(A @ np.log(p)))),
    ("cp.Minimize(cp.sum_squares(A * x - b) + 3 * cp.norm1(x))", np.sum((A @ x - b)**2) + 3 * np.sum(np.abs(x))),
    ("cvxpy.norm(A @ x - b)**2", np.sum((A @ x - b)**2)),
    ("cp.norm(x, 1)", np.sum(np.abs(x))), ("cp.norm(x, 'inf')", np.max(np.abs(x))), ("cp.norm(x, 3)", norm(x, 3)),
    ("cp.norm(X)", norm(X, 2)), ("cp.norm(X, 1)", norm(X, 1)), ("cp.norm(X, 'inf')", norm(X, np.inf)),
    ("cp.norm(X, 'fro')", norm(X, "fro")), ("cp.norm(X, 'nuc')", norm(X, "nuc")), ("cp.norm(X, p=2)", norm(X, 2)),
    ("cp.sum(cp.norm(X, 2, axis=1))", np.sum(np.linalg.norm(X, axis=1))),
    ("cp.sum(cp.norm(X, 1, axis=0))", np.sum(np.abs(X))),
    ("cp.sum(cp.upper_tri(R)**3)", np.sum(R[np.triu_indices(6, 1)]**3)),
    ("cp.norm1(X)", np.sum(np.abs(X))), ("cp.norm2(x)", norm(x)), ("cp.norm_inf(X)", np.max(np.abs(X))),
    ("cp.normNuc(X)", norm(X, "nuc")), ("cp.sigma_max(X)", norm(X, 2)),
    ("cp.pnorm(x, 3)", norm(x, 3)), ("cp.pnorm(x)", norm(x)),
    ("cp.mixed_norm(X)", np.sum(np.linalg.norm(X, axis=1))),
    ("cp.mixed_norm(X, 2, 1)", np.sum(np.linalg.norm(X, axis=1))),
    ("cp.mixed_norm(X, 2, 3)", norm(np.linalg.norm(X, axis=1), 3)),
    ("cp.mixed_norm(X, 'inf', 1)", np.sum(np.max(np.abs(X), axis=1))),
    ("cp.log_det(P)", np.linalg.slogdet(P)[1]), ("cp.lambda_max(S)", eigenvalues(S)[0]),
    ("cp.lambda_min(S)", eigenvalues(S)[-1]), ("cp.lambda_sum_largest(S, 2)", np.sum(eigenvalues(S)[:2])),
    ("cp.lambda_sum_smallest(S, 2)", np.sum(eigenvalues(S)[2:])), ("cp.tr_inv(P)", np.trace(np.linalg.inv(P))),
    ("cp.gen_lambda_max(S, P)", np.max(np.linalg.eigvals(np.linalg.solve(P, S)).real)),
    ("cp.trace(S)", np.trace(S)), ("cp.quad_form(b, P)", b @ P @ b),
    ("cp.matrix_frac(b, P)", b @ np.linalg.solve(P, b)),
    ("cp.matrix_frac(X, P)", np.trace(X.T @ np.linalg.solve(P, X))), ("cp.quad_over_lin(x, p[0])", x @ x / p[0]),
    ("cp.von_neumann_entr(P)", -np.sum(eigenvalues(P) * np.log(eigenvalues(P)))),
    ("cp.sum_largest(x, 2)", np.sum(np.sort(x)[-2:])), ("cp.sum_smallest(x, 2)", np.sum(np.sort(x)[:2])),
    ("cp.sum_largest(X, 5)", np.sum(np.sort(X.ravel())[-5:])), ("cp.cvar(x, 0.5)", np.mean(np.sort(x)[3:])),
    ("cp.dotsort(x, y)", np.sort(x) @ np.sort(y)), ("cp.ptp(x)", np.ptp(x)),
    ("cp.max(X)", np.max(X)), ("cp.min(X)", np.min(X)), ("cp.sum(cp.max(X, axis=0))", np.sum(np.max(X, axis=0))),
    ("cp.mean(X)", np.mean(X)), ("cp.std(x)", np.std(x)), ("cp.var(x)", np.var(x)),
    ("cp.var(x, ddof=1)", np.var(x, ddof=1)), ("cp.prod(p)", np.prod(p)),
    ("cp.sum(cp.huber(x))", np.sum(huber(x, 1))), ("cp.sum(cp.huber(x, 0.5))", np.sum(huber(x, 0.5))),
    ("cp.sum(cp.huber(x, M=2))", np.sum(huber(x, 2))), ("cp.sum(cp.logistic(x))", np.sum(np.log1p(np.exp(x)))),
    ("cp.log_sum_exp(x)", sp.logsumexp(x)), ("cp.log_sum_exp(X)", sp.logsumexp(X)),
    ("cp.sum(cp.log_sum_exp(X, axis=1))", np.sum(sp.logsumexp(X, axis=1))),
    ("cp.sum(cp.kl_div(p, q))", np.sum(p * np.log(p / q) - p + q)),
    ("cp.sum(cp.rel_entr(p, q))", np.sum(p * np.log(p / q))), ("cp.sum(cp.entr(p))", -np.sum(p * np.log(p))),
    ("cp.sum(cp.inv_pos(p))", np.sum(1 / p)), ("cp.inv_prod(p)", 1 / np.prod(p)),
    ("cp.geo_mean(p)", np.prod(p)**(1 / 6)), ("cp.harmonic_mean(p)", 6 / np.sum(1 / p)),
    ("cp.sum(cp.pos(x))", np.sum(np.maximum(x, 0))), ("cp.sum(cp.neg(x))", np.sum(np.maximum(-x, 0))),
    ("cp.sum(cp.scalene(x, 2, 3))", np.sum(2 * np.maximum(x, 0) + 3 * np.maximum(-x, 0))),
    ("cp.sum(cp.multiply(x, y))", x @ y), ("cp.sum(cp.maximum(x, y))", np.sum(np.maximum(x, y))),
    ("cp.sum(cp.maximum(x, y, p))", np.sum(np.maximum(np.maximum(x, y), p))),
    ("cp.sum(cp.minimum(x, y))", np.sum(np.minimum(x, y))), ("cp.sum(cp.power(p, 3))", np.sum(p**3)),
    ("cp.sum(cp.square(x))", x @ x), ("cp.sum(cp.sqrt(p))", np.sum(np.sqrt(p))), ("cp.sum(p**2)", p @ p),
    ("cp.sum(cp.abs(x))", np.sum(np.abs(x))), ("cp.sum(cp.exp(x))", np.sum(np.exp(x))),
    ("cp.sum(cp.log(p))", np.sum(np.log(p))), ("cp.sum(cp.log1p(p))", np.sum(np.log1p(p))),
    ("cp.sum(cp.xexp(p))", np.sum(p * np.exp(p))), ("cp.sum(cp.loggamma(p))", None),
    ("cp.sum(cp.log_normcdf(x))", None),
    ("cp.tv(x)", np.sum(np.abs(np.diff(x)))), ("cp.tv(X)", total_variation(X)),
    ("cp.sum_squares(cp.diff(x))", np.sum(np.diff(x)**2)), ("cp.sum_squares(cp.diff(x, 2))", np.sum(np.diff(x, 2)**2)),
    ("cp.sum_squares(cp.cumsum(x))", np.sum(np.cumsum(x)**2)), ("cp.sum_squares(cp.diag(x))", x @ x),
    ("cp.sum(cp.diag(S))", np.trace(S)), ("cp.sum_squares(cp.kron(S, X))", np.sum(np.kron(S, X)**2)),
    ("cp.sum_squares(cp.convolve(c, x))", np.sum(np.convolve(c3, x)**2)),
    ("cp.vec(X, order='F') @ cp.vec(X, order='F')", np.sum(X**2)), ("cp.sum(cp.outer(b, c))", np.sum(np.outer(b, c3))),
    ("cp.sum(cp.hstack([x, y])[:7])", np.sum(x) + y[0]),
    ("cp.sum_squares(cp.concatenate([x, y, p]))", x @ x + y @ y + p @ p),
    ("cp.norm(cp.stack([x, y, p]), 'fro')", np.linalg.norm([x, y, p])),
    ("cp.sum(cp.bmat([[X, X], [X, 2 * X]]) @ y)", np.sum(np.block([[X, X], [X, 2 * X]]) @ y)),
    ("cp.scalar_product(x, y)", x @ y),
    ("cp.reshape(X, (3, 4), order='F')[0, 1]", X[3, 0]), ("cp.reshape(X, (3, 4), order='C')[0, 1]", X[0, 1]),
    ("cp.partial_trace(R, [2, 3])[0, 1]", np.trace(R.reshape(2, 3, 2, 3), axis1=0, axis2=2)[0, 1]),
    ("cp.partial_trace(R, [2, 3], axis=1)[0, 1]", np.trace(R.reshape(2, 3, 2, 3), axis1=1, axis2=3)[0, 1]),
    ("cp.partial_transpose(R, [2, 3], axis=1)[0, 4]", R.reshape(2, 3, 2, 3).transpose(0, 3, 2, 1).reshape(6, 6)[0, 4]),
    ("cp.dist_ratio(x, y, p)", norm(x - y) / norm(x - p)),
    ("cp.sum(cp.one_minus_pos(x))", np.sum(1 - x)), ("cp.trace(cp.eye_minus_inv(S/20))", None),
]
APPROXIMATE = {"cp.sum(cp.loggamma(p))": np.sum(sp.gammaln(p)), "cp.sum(cp.log_normcdf(x))": np.sum(sp.log_ndtr(x)),
               "cp.trace(cp.eye_minus_inv(S/20))": np.trace(np.linalg.inv(np.eye(4) - S / 20))}


def named(text: str) -> dict[str, Any]:
    """The variables that stand in the text."""
    words = set(re.findall(r"(?<![.'\w])\w+", text))
    return {name: value for name, value in VALUES.items() if name in words}


@pytest.mark.parametrize(("text", "value"), CASES)
def test_values_and_gradients(text: str, value: Any) -> None:
    used = named(text)
    value = APPROXIMATE[text] if value is None else value
    wrt = next(iter(used))
    d = matcalc.grad(text, wrt=wrt, variables={name: KINDS[name] for name in used}, dialect="numpy")
    assert d.value(used) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(("text", "value"), CASES)
def test_cvxpy_says_the_same(text: str, value: Any) -> None:
    if find_spec("cvxpy") is None:
        pytest.skip("cvxpy is not installed")
    if text in APPROXIMATE or "'Inf'" in text:  # which CVXPY replaces by an approximation, or for positive matrices
        pytest.skip("CVXPY approximates this one")
    cp = import_module("cvxpy")
    given = {name: cp.Constant(v) if name in "xXSP" else v for name, v in named(text).items()}
    found = eval(text.replace("A * x", "A @ x"), {"cp": cp, "cvxpy": cp, **given})  # noqa: S307
    found = found.args[0] if isinstance(found, cp.Minimize) else found
    assert float(found.value) == pytest.approx(value, rel=1e-6)


def test_every_line_has_a_case() -> None:
    """What the table reads behind cp. is compared above; plain functions of numbers are those of NumPy."""
    known = {word for program, word in peers._lines() if program == "cvxpy"}
    plain = {"ceil", "floor", "cos", "sin", "sinh", "tan", "tanh", "sign"}
    shown = {word for text, _ in CASES for word in re.findall(r"(?:cp|cvxpy)\.(\w+)", text)}
    assert known - shown - plain <= {
        "Maximize", "conv", "cummax", "cumprod", "diff_pos", "matmul", "vstack", "quantum_rel_entr", "resolvent",
        "transpose", "vdot", "total_variation", "real", "imag", "conj",
        "expand_dims"}


@pytest.mark.parametrize("text", ["cp.vec_to_upper_tri(x)", "cp.pf_eigenvalue(X)", "cp.sigmoid(x)", "cp.Variable(3)"])
def test_what_the_table_lacks_is_refused_by_name(text: str) -> None:
    """Even where matcalc has a function of that name: it may mean something else."""
    with pytest.raises(matcalc.MatcalcError, match="is not read"):
        matcalc.parse(text, dialect="numpy")


def test_python_is_asked_for() -> None:
    """In the mathematical notation CVXPY is refused, with the dialect as the fix."""
    with pytest.raises(matcalc.MatcalcError, match="CVXPY") as caught:
        matcalc.parse("cp.huber(x)")
    assert caught.value.diagnostics[0].fixes == ("--dialect numpy",)


def test_a_star_is_the_matrix_product() -> None:
    """In NumPy's own text it goes entry by entry."""
    kinds = {"A": "matrix(m,n)", "x": "vector(n)"}
    assert matcalc.parse("cp.sum(A * x)", kinds, dialect="numpy") is matcalc.parse("sum(A x)", kinds)
    assert matcalc.parse("cp.square(x * x)", kinds, dialect="numpy") is matcalc.parse("(x'*x)^2", kinds)
    with pytest.raises(matcalc.MatcalcError):
        matcalc.parse("cp.sum(A * B)", {"A": "matrix(m,n)", "B": "matrix(m,n)"}, dialect="numpy")
    kinds = {"cp": "vector(n)", "x": "vector(n)"}
    assert matcalc.parse("np.sum(cp * x)", kinds, dialect="numpy") is matcalc.parse("sum(cp .* x)", kinds)
