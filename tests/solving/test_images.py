"""Equations behind functions that can be undone, against minimisers and SciPy's own functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import optimize, special

import matcalc
from matcalc.algebra import variable
from matcalc.core.expr import CALL, Expr, postorder
from matcalc.numeric.evaluate import evaluate
from matcalc.solving.images import parted

RNG = np.random.default_rng(5)
c, q = RNG.normal(size=5), RNG.uniform(0.5, 2, size=5)


def test_maximum_entropy_with_a_cost() -> None:
    s = matcalc.solve("c'p + τ sum(p .* log(p))", "p", subject_to="1'p = 1", variables={"τ": "positive"})
    np.testing.assert_allclose(s.evaluate({"c": c, "tau": 0.7}), special.softmax(-c / 0.7))
    multiplier = s.multipliers["lambda"].evaluate({"c": c, "tau": 0.7})
    assert multiplier == pytest.approx(0.7 * (special.logsumexp(-c / 0.7) - 1))


@pytest.mark.parametrize(("formula", "constraint", "declared", "f", "bound"), [
    ("sum(p .* log(p ./ q))", "1'p = 1", {"q": "vector positive"}, lambda p: np.sum(p * np.log(p / q)),
     lambda p: p.sum() - 1),
    ("sum(q ./ p)", "1'p = 1", {"q": "vector positive", "p": "vector positive"}, lambda p: np.sum(q / p),
     lambda p: p.sum() - 1),
    ("-q'log(p)", "1'p = 2", {"q": "vector positive"}, lambda p: -q @ np.log(p), lambda p: p.sum() - 2)])
def test_against_a_minimiser(formula: str, constraint: str, declared: dict[str, str], f: Any, bound: Any) -> None:
    s = matcalc.solve(formula, "p", subject_to=constraint, variables=declared)
    found = optimize.minimize(f, np.full(5, 0.3), bounds=[(1e-6, None)] * 5, method="SLSQP",
                              constraints={"type": "eq", "fun": bound}, options={"ftol": 1e-14, "maxiter": 500})
    np.testing.assert_allclose(s.evaluate({"q": q}), found.x, atol=1e-5)
    assert s.kind == "minimum"


EQUATIONS = [("exp(x) = b", np.log), ("log(x) = b", np.exp), ("sinh(x) = b", np.arcsinh), ("x^3 = b", np.cbrt),
             ("1/x = b", lambda b: 1 / b), ("sigmoid(x) = b/10", lambda b: special.logit(b / 10)),
             ("tanh(x) = b/10", lambda b: np.arctanh(b / 10)), ("softplus(x) = b", lambda b: np.log(np.expm1(b))),
             ("logit(x) = b", special.expit), ("exp(2 x + 1) = b", lambda b: (np.log(b) - 1) / 2),
             ("sqrt(x) = b", lambda b: b**2), ("exp(exp(x)) = b + 3", lambda b: np.log(np.log(b + 3)))]


@pytest.mark.parametrize(("equation", "due"), EQUATIONS)
def test_equations(equation: str, due: Any) -> None:
    s = matcalc.solve(equation, "x", variables={"x": "scalar", "b": "scalar positive"})
    for b in (0.4, 1.3, 2.5):
        assert s.evaluate({"b": b}) == pytest.approx(due(b))


def test_a_root_has_no_negative_value() -> None:
    assert matcalc.solve("sqrt(x) = b", "x", variables={"x": "scalar"}).conditions == ["b > 0"]


def test_the_inverse_of_a_definite_matrix() -> None:
    s = matcalc.solve("-log(det(X))", "X", subject_to="tr(X) = 1", variables={"X": "spd"})
    assert (s.ascii, s.kind) == ("eye(n)/n", "minimum")


def test_sums_in_a_function_are_parted_without_a_change_of_value() -> None:
    u, v = variable("u", (4, 1)), variable("v", (1, 1))
    formula = matcalc.parse("exp(u - 1 - v*ones(4)) + exp(u)", {"u": "vector(4)", "v": "scalar"})
    changed = parted(formula, v)
    assert changed is not formula
    calls = [e for e in _nodes(changed) if e.kind is CALL and v in _nodes(e)]
    assert all(u not in _nodes(e) for e in calls)
    given = {u: RNG.normal(size=4), v: 0.3}
    np.testing.assert_allclose(evaluate(changed, given), evaluate(formula, given))


def _nodes(e: Expr) -> list[Expr]:
    return list(postorder(e))
