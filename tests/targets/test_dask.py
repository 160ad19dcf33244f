"""Programs for Dask: on arrays cut in any way they give what the same functions give in NumPy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcalc import api
from matcalc.targets import running, target_named
from tests.cli.sessions import run

CASES = [("norm2(X w - y)^2", ["w"]), ("sum(log(1 + exp(-y.*(X w)))) + lambda w'w", ["w"]),
         ("sum_i log(1 + exp(-y_i*(x_i'w)))", ["w"]), ("mean((X w - y).^2) + w'w", ["w"]),
         ("normF(Y - tanh(X A) B)^2", ["A", "B"]), ("log(sum(exp(X w)))", ["w"]), ("norm(X w - y)", ["w"]),
         ("y'X inv(X'X + c I) X'y", ["c"]), ("sum_i logsumexp(W x_i) - y_i'W x_i", ["W"])]


def values(source: Any, rng: Any) -> dict[str, Any]:
    """Arguments of a function, by its docstring."""
    sizes: dict[str, int] = {}
    found = {}
    for line in source.__doc__.splitlines():
        name, colon, said = line.strip().partition(": ")
        if colon and said.startswith("a number"):
            found[name] = 0.7
        elif colon and said.startswith("an array ("):
            shape = said[said.index("(") + 1:said.index(")")].replace(",", " ").split()
            for n in shape:
                sizes.setdefault(n, 17 if "rows" in line and n == shape[0] else 2 + len(sizes))
            found[name] = rng.standard_normal([sizes[n] for n in shape])
    return found


@pytest.mark.parametrize(("expr", "wrt"), CASES, ids=lambda value: str(value))
def test_any_blocks_give_what_numpy_gives(expr: str, wrt: list[str]) -> None:
    da = pytest.importorskip("dask.array", reason="dask is not installed")
    d = api.grad(expr, wrt if len(wrt) > 1 else wrt[0], check=False)
    functions = d.function("dask")
    plain = d.function("numpy")
    given = values(functions.f, np.random.default_rng(0))
    rows = [name for name, x in given.items() if np.ndim(x) and len(x) == 17]
    assert rows
    expected = plain.value_and_gradient(**given)
    for chunks in (1, 5, 17, (4, 0, 13)):
        cut = {name: da.from_array(x, chunks=(chunks, *(-1 for _ in x.shape[1:]))) if name in rows else x
               for name, x in given.items()}
        found = functions.value_and_gradient(**cut)
        np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
        for a, b in zip(np.atleast_1d(found[1]) if len(wrt) == 1 else found[1],
                        np.atleast_1d(expected[1]) if len(wrt) == 1 else expected[1], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(functions.f(**given), expected[0], rtol=1e-12)


def test_a_program_checks_itself(tmp_path: Path) -> None:
    pytest.importorskip("dask.array", reason="dask is not installed")
    code, source, _ = run("code", "sum(exp(X w)) - y'X w", "-w", "w", "--to", "dask", "--functions",
                          "f,gradient,value_and_gradient,hessian,hessian_product")
    assert code == 0
    (tmp_path / "program.py").write_text(source)
    done = subprocess.run([sys.executable, tmp_path / "program.py"], capture_output=True, text=True, check=True)
    assert done.stdout.count("relative error") == 5


def test_single_precision_and_other_numbers_of_rows() -> None:
    da = pytest.importorskip("dask.array", reason="dask is not installed")
    f = api.grad("norm2(X w - y)^2", "w", check=False).function("dask")
    x = np.random.default_rng(0).standard_normal((9, 2)).astype(np.float32)
    y, w = x[:, 0].copy(), np.array([1.0, 2.0])
    assert f.gradient(X=da.from_array(x, chunks=(4, 2)), y=y, w=w).dtype == np.float64
    for wrong in (y[1:], y[:, None], y[None]):  # a column would be spread over the rows of each block
        with pytest.raises(AssertionError, match="y is m"):
            f.f(X=x, y=wrong, w=w)
        with pytest.raises(AssertionError, match="y is m"):
            f.f(X=da.from_array(x, chunks=(4, 2)), y=da.from_array(wrong), w=w)


def test_what_is_no_sum_over_rows_is_refused() -> None:
    code, _, err = run("code", "sum(sort(X w).*y)", "-w", "w", "--to", "dask")
    assert code == 3
    assert "sort(X w)" in err
    assert "M1301" in err


@pytest.mark.parametrize("words", [
    ("code", "sum(phi(X w))", "-w", "w", "--to", "dask"), ("solve", "norm2(X w - y)^2", "-w", "w", "--to", "dask"),
    ("code", "X w", "-w", "w", "--kind", "jacobian", "--to", "dask")])
def test_what_is_not_written_by_blocks_is_refused(words: tuple[str, ...]) -> None:
    code, _, err = run(*words)
    assert code in (2, 3)
    assert "M9002" not in err


def test_without_dask_a_program_is_written_and_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "find_spec", lambda _: None)
    assert running.not_run(target_named("dask")) == "not run here: dask is not installed"
    code, source, err = run("code", "norm2(X w - y)^2", "-w", "w", "--to", "dask")
    assert code == 0
    assert "over_rows" in source
    assert "not run here" in err
