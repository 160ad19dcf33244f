"""Converged means that nothing near lowers the value: steep ways, plateaus, many parameters, degenerate points."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from scipy import linalg, optimize

from matcalc.descent.charts import broken
from matcalc.descent.curvature import DENSE, falling, spectrum
from matcalc.descent.minimise import METHODS
from tests.cli.sessions import run
from tests.descent.test_verdicts import found

STEEP: list[tuple[str, str, Any, Any, float, Any]] = [
    ("sum((x-b).^10)", "x", {"b": [1, 20, 3]}, {}, 0, [1, 20, 3]),
    ("exp(a)-10*a", "a", {}, {"a": 20}, 10 - 10 * np.log(10), np.log(10)),
    ("exp(10*a)-10*a", "a", {}, {"a": 5}, 1, 0), ("exp(a^2)", "a", {}, {"a": 5}, 1, 0),
    ("cosh(a-1)", "a", {}, {"a": 30}, 1, 1), ("(a-3)^20", "a", {}, {"a": 0}, 0, 3),
    ("sum(exp(x-b))+sum(exp(b-x))", "x", {"b": [20, 1]}, {}, 4, [20, 1]),
    ("norm2(x-b)^4", "x", {"b": [100, 200]}, {}, 0, [100, 200]),
    ("100*(x[2]-x[1]^2)^2+(1-x[1])^2", "x", {}, {"x": [-100, 100]}, 0, [1, 1]),
    ("100*(x[2]-x[1]^2)^2+(1-x[1])^2", "x", {}, {"x": [-1.2, 1]}, 0, [1, 1]),
    ("sum(cosh(5*(x-b)))", "x", {"b": [3, -2]}, {}, 2, [3, -2]),
    ("exp(a)*(a-1)^2", "a", {}, {"a": 8}, 0, 1),
]


@pytest.mark.parametrize(("expr", "wrt", "data", "start", "least", "at"), STEEP, ids=[row[0] for row in STEEP])
@pytest.mark.parametrize("method", ["lbfgs", "newton"])
def test_a_steep_way_ends_at_the_minimum(expr: str, wrt: str, data: Any, start: Any, least: float, at: Any,
                                         method: str) -> None:
    d = found(expr, wrt, data, start, method, **({"a": "scalar"} if wrt == "a" else {}))
    assert d.status == "converged"
    assert d.value == pytest.approx(least, abs=1e-9)
    np.testing.assert_allclose(d.parameters[wrt], at, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("expr", "start"), [("exp(a)-10*a", 20.0), ("(a-3)^20", 0.0), ("cosh(a-1)", 30.0)])
def test_plain_descent_claims_no_more_than_it_reached(expr: str, start: float) -> None:
    d = found(expr, "a", {}, {"a": start}, "gd", 200, a="scalar")
    assert d.status == "limit" or abs(d.gradient) < 1e-4


@pytest.mark.parametrize("method", ["lbfgs", "newton"])
@pytest.mark.parametrize("seed", range(8))
def test_converged_is_where_no_search_nearby_finds_less(seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    k, b, c = 2 * rng.integers(1, 5), rng.uniform(-5, 5, 3), float(rng.uniform(0.5, 4))
    d = found("sum((x-b).^k) + sum(exp(c*x)) - sum(x)".replace("k", str(k)), "x", {"b": b, "c": c},
              {"x": rng.uniform(-8, 8, 3)}, method, c="scalar")

    def f(x: Any) -> float:
        return float(np.sum((x - b) ** k) + np.sum(np.exp(c * x)) - np.sum(x))

    assert d.status == "converged"
    nearby = optimize.minimize(f, d.parameters["x"], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-14})
    assert d.value <= nearby.fun + 1e-9 * max(1, abs(nearby.fun))


PLATEAUS = [("-exp(-(a-50)^2)", 0.0), ("-exp(-a^2)", 50.0), ("1-exp(-(a-30)^2)", 0.0), ("tanh(a)^2", 20.0),
            ("exp(a)*(a-1)^2", -800.0), ("(1-tanh(a))*(a+30)^2", 20.0),
            ("-step(a)", -1.0), ("step(a)", 1.0), ("sign(a)", 3.0)]


@pytest.mark.parametrize(("expr", "start"), PLATEAUS)
@pytest.mark.parametrize("method", METHODS)
def test_a_plateau_is_undecided(expr: str, start: float, method: str) -> None:
    d = found(expr, "a", {}, {"a": start}, method, a="scalar")
    assert (d.status, d.left) == ("undecided", [])


def test_a_plateau_with_an_edge_near_by_is_left() -> None:
    d = found("-exp(-a^2)", "a", {}, {"a": 30}, a="scalar")
    assert (d.status, d.left[0].kind) == ("converged", "flat point")
    assert (d.parameters["a"], d.value) == (pytest.approx(0, abs=1e-6), -1)
    d = found("max(a^3,-8)", "a", {}, {"a": 0}, a="scalar")
    assert (d.status, d.left[0].kind, d.value) == ("undecided", "flat point", -8)
    assert found("-relu(a)", "a", {}, {"a": -1}, a="scalar").status == "unbounded"


def test_undecided_is_said() -> None:
    code, out, _ = run("descend", "tanh(a)^2", "-w", "a", "--start", "a=20", "-f", "text")
    assert code == 3
    assert "undecided after 0 steps: the function is flat here" in out
    out = run("descend", "-step(a)", "-w", "a", "--start", "a=-1", "-f", "text")[1]
    assert "the value is lower further on" in out
    said = json.loads(run("descend", "-exp(-a^2)", "-w", "a", "--start", "a=50", "--json")[1])
    assert said["descent"]["status"] == "undecided"


def test_a_pole_is_no_endless_line() -> None:
    code, out, _ = run("descend", "log(a)", "-w", "a", "--start", "a=1", "-f", "text")
    assert code == 3
    assert "unbounded below: the value falls below every number at a pole" in out
    grown = falling(lambda w: -float(np.exp(w[0]) if w[0] < 700 else np.inf), np.zeros(1), np.ones(1), -1.0)
    assert grown == "unbounded"


@pytest.mark.parametrize(("expr", "first"), [
    ("(x[2]-x[1]^2)*(x[2]-2*x[1]^2)", "flat point"), ("x[1]^2+x[2]^3", "saddle"), ("x[1]^2-x[2]^4", "saddle"),
    ("x[1]^4+x[2]^4-6.1*x[1]^2*x[2]^2", "flat point"),
])
def test_a_zero_curvature_hides_no_way_down(expr: str, first: str) -> None:
    d = found(expr, "x", {}, {"x": [0, 0]}, limit=20)
    assert d.status != "converged"
    assert (d.left[0].step, d.left[0].kind) == (0, first)
    assert d.value < 0


@pytest.mark.parametrize(("expr", "start", "at"), [
    ("a^4/4 - 3*a^2/2 + 2*a", 3.0, -2), ("a^4 - a^3", 0.0, 0.75), ("a^4 - a^3", -1.0, 0.75),
    ("a^6 - 3*a^4 + 3*a^2", 3.0, 0),
])
def test_an_inflection_is_no_minimum(expr: str, start: float, at: float) -> None:
    d = found(expr, "a", {}, {"a": start}, a="scalar")
    assert d.status == "converged"
    assert d.parameters["a"] == pytest.approx(at, abs=1e-6)


@pytest.mark.parametrize(("expr", "wrt", "data", "start"), [
    ("norm(X*Y-B)^2", "X Y", {"B": (3, 3)}, {"X": (3, 2), "Y": (2, 3)}),
    ("norm2(A*x-b)^2", "x", {"A": (3, 5), "b": (3,)}, {}),
    ("sum(relu(1-A*A'*x))", "x", {"A": (4, 4)}, {}), ("x'*A'*A*x/(x'*x)", "x", {"A": (4, 4)}, {"x": (4,)}),
])
def test_valleys_of_minima_converge(expr: str, wrt: str, data: Any, start: Any) -> None:
    rng = np.random.default_rng(0)
    values = {name: rng.standard_normal(shape) for name, shape in data.items()}
    first = {name: rng.standard_normal(shape) for name, shape in start.items()}
    assert found(expr, wrt, values, first).status == "converged"


def _with_spectrum(values: Any) -> Any:
    q = np.linalg.qr(np.random.default_rng(1).standard_normal((len(values),) * 2))[0]
    return q @ np.diag(values) @ q.T


@pytest.mark.parametrize("method", ["lbfgs", "newton"])
@pytest.mark.parametrize("start", [[-3.60993831, 3.99340892], [-0.52041958, 3.79348955]])
def test_a_bent_valley_without_end_is_no_minimum(start: Any, method: str) -> None:
    d = found("(1.5-x[1]+x[1]*x[2])^2+(2.25-x[1]+x[1]*x[2]^2)^2+(2.625-x[1]+x[1]*x[2]^3)^2", "x", {}, {"x": start},
              method)
    assert d.status in ("limit", "undecided")


NEARBY = {
    "(x[1]^2+x[2]-11)^2+(x[1]+x[2]^2-7)^2": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "sin(x[1]+x[2])+(x[1]-x[2])^2-1.5*x[1]+2.5*x[2]+1":
        lambda x, y: np.sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1,
    "2*x[1]^2-1.05*x[1]^4+x[1]^6/6+x[1]*x[2]+x[2]^2":
        lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2,
    "exp(x[1]^2-x[2])+x[2]^2-x[1]": lambda x, y: np.exp(x**2 - y) + y**2 - x,
    "(x[1]-1)^4*(1+x[2]^2)+x[2]^2": lambda x, y: (x - 1) ** 4 * (1 + y**2) + y**2,
}


@pytest.mark.parametrize("expr", NEARBY)
@pytest.mark.parametrize("method", ["lbfgs", "newton"])
def test_test_functions_of_optimisation(expr: str, method: str) -> None:
    f, rng = NEARBY[expr], np.random.default_rng(3)
    for _ in range(3):
        d = found(expr, "x", {}, {"x": rng.uniform(-3, 3, 2)}, method)
        at = d.parameters["x"]
        beside = optimize.minimize(lambda v: float(f(*v)), at, method="Nelder-Mead", options={
            "xatol": 1e-10, "fatol": 1e-14, "initial_simplex": at + 1e-3 * np.array([[0, 0], [1, 0], [0, 1]])})
        assert d.status == "converged"
        assert d.value <= beside.fun + 1e-9 * max(1, abs(beside.fun))


@pytest.mark.parametrize("n", [4, 9, 12])
def test_an_ill_conditioned_system_is_solved_or_undecided(n: int) -> None:
    a = linalg.hilbert(n)
    d = found("norm2(A*x-b)^2", "x", {"A": a, "b": np.ones(n)})
    assert d.status != "converged" or d.value < 1e-9
    d = found("norm2(A*x-b)^2", "x", {"A": a, "b": a @ np.ones(n)}, method="newton")
    assert (d.status, d.value) == ("converged", pytest.approx(0, abs=1e-15))


def test_a_saddle_among_many_parameters() -> None:
    d = found("x'*B*x", "x", {"B": _with_spectrum(np.r_[-0.3, np.linspace(0.5, 200, 199)])})
    assert (d.status, d.left[0].kind) == ("unbounded", "saddle")
    assert d.left[0].curvature == pytest.approx(-0.6, rel=1e-6)


def test_lanczos_bounds_what_it_may_have_missed() -> None:
    values = np.r_[-0.01, np.linspace(0.5, 200, DENSE)]
    s = spectrum(lambda v: values * v, len(values), np.random.default_rng(0))
    assert s.least - s.doubt <= -0.01
    well = spectrum(lambda v: (1 + values / 100) * v, len(values), np.random.default_rng(0))
    assert 0 < well.least - well.doubt <= 1 - 1e-4
    whole = spectrum(lambda v: 3 * v, DENSE + 1, np.random.default_rng(0))
    assert (whole.least, whole.doubt) == (pytest.approx(3), 0)


BROKEN = [("sym", [[2, 3], [0, 5]]), ("spd", [[-1, 0], [0, 1]]), ("spd", [[1, 0], [0, 0]]), ("psd", [[1, 2], [2, 1]]),
          ("orthogonal", [[1, 2], [3, 4]]), ("diag", [[1, 2], [0, 1]]), ("skew", [[1, 2], [-2, 0]]),
          ("lower", [[1, 2], [0, 1]]), ("upper", [[1, 0], [2, 1]]), ("invertible", [[1, 2], [2, 4]]),
          ("invertible", [[0, 0], [0, 0]])]
KEPT = [("sym", [[2, 3], [3, 5]]), ("spd", [[2, 1], [1, 2]]), ("psd", [[1, 1], [1, 1]]), ("psd", [[0, 0], [0, 0]]),
        ("orthogonal", [[0.6, -0.8], [0.8, 0.6]]), ("diag", [[1, 0], [0, 0]]), ("skew", [[0, 2], [-2, 0]]),
        ("lower", [[1, 0], [3, 1]]), ("upper", [[1, 2], [0, 1]]), ("invertible", [[0, 1], [1, 0]])]


@pytest.mark.parametrize(("word", "value"), BROKEN)
def test_data_have_to_be_what_they_are_declared(word: str, value: Any) -> None:
    code, out, err = run("descend", "norm2(A x-b)^2", "-w", "x", "-v", f"A: {word}", "--data",
                         f"A={json.dumps(value)},b=[1,2]")
    assert (code, out) == (2, "")
    assert f"error[M1010]: the value of A is not {word}, as A is declared" in err


@pytest.mark.parametrize(("word", "value"), KEPT)
def test_data_that_are_what_they_are_declared(word: str, value: Any) -> None:
    assert broken({word}, value) == ""
    data = f"A={json.dumps(value)},b=[1,2]"
    assert run("descend", "norm2(A x-b)^2", "-w", "x", "-v", f"A: {word}", "--data", data)[0] == 0


@pytest.mark.parametrize(("declared", "data"), [
    ("k: scalar integer", "k=3.2"), ("k: scalar > 0", "k=-1"), ("k: scalar >= 0", "k=-1"), ("k: scalar > 0", "k=0")])
def test_numbers_have_to_be_what_they_are_declared(declared: str, data: str) -> None:
    code, _, err = run("descend", "k^2*(a-1)^2", "-w", "a", "-v", declared, "--data", data)
    assert code == 2
    assert "error[M1010]: the value of k is not " in err


def test_an_invertible_matrix_does_not_end_singular() -> None:
    asked = ("descend", "norm(X-A)^2", "-w", "X", "-v", "X: invertible", "--json", "--data")
    for target in ("[[0,0],[0,0]]", "[[1,2],[2,4]]"):
        said = json.loads(run(*asked, f"A={target}")[1])["descent"]
        assert said["status"] == "boundary"
        assert said["message"] == "X tends to a singular matrix, which is not invertible"
    assert json.loads(run(*asked, "A=[[1,2],[3,4]]")[1])["descent"]["status"] == "converged"


@pytest.mark.parametrize("target", [[[1, 0], [0, 0]], [[1, 2], [2, 4]], [[0, 0], [0, 0]]])
def test_a_definite_matrix_does_not_end_singular(target: Any) -> None:
    assert found("norm(X-A)^2", "X", {"A": target}, X="spd(2)").status == "boundary"
    assert found("norm(X-A)^2", "X", {"A": target}, X="psd(2)").status == "converged"


@pytest.mark.parametrize("rate", ["nan", "inf", "0", "-1"])
def test_a_rate_is_a_positive_number(rate: str) -> None:
    code, out, err = run("descend", "norm2(x-b)^2", "-w", "x", "--data", "b=[1,2]", "--method", "gd", "--rate", rate)
    assert (code, out) == (2, "")
    assert "error[M0003]" in err
