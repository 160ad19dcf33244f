"""What is said of the point where a descent ends: converged only at a minimum, each declared structure kept."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest

from matcalc.descent.curvature import spectrum
from matcalc.descent.minimise import METHODS, Descent, descend
from matcalc.descent.objective import objective
from matcalc.numeric.draws import project
from tests.cli.sessions import run

KNOWN: dict[str, Any] = {"x": "vector(n)", "a": "scalar", "X": "matrix", "Y": "matrix"}


def found(expr: str, wrt: str, data: dict[str, Any] | None = None, start: dict[str, Any] | None = None,
          method: str = "lbfgs", limit: int = 400, **variables: str) -> Descent:
    given = {name: np.asarray(value, dtype=float) for name, value in (data or {}).items()}
    first = {name: np.asarray(value, dtype=float) for name, value in (start or {}).items()}
    f, w = objective(expr, wrt.split(), given, first, variables=variables)
    return descend(f, w, method, limit)


@pytest.mark.parametrize("method", ["lbfgs", "newton"])
@pytest.mark.parametrize("seed", range(6))
def test_convex_quadratics_converge_to_their_minimum(seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    m = rng.standard_normal((4, 4)) * 10.0 ** rng.integers(-3, 4)
    a, b = m @ m.T + 0.1 * np.eye(4) * np.abs(m).max() ** 2, rng.standard_normal(4) * 10.0 ** rng.integers(-3, 3)
    offset = 10.0 ** rng.integers(-3, 6)
    d = found("x'*A*x/2 - b'*x + c", "x", {"A": a, "b": b, "c": offset}, method=method, c="scalar")
    want = np.linalg.solve(a, b)
    assert d.status == "converged"
    np.testing.assert_allclose(d.parameters["x"], want, atol=1e-5 * np.abs(want).max())
    assert d.curvature == pytest.approx(np.linalg.eigvalsh(a)[0], rel=1e-6)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(6))
def test_indefinite_quadratics_never_converge(seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    a = q @ np.diag([-(10.0 ** rng.integers(-3, 2)), 0.5, 1.0, 2.0]) @ q.T
    start = {"x": np.zeros(4)} if seed % 2 else {"x": rng.standard_normal(4)}
    d = found("x'*A*x", "x", {"A": (a + a.T) / 2}, start, method)
    assert d.status in ("unbounded", "saddle", "limit")
    if seed % 2:
        assert [(left.step, left.kind) for left in d.left][:1] == [(0, "saddle")]


ENDLESS = [("sum(x)", "x", {}, {"x": [1, 2]}), ("a*x", "x", {"a": 2}, {}), ("-x'*x", "x", {}, {"x": [0, 0]}),
           ("-log(x)", "x", {}, {"x": 1}), ("x'*x - a*sum(x)^2", "x", {"a": 3}, {"x": [1, 2]}),
           ("x^3", "x", {}, {"x": 1}), ("-x^4", "x", {}, {}), ("tr(X)", "X", {}, {"X": np.eye(2)}),
           ("sin(x[1])*x[2]", "x", {}, {"x": [0, 0]}),
           ("-sum(exp(x))", "x", {}, {"x": [0, 0]}), ("sum(x) + 10^6", "x", {}, {"x": [1, 2]})]


@pytest.mark.parametrize(("expr", "wrt", "data", "start"), ENDLESS, ids=lambda v: str(v) if isinstance(v, str) else "")
@pytest.mark.parametrize("method", METHODS)
def test_what_is_unbounded_below(expr: str, wrt: str, data: Any, start: Any, method: str) -> None:
    kind = {} if expr.startswith(("sum", "x'", "-x'", "-sum", "tr", "sin")) else {"x": "scalar"}
    status = found(expr, wrt, data, start, method, 60, **kind).status
    assert status == "unbounded" or (method, expr[:3], status) == ("gd", "sin", "limit")


def test_a_start_at_the_minimum_is_recognised() -> None:
    a, b = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.5]]), np.array([0.1, 0.7])
    for matrix in (a[:, :2], a):
        first = found("norm2(A*x - b)^2", "x", {"A": matrix, "b": b})
        again = found("norm2(A*x - b)^2", "x", {"A": matrix, "b": b}, {"x": first.parameters["x"]})
        assert (first.status, again.status) == ("converged", "converged")


def test_unbounded_is_said() -> None:
    for method in METHODS:
        code, out, _ = run("descend", "sum(x)", "-w", "x", "--start", "x=[1,2]", "--method", method, "-f", "text")
        assert code == 3
        assert "unbounded below" in out
        assert "converged" not in out
    code, out, _ = run("descend", "a*x", "-w", "x", "--data", "a=2", "-v", "x: scalar", "--json")
    assert (code, json.loads(out)["descent"]["status"]) == (3, "unbounded")


@pytest.mark.parametrize(("expr", "start", "status"), [
    ("10^9 + (x - 5)^2", 0.0, "converged"), ("(x - 5)^2/10^9", 0.0, "converged"), ("(x - 5)^4", 0.0, "converged"),
    ("x^3 - 3*x", 0.5, "converged"), ("exp(x)", 0.0, "unattained"), ("log(1 + exp(-x))", 0.0, "unattained"),
    ("1/(1 + x^2)", 1.0, "unattained"), ("exp(x) - x", 3.0, "converged"), ("(x^2 - 1)^2", 0.0, "converged"),
    ("cos(x)", 0.0, "converged"), ("x - x", 1.0, "converged"), ("10^7*((x - 1)^2 - 1)", 0.0, "converged"),
])
def test_functions_of_one_number(expr: str, start: float, status: str) -> None:
    d = found(expr, "x", start={"x": start}, x="scalar")
    assert d.status == status
    if "5" in expr and status == "converged":
        assert d.parameters["x"] == pytest.approx(5, abs=5e-2 if "^4" in expr else 1e-5)
    if expr.startswith(("(x^2", "cos")):
        assert (d.left[0].step, d.left[0].kind) == (0, "maximum")
        assert abs(d.parameters["x"]) == pytest.approx(np.pi if expr == "cos(x)" else 1, abs=1e-5)


def test_a_factorisation_leaves_the_saddle_at_zero() -> None:
    b = np.array([[1.0, 2.0], [3.0, 4.0]])
    d = found("norm(X*Y - B)^2", "X Y", {"B": b}, {"X": np.zeros((2, 1)), "Y": np.zeros((1, 2))},
              X="matrix(2,1)", Y="matrix(1,2)")
    assert d.status == "converged"
    assert d.left[0].kind == "saddle"
    assert d.value == pytest.approx(np.linalg.svd(b)[1][1] ** 2, rel=1e-6)
    code, out, _ = run("descend", "norm(X*Y - B)^2", "-w", "X", "-w", "Y", "--data", "B=[[1,2],[3,4]]",
                       "--start", "X=[[0],[0]],Y=[[0,0]]", "-v", "X: matrix(2,1), Y: matrix(1,2)", "-f", "text")
    assert code == 0
    assert "a saddle was left at step 0" in out


def test_a_saddle_where_the_steps_end_is_named() -> None:
    d = found("norm(X*Y - B)^2", "X Y", {"B": np.ones((2, 2))}, {"X": np.zeros((2, 1)), "Y": np.zeros((1, 2))},
              limit=0, X="matrix(2,1)", Y="matrix(1,2)")
    assert d.status == "saddle"


TARGET = np.array([[2.0, -1.0, 0.5], [0.3, -1.5, 0.7], [1.0, 0.2, 3.0]])


def _euclidean(word: str, a: Any) -> Any:
    """The point of the structure nearest to `a`."""
    if word in ("spd", "psd"):
        values, vectors = np.linalg.eigh((a + a.T) / 2)
        return vectors @ np.diag(np.maximum(values, 0)) @ vectors.T
    if word in ("positive", "nonnegative"):
        return np.maximum(a, 0)
    return project(a, a, frozenset({word}))


WEIGHTS = 1 + np.arange(9.0).reshape(3, 3) / 9


@cache
def _by_projected_gradient(word: str) -> float:
    """The least of ‖W∘(X − B)‖² on the structure, by projected gradient, until nothing moves."""
    weights, b = WEIGHTS, TARGET
    x = _euclidean(word, np.eye(3))
    for _ in range(3000):
        before, x = x, _euclidean(word, x - 0.2 / np.max(weights) ** 2 * 2 * weights**2 * (x - b))
        if np.array_equal(x, before):
            break
    return float(np.sum((weights * (x - b)) ** 2))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("word", ["sym", "skew", "diag", "lower", "upper", "spd", "psd", "positive"])
def test_each_structure_is_kept(word: str, method: str) -> None:
    declared = "matrix(3,3) > 0" if word == "positive" else f"{word}(3)"
    d = found("norm(W.*(X - A))^2", "X", {"A": TARGET, "W": WEIGHTS}, method=method, limit=1200, X=declared)
    x = d.parameters["X"]
    np.testing.assert_allclose(x, _euclidean(word, x), atol=1e-9)
    assert d.value <= _by_projected_gradient(word) * (1 + (1e-2 if method == "gd" else 1e-4)) + 1e-9
    if method != "gd":
        assert d.status == ("boundary" if word in ("spd", "positive") else "converged")


@pytest.mark.parametrize(("expr", "declared", "want"), [
    ("tr(A*X) - log(det(X))", "spd(3)", lambda a: np.linalg.inv(a)),
    ("a'*x - sum(log(x))", "vector(3) > 0", lambda a: 1 / np.diagonal(a)),
    ("a*s - log(s)", "scalar>0", lambda a: 1 / a[0, 0]),
])
@pytest.mark.parametrize("method", ["lbfgs", "newton"])
def test_inside_an_open_structure(expr: str, declared: str, want: Any, method: str) -> None:
    a = np.array([[2.0, 0.5, 0.1], [0.5, 1.0, 0.0], [0.1, 0.0, 3.0]])
    name = "X" if "X" in expr else "x" if "x" in expr else "s"
    data = {"X": {"A": a}, "x": {"a": np.diagonal(a)}, "s": {"a": a[0, 0]}}[name]
    d = found(expr, name, data, method=method, **{name: declared})
    assert d.status == "converged"
    np.testing.assert_allclose(d.parameters[name], want(a), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("declared", ["spd(3)", "matrix(3,3) > 0", "skew(3)", "matrix(3,3)", "diag(3) > 0"])
def test_the_hessian_operator_knows_how_a_structure_is_kept(declared: str) -> None:
    f, _ = objective("norm(X*A*X - B)^2", ["X"], {"A": TARGET, "B": TARGET.T}, {}, variables={"X": declared})
    rng = np.random.default_rng(0)
    w = rng.uniform(0.5, 1.0, sum(chart.size for chart in f.charts.values()))
    v = rng.standard_normal(w.size)
    slope = (f(w + 1e-6 * v)[1] - f(w - 1e-6 * v)[1]) / 2e-6
    np.testing.assert_allclose(f.product(w, v), slope, rtol=1e-5, atol=1e-5)
    difference = (f(w + 1e-6 * v)[0] - f(w - 1e-6 * v)[0]) / 2e-6
    assert float(f(w)[1] @ v) == pytest.approx(difference, rel=1e-5)


@pytest.mark.parametrize(("declared", "code"), [
    ("scalar integer", "M0515"), ("onehot(3)", "M0515"), ("orthogonal(3)", "M0514"),
])
def test_what_is_not_kept_is_refused(declared: str, code: str) -> None:
    posed = ["norm(X - A)^2", "--data", "A=[[1,2,0],[3,4,0],[0,1,1]]"] if "3" in declared else ["(X - 1/2)^2"]
    found_code, out, err = run("descend", *posed, "-w", "X", "-v", f"X: {declared}")
    assert (found_code, out) == (3, "")
    assert f"error[{code}]" in err


def test_a_start_outside_the_structure_is_refused() -> None:
    for declared, start in [("X: spd(2)", "X=[[1,0],[0,-1]]"), ("X: sym(2)", "X=[[1,2],[3,4]]"),
                            ("X: matrix(2,2) > 0", "X=[[1,2],[3,-4]]"), ("X: lower(2)", "X=[[1,2],[3,4]]")]:
        code, _, err = run("descend", "norm(X)^2", "-w", "X", "-v", declared, "--start", start)
        assert code == 2
        assert "error[M1010]" in err


def test_how_a_structure_is_kept_is_said() -> None:
    args = ["descend", "tr(A*X) - log(det(X))", "-w", "X", "-v", "X: spd(2)", "--data", "A=[[2,0],[0,1]]"]
    assert "X = L Lᵀ, L lower triangular" in run(*args, "-f", "text")[1]
    said = json.loads(run(*args, "--json")[1])["descent"]
    assert said["parametrisation"] == [{"name": "X", "keeps": "spd", "by": "X = L*L', L lower triangular"}]
    assert said["curvature"] > 0
    assert (said["status"], said["left"]) == ("converged", [])


def test_lanczos_finds_the_ends_of_a_spectrum() -> None:
    rng = np.random.default_rng(1)
    q = np.linalg.qr(rng.standard_normal((80, 80)))[0]
    a = q @ np.diag([-2.0, *np.linspace(0.1, 1, 78), 30.0]) @ q.T
    s = spectrum(lambda v: a @ v, 80, rng)
    assert s.least == pytest.approx(-2, abs=1e-2)
    assert s.largest == pytest.approx(30, abs=1e-2)
    assert s.kind == "saddle"
