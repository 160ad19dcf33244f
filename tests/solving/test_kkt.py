"""The conditions of Karush, Kuhn and Tucker at points that SciPy finds, what they are worth, how they are written."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import numpy as np
import pytest
from scipy import optimize

import matcalc
from matcalc.numeric.evaluate import evaluate
from tests.cli.sessions import run
from tests.cli.test_json import SCHEMA

RNG = np.random.default_rng(2)
P, q = np.diag([1.0, 2.0, 3.0]), np.array([1.0, -3.0, 0.5])


def test_they_hold_at_a_minimum() -> None:
    k = matcalc.kkt("1/2 x'P x + q'x", "x", subject_to=["x >= 0", "1'x = 1"], variables={"P": "spd"})
    found = optimize.minimize(lambda x: x @ P @ x / 2 + q @ x, np.full(3, 1 / 3), bounds=[(0, None)] * 3,
                              constraints={"type": "eq", "fun": lambda x: x.sum() - 1}, method="SLSQP",
                              options={"ftol": 1e-15})
    x = np.maximum(found.x, 0)
    slope = P @ x + q
    equal = -slope[np.argmax(x)]  # where x > 0 the multiplier of x ≥ 0 is 0
    values: dict[str, Any] = {"P": P, "q": q, "x": x, "lambda": equal, "mu": slope + equal}
    for line in k.lines:
        difference = np.ravel(_value(line.left, values) - _value(line.right, values))
        tolerance = 1e-6
        assert np.all(np.abs(difference) < tolerance) if line.sign == "=" else np.all(difference > -tolerance)
    assert k.is_enough
    assert k.verify().ok is True


def _value(e: Any, values: dict[str, Any]) -> Any:
    from matcalc.core.expr import variables

    return np.asarray(evaluate(e, {leaf: values[leaf.data.name] for leaf in variables(e)}, {"n": 3}))


@pytest.mark.parametrize(("formula", "constraints", "declared", "is_enough"), [
    ("norm2(A x - b)^2", ["0 <= x <= 1"], {}, True), ("c'x", ["x'x <= 1"], {}, True),
    ("c'x", ["x'x >= 1"], {}, False), ("x'P x", ["x >= 0"], {"P": "sym"}, False),
    ("x'x", ["x'x = 1", "x >= 0"], {}, False), ("tr(C X)", ["X ⪰ 0"], {"X": "sym", "C": "sym"}, True)])
def test_what_they_are_worth(formula: str, constraints: list[str], declared: dict[str, str], is_enough: bool) -> None:
    k = matcalc.kkt(formula, "X" if "X" in formula else "x", subject_to=constraints, variables=declared)
    assert (k.is_enough, k.verify().ok) == (is_enough, True)


def test_two_inequalities_in_one_text() -> None:
    k = matcalc.kkt("norm2(x - c)^2", "x", subject_to="0 <= x <= 1", variables={"c": "vector"})
    assert k.multipliers == {"lambda": "0 <= x <= 1", "mu": "0 <= x <= 1"}
    assert k.write("ascii") == ["2*(x - c) - lambda + mu = 0", "0 <= x", "x <= 1", "lambda >= 0", "mu >= 0",
                                "lambda.*x = 0", "mu.*(x - 1) = 0"]


def test_matrices_are_compared_as_forms() -> None:
    k = matcalc.kkt("tr(C X)", "X", subject_to=["tr(A X) = b", "X ⪰ 0"],
                    variables={"X": "sym", "A": "sym", "C": "sym", "b": "scalar"})
    assert k.write("unicode") == ["λ A + C − Λ = 0", "tr(A X) = b", "X ⪰ 0", "Λ ⪰ 0", "Λ X = 0"]
    assert r"X \succeq 0" in k.write("latex")


def test_json_and_refusals() -> None:
    code, out, _ = run("solve", "x'x", "-w", "x", "--subject-to", "A x <= b", "--kkt", "--json")
    data = json.loads(out)
    jsonschema.validate(data, SCHEMA)
    assert (code, data["kkt"]["is_enough"], data["kkt"]["multipliers"]) == (0, True, {"lambda": "A x <= b"})
    refused = run("solve", "x'x", "-w", "x", "--subject-to", "A x <= b")
    assert (refused[0], "--kkt" in refused[2]) == (2, True)
    for constraint, said in [("A y <= b", "M0527"), ("1 <= 2", "M0527"), ("A x", "M0527")]:
        assert said in run("solve", "x'x", "-w", "x", "--subject-to", constraint, "--kkt")[2]
