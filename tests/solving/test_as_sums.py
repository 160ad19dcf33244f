"""A solution in the letters that were typed has the value of its matrix form, and is shown where there is one."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc
from matcalc.core.expr import OVER, postorder, variables
from matcalc.numeric.evaluate import as_result, evaluate
from matcalc.solving.as_sums import in_sums
from tests.cli.sessions import run

RNG = np.random.default_rng(6)
GIVEN = {"x": RNG.normal(size=(7, 3)), "y": RNG.normal(size=7), "m": RNG.normal(size=3), "w": RNG.normal(size=3)}


@pytest.mark.parametrize(("formula", "wrt", "declared"), [
    ("1/2 sum_i (x_i - m)'(x_i - m)", "m", {"m": "vector(d)"}),
    ("n/2 log(det(S)) + 1/2 sum_i (x_i - m)'inv(S)(x_i - m)", "S", {"S": "spd", "m": "vector(d)"}),
    ("sum_i (y_i - w'x_i - b)^2", "b", {"b": "scalar"}), ("sum_i (y_i - c)^2", "c", {"c": "scalar"})])
def test_values(formula: str, wrt: str, declared: dict[str, str]) -> None:
    s = matcalc.solve(formula, wrt, variables=declared)
    summed = in_sums(s.expr, s.problem)
    assert summed is not None
    assert any(e.kind is OVER for e in postorder(summed))
    given = {leaf: GIVEN[leaf.data.name] for leaf in {e.data.name: e for e in variables(summed)}.values()}
    families = {x if not x.data.refs else _family(x): value for x, value in given.items()}
    value = as_result(evaluate(summed, families, {"n": 7}), summed.shape)
    np.testing.assert_allclose(value, s.evaluate({name: GIVEN[name] for name in GIVEN if _occurs(name, s)}))


def _family(x: matcalc.api.Expr) -> matcalc.api.Expr:  # type: ignore[name-defined]
    from matcalc.core.expr import VAR, node

    return node(VAR, (), x.data.family, x.shape)


def _occurs(name: str, s: matcalc.api.Solution) -> bool:  # type: ignore[name-defined]
    return any(leaf.data.name in (name, name.upper()) for leaf in variables(s.expr))


def test_what_is_inverted_stays_in_matrices() -> None:
    s = matcalc.solve("sum_i (y_i - w'x_i)^2", "w")
    assert in_sums(s.expr, s.problem) is None
    plain = matcalc.solve("norm2(A x - b)^2", "x")
    assert in_sums(plain.expr, plain.problem) is None


def test_the_mean_is_shown_as_a_sum() -> None:
    words = ("solve", "1/2 sum_i (x_i - m)'inv(S)(x_i - m)", "-w", "m", "-v", "S: spd", "-v", "m: vector(d)")
    assert "m = 1/n Σᵢ xᵢ" in run(*words, "--format", "text")[1]
    assert r"\sum" in run(*words, "--latex")[1]
    assert run(*words)[1] == "X'*ones(n)/n\n"
