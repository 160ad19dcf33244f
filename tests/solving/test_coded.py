"""A solution as a program: it runs, checks itself, and computes what `evaluate` does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import matcalc
from tests.cli.sessions import run

RNG = np.random.default_rng(8)
A, b = RNG.normal(size=(6, 3)), RNG.normal(size=6)


def test_least_squares_is_factored() -> None:
    s = matcalc.solve("norm2(A x - b)^2 + λ x'x", "x", variables={"λ": "positive"})
    found = s.function().solution(A, 0.3, b)
    np.testing.assert_allclose(found, s.evaluate({"A": A, "lambda": 0.3, "b": b}))
    assert "inv(" not in s.code()
    assert "cholesky" in s.code()


def test_multipliers_are_a_function_of_their_own() -> None:
    s = matcalc.solve("x'x", "x", subject_to="A x = b")
    functions, flat = s.function(), A.T
    np.testing.assert_allclose(functions.solution(flat, b[:3]), np.linalg.pinv(flat) @ b[:3])
    np.testing.assert_allclose(functions.multipliers(flat, b[:3]), -2 * np.linalg.solve(flat @ flat.T, b[:3]))


def test_several_unknowns_are_several_results() -> None:
    s = matcalc.solve("norm2(A x + B z - b)^2", ["x", "z"], variables={"z": "vector"})
    B = RNG.normal(size=(6, 2))
    x, z = s.function(name="fit").fit(A, B, b)
    whole = np.linalg.lstsq(np.hstack([A, B]), b, rcond=None)[0]
    np.testing.assert_allclose(np.concatenate([x, z]), whole)


def test_the_self_check_fails_for_another_equation() -> None:
    source = matcalc.solve("norm2(A x - b)^2", "x").code()
    spoiled = source.replace("x = solution(A, b)", "x = 1.1 * solution(A, b)")
    assert spoiled != source
    exec(compile(source, "<right>", "exec"), {"__name__": "__main__"})
    with pytest.raises(SystemExit):
        exec(compile(spoiled, "<wrong>", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("target", ["numpy", "pure", "julia", "r", "octave"])
def test_languages(target: str) -> None:
    code = matcalc.solve("A X + X B = C", "X").code(target, check=target in ("numpy", "pure"))  # type: ignore[arg-type]
    assert "left_side" in code


def test_the_command(tmp_path: Path) -> None:
    shown = run("solve", "norm2(A x - b)^2", "-w", "x", "--to", "numpy")
    file = tmp_path / "fit.py"
    assert run("solve", "norm2(A x - b)^2", "-w", "x", "-o", str(file))[0] == 0
    assert (shown[0], shown[1]) == (0, file.read_text("utf-8"))
