"""The kind of a point, against the eigenvalues of the Hessian at random data, and the check that stands behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.algebra import multiply, num
from matcalc.solving.closed import solution
from matcalc.solving.solution import Solution, assure
from matcalc.solving.trial import tried

KINDS: list[tuple[str, dict[str, str], str, list[str]]] = [
    ("norm2(A x - b)^2", {}, "minimum", ["A has full column rank"]),
    ("-norm2(A x - b)^2", {}, "maximum", ["A has full column rank"]),
    ("1/2 x'P x + q'x", {"P": "spd"}, "minimum", []),
    ("-1/2 x'P x + q'x", {"P": "spd"}, "maximum", []),
    ("1/2 x'P x + q'x", {"P": "sym"}, "depends", ["P invertible"]),
    ("1/2 x'P x + q'x", {}, "depends", ["P + P' invertible"]),
    ("x'P x - x'Q x + q'x", {"P": "spd", "Q": "spd"}, "depends", ["P - Q invertible"]),
    ("norm2(A x - b)^2 + λ x'x", {}, "minimum", ["lambda > 0"]),
    ("norm2(A x - b)^2 + λ x'x", {"λ": "positive"}, "minimum", []),
    ("norm2(A x - b)^2 - λ x'x", {"λ": "positive"}, "depends", ["A'*A - lambda*eye(n) invertible"]),
    ("x'x + x'P x - q'x", {"P": "sym"}, "minimum", ["P is positive definite"]),
    ("x'P x", {}, "depends", ["P + P' invertible"]),
    ("exp(-x'x)", {}, "maximum", []),
    ("1/(1 + norm2(x - a)^2)", {"a": "vector"}, "maximum", []),
]


def hessian_at(s: Solution, formula: str, declared: dict[str, str], values: dict[str, Any]) -> np.ndarray:
    h = matcalc.hessian(formula, "x", variables=declared, check=False)
    x = s.evaluate({name: values[name] for name in s.inputs} | {"n": 3} if s.inputs else {"n": 3})
    return np.atleast_2d(h.evaluate({**values, "x": x}))


@pytest.mark.parametrize(("formula", "declared", "kind", "conditions"), KINDS)
def test_kinds(formula: str, declared: dict[str, str], kind: str, conditions: list[str]) -> None:
    s = matcalc.solve(formula, "x", variables=declared)
    assert (s.kind, s.conditions) == (kind, conditions)
    assert s.verify().ok is True


@pytest.mark.parametrize(("formula", "declared", "kind", "_"), KINDS)
def test_kinds_are_those_of_the_eigenvalues(formula: str, declared: dict[str, str], kind: str, _: list[str]) -> None:
    rng = np.random.default_rng(3)
    s = matcalc.solve(formula, "x", variables=declared)
    seen = set()
    for turn in range(6):
        m = rng.normal(size=(3, 3))
        definite = m @ m.T + np.eye(3)
        values = {"A": rng.normal(size=(3, 3)), "b": rng.normal(size=3), "q": rng.normal(size=3),
                  "a": rng.normal(size=3), "lambda": rng.uniform(0.5, 4), "Q": 3 * np.eye(3),
                  "P": (-1)**turn * definite if declared.get("P") != "spd" and "x'x" not in formula else definite}
        eigenvalues = np.linalg.eigvalsh(hessian_at(s, formula, declared, values))
        seen.add("minimum" if eigenvalues.min() > 0 else "maximum" if eigenvalues.max() < 0 else "saddle")
    assert seen == {kind} if kind != "depends" else len(seen) > 1


def test_a_wrong_solution_fails_its_check() -> None:
    s = solution("norm2(A x - b)^2", "x")
    doubled = s.claims.stated._replace(unknowns={s.unknown: multiply(num(2), s.expr)})
    found = tried(doubled)
    assert found.ok is False
    with pytest.raises(matcalc.MatcalcError) as refused:
        assure(s, found)
    assert (refused.value.diagnostics[0].code, refused.value.exit_code) == ("M9001", 70)


def test_a_wrong_kind_fails_its_check() -> None:
    for formula, wrong in (("norm2(A x - b)^2", "maximum"), ("-x'x + b'x", "minimum")):
        stated = solution(formula, "x").claims.stated
        assert tried(stated).ok is True
        assert tried(stated._replace(kind=wrong)).ok is False


def test_a_broken_constraint_fails_its_check() -> None:
    s = solution("norm2(x - c)^2", "x", subject_to="A x = b", declared={"c": "vector"})
    free = solution("norm2(x - c)^2", "x", declared={"c": "vector"})
    assert tried(s.claims.stated).ok is True
    assert tried(s.claims.stated._replace(unknowns={s.unknown: free.expr})).ok is False


def test_a_kind_is_tried_along_the_constraints_only() -> None:
    s = solution("norm2(x - c)^2", "x", subject_to="A x = b", declared={"c": "vector"})
    assert tried(s.claims.stated._replace(bound=())).ok is False  # steps off the set are better


def test_conditions_that_never_hold_leave_it_open() -> None:
    s = solution("norm2(A x - b)^2", "x")
    found = tried(s.claims.stated, fixed={"m": 2, "n": 3})
    assert found.ok is None
    with pytest.raises(matcalc.MatcalcError) as refused:
        assure(s, found)
    assert (refused.value.diagnostics[0].code, refused.value.exit_code) == ("M0901", 3)


def test_the_check_depends_on_its_seed_and_takes_sizes() -> None:
    s = solution("norm2(A x - b)^2", "x")
    first, again, other = s.verify(2, 0), s.verify(2, 0), s.verify(2, 1)
    assert first.checks == again.checks != other.checks
    assert all(check.sizes == {"m": 5, "n": 2} for check in s.verify(2, 0, {"m": 5, "n": 2}).checks)


def test_the_only_minimum_within_what_is_declared() -> None:
    s = matcalc.solve("n/2 log(det(V)) + 1/2 sum_i (x_i - m)'inv(V)(x_i - m)", "V",
                      variables={"V": "spd", "m": "vector(d)"})
    assert s.kind == "minimum"
    assert s.conditions == ["X - ones(n)*m' has full column rank"]
    assert matcalc.solve("norm(X - A, 'fro')^2", "X", variables={"X": "spd", "A": "sym"}).conditions == \
        ["A is positive definite"]
    assert matcalc.solve("norm2(x - a)^2", "x", variables={"x": "vector positive", "a": "vector"}).conditions == \
        ["entries of a > 0"]
    assert matcalc.solve("a x - log(x)", "x", variables={"a": "positive"}).kind == "minimum"
