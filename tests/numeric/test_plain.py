"""Plans in plain Python have the values that NumPy computes, and random points the properties that are declared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.core.expr import Expr, givens
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import evaluate, silence
from matcalc.numeric.plain import Plain, planned
from matcalc.numeric.plain_draws import Numbers, drawn
from matcalc.numeric.sizes import Sized, dims_of, sizes_for
from matcalc.plan.members import key_of
from matcalc.plan.text import LackingError
from tests import corpus

CASES = [case for case in corpus.cases() if case["task"] == "grad"]


def plainly(e: Any, values: dict[Any, Any], sizes: dict[str, int]) -> Any:
    plain = Plain(planned(e), lambda *_: abs)
    given = {key_of(v): x.tolist() if 1 not in v.shape else np.ravel(x).tolist() for v, x in values.items()}
    given |= {key_of(v): float(x) for v, x in values.items() if v.shape == (1, 1)}
    return plain.values(given, Sized(sizes))[plain.roots[0]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_values_are_those_of_numpy(case: dict[str, Any]):
    s = corpus.answer(case["id"]).statements[-1]
    for e in (s.f, s.derivative):
        try:
            assert any(agree(e, sizes_for(dims_of(s.f, s.derivative), choice, larger=1)) for choice in range(6)), e
        except LackingError:
            continue


def agree(e: Expr, sizes: dict[str, int]) -> bool:
    """At one point; with some sizes a product that is inverted is singular, and its values are rounding."""
    values = draw(givens(e), np.random.default_rng(1), sizes, "positive")
    try:
        with silence():
            expected = evaluate(e, values, sizes)
        return np.allclose(np.ravel(plainly(e, values, sizes)), np.ravel(expected), rtol=1e-7)
    except (ArithmeticError, matcalc.MatcalcError):
        return False


@pytest.mark.parametrize(("props", "holds"), [
    ("sym", lambda x: np.allclose(x, x.T)), ("skew", lambda x: np.allclose(x, -x.T)),
    ("spd", lambda x: np.allclose(x, x.T) and np.linalg.eigvalsh(x)[0] > 0.4),
    ("lower", lambda x: np.all(np.triu(x, 1) == 0)), ("upper", lambda x: np.all(np.tril(x, -1) == 0)),
    ("diag", lambda x: np.all(x == np.diag(np.diag(x)))), ("orthogonal", lambda x: np.allclose(x.T @ x, np.eye(4))),
    ("invertible", lambda x: np.linalg.cond(x) < 40), ("positive", lambda x: np.all(x > 0.4)),
    ("nonnegative", lambda x: np.all(x > 0)), ("integer", lambda x: np.all(x == np.round(x)) and np.all(x != 0)),
    ("onehot", lambda x: np.all(x.sum(1) == 1) and np.all((x == 0) | (x == 1))),
])
def test_points_have_the_declared_properties(props: str, holds: Any):
    v = matcalc.parse("X", variables={"X": f"matrix(4,4) {props}"})
    for seed in range(10):
        assert holds(np.array(drawn(v, Numbers(seed), {}, "generic", None)))


def test_numbers_are_spread_as_they_should():
    rng = Numbers(3)
    x = np.array([rng.uniform() for _ in range(4000)])
    y = np.array([rng.around(0.7) for _ in range(4000)])
    assert abs(x.mean() - 0.5) < 0.02
    assert abs(x.std() - 12**-0.5) < 0.01
    assert abs(y.mean()) < 0.05
    assert abs(y.std() - 0.7) < 0.02
    assert abs(np.corrcoef(x[1:], x[:-1])[0, 1]) < 0.05
