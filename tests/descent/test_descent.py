"""From formulas to fitted parameters: real data, the loss that SciPy reaches by differences, with fewer evaluations."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcalc.cli.screen.progress import Progress
from matcalc.cli.screen.terminal import Terminal
from matcalc.descent.minimise import METHODS, by_differences, descend
from matcalc.descent.objective import Point, objective
from matcalc.numeric.draws import project
from tests.cli.sessions import run
from tests.samples import some

LOGISTIC = "sum(log(exp(-y.*(X*w)) + vector(1))) + lambda/2 w'w"
NETWORK = "1/n cross_entropy(tanh(X W1) W2, Y) + lambda/2 (norm(W1)^2 + norm(W2)^2)"
LEAST = ("descend", "norm2(A x - b)^2", "-w", "x", "--data", "A=[[1,2],[3,4],[5,6]],b=[1,2,3]")


@cache
def iris() -> tuple[Any, Any]:
    from sklearn.datasets import load_iris  # a library that takes seconds, so not while tests are collected

    x, y = load_iris(return_X_y=True)
    return np.c_[(x - x.mean(0)) / x.std(0), np.ones(len(x))], y


@cache
def digits() -> tuple[Any, Any]:
    from sklearn.datasets import load_digits

    x, y = load_digits(n_class=3, return_X_y=True)
    return np.c_[x / 16, np.ones(len(x))][:200], y[:200]


@pytest.mark.parametrize("method", ["lbfgs", "newton"])
def test_logistic_regression(method: str) -> None:
    x, y = iris()
    f, start = objective(LOGISTIC, ["w"], {"X": x, "y": np.where(y == 1, 1.0, -1.0), "lambda": np.array(0.1)}, {})
    found = descend(f, start, method)
    value, evaluations = by_differences(f, start)
    print(f"logistic regression, {method}: f = {found.value:.9g}, {found.evaluations} evaluations; "
          f"by differences f = {value:.9g}, {evaluations}")
    assert found.status == "converged"
    assert found.value <= value * (1 + 1e-9)
    assert found.evaluations + found.products < evaluations


@pytest.mark.parametrize(("data", "hidden", "limit"), some([(iris, 4, 60), (digits, 3, 20)]))
def test_two_layer_network(data: Callable[[], tuple[Any, Any]], hidden: int, limit: int) -> None:
    x, y = data()
    given = {"X": x, "Y": np.eye(3)[y], "lambda": np.array(1e-3), "n": np.array(float(len(x)))}
    f, start = objective(NETWORK, ["W1", "W2"], given, {}, sizes={"h": hidden}, variables={"W1": "matrix(d,h)"})
    found = descend(f, start, "lbfgs", limit)
    value, evaluations = by_differences(f, start, limit)
    print(f"network on {data.__name__}, {start.size} parameters: f = {found.value:.6g}, "
          f"{found.evaluations} evaluations; by differences f = {value:.6g}, {evaluations}")
    assert found.value <= value * 1.02
    assert 20 * found.evaluations < evaluations
    newton = descend(f, start, "newton", limit)
    assert newton.value <= value * 1.02


def test_the_hessian_operator_is_the_derivative_of_the_gradient() -> None:
    x, y = iris()
    given = {"X": x, "Y": np.eye(3)[y], "lambda": np.array(1e-3), "n": np.array(150.0)}
    f, start = objective(NETWORK, ["W1", "W2"], given, {}, sizes={"h": 4}, variables={"W1": "matrix(d,h)"})
    v = np.random.default_rng(0).standard_normal(start.size)
    slope = (f(start + 1e-5 * v)[1] - f(start - 1e-5 * v)[1]) / 2e-5
    np.testing.assert_allclose(f.product(start, v), slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_solves_least_squares(method: str) -> None:
    code, out, _ = run(*LEAST, "--method", method, "--steps-limit", "2000")
    assert code == 0
    np.testing.assert_allclose(json.loads(out)["x"], [0, 0.5], atol=1e-4)


def test_plain_descent_is_the_update_of_the_lecture() -> None:
    out = run(*LEAST, "--method", "gd", "--rate", "0.01", "--steps-limit", "3", "-f", "text")[1]
    assert "x ← x − 0.01 ∂f/∂x,   ∂f/∂x = 2 Aᵀ (A x − b)" in out
    a, b, x = np.array([[1, 2], [3, 4], [5, 6]]), np.array([1, 2, 3]), np.zeros(2)
    way = json.loads(run(*LEAST, "--method", "gd", "--rate", "0.01", "--steps-limit", "3", "--json")[1])["descent"]
    for _ in range(3):
        x = x - 0.01 * 2 * a.T @ (a @ x - b)
    np.testing.assert_allclose(way["parameters"]["x"], x, rtol=1e-12)
    assert (way["status"], way["steps"]) == ("limit", 3)
    assert r"x \leftarrow x - 0.01 \left(" in run(*LEAST, "--method", "gd", "--rate", "0.01", "--latex")[1]


def test_plain_characters() -> None:
    assert run(*LEAST, "--method", "gd", "-f", "text", "--ascii")[1].isascii()


def test_divergence_is_said() -> None:
    code, out, _ = run(*LEAST, "--method", "gd", "--rate", "0.1", "-f", "text")
    assert code == 3
    assert "diverged" in out
    assert "--rate 0.01" in out


def test_parameters_are_saved(tmp_path: Path) -> None:
    assert run(*LEAST, "-o", str(tmp_path / "fit.json"))[0] == 0
    np.testing.assert_allclose(json.loads((tmp_path / "fit.json").read_text())["x"], [0, 0.5], atol=1e-6)
    assert run(*LEAST, "-o", str(tmp_path / "x.npy"))[0] == 0
    assert np.load(tmp_path / "x.npy").shape == (2,)
    assert run(*LEAST, "-o", str(tmp_path / "fit.npz"))[0] == 0
    assert list(np.load(tmp_path / "fit.npz")) == ["x"]


def test_the_bar_is_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*LEAST)[2] == ""
    with Progress(4, Terminal(tty=True)) as bar:
        bar.show(Point(2, 0.25, 1.0))
        bar.tick(1000)
    shown = capsys.readouterr().err
    assert "█" * 15 + "░" * 15 + " 2/4  f = 0.25" in shown
    assert "rows/s" not in shown or "f = 0.25" in shown


@pytest.mark.parametrize("word", ["sym", "skew", "diag", "lower", "upper", "spd"])
def test_a_declared_structure_is_kept(word: str) -> None:
    f, start = objective("normF(X - A)^2", ["X"], {"A": np.arange(9.0).reshape(3, 3)}, {},
                         variables={"X": f"{word}(3)"})
    x = descend(f, start).parameters["X"]
    assert np.allclose(x, project(x, x, frozenset({word})), atol=1e-9)


def test_a_function_without_a_minimum() -> None:
    code, out, _ = run("descend", "-x'x", "-w", "x", "--start", "x=[1,2]")
    assert (code, out.partition(":")[0]) == (3, "unbounded below")


BAD = [
    ("M1002", ("norm2(x)^2", "-w", "x")),
    ("M0501", ("norm2(w)^2",)),
    ("M1002", ("norm2(A x - b)^2", "-w", "x", "--data", "A=[[1,2],[3,4]]")),
    ("M1003", ("norm2(x)^2", "-w", "x", "--data", "B=1,x=[1,2]")),
    ("M1004", ("norm2(x - b)^2", "-w", "x", "--data", "b=no.npy")),
    ("M0804", ("norm2(A x - b)^2", "-w", "x", "--data", "A=[[1,2],[3,4]],b=[1,2,3]")),
    ("M0310", ("A x", "-w", "x", "--data", "A=[[1,2],[3,4]]")),
    ("M0502", ("norm2(x)^2", "-w", "y", "--start", "x=[1]")),
    ("M1008", ("log(a)", "-w", "a")),
    ("M1009", ("norm2(x - b)^2", "-w", "x", "--data", "b=[1,2]", "-o", "fit.xls")),
    ("M1009", ("norm2(x - b)^2", "-w", "x", "-w", "b", "--start", "x=[1,2]", "-o", "fit.npy")),
    ("M0003", ("norm2(x - b)^2", "-w", "x", "--data", "b=[1,2]", "--rate", "1")),
    ("M0004", ("norm2(x - b)^2", "-w", "x", "--data", "b=[1,2]", "-o", "/nowhere/fit.json")),
]


@pytest.mark.parametrize(("code", "call"), BAD, ids=[" ".join(call) for _, call in BAD])
def test_refusals(code: str, call: tuple[str, ...]) -> None:
    found, out, err = run("descend", *call)
    assert (found, out) == (2, "")
    assert f"error[{code}]" in err
