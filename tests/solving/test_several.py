"""Several unknowns against minimisers that know no formula, block matrices and NumPy's own statistics."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

import matcalc
from matcalc.printers import ascii_text

RNG = np.random.default_rng(11)
X, y = RNG.normal(size=(9, 3)), RNG.normal(size=9)
A, B, c = RNG.normal(size=(9, 3)), RNG.normal(size=(9, 2)), RNG.normal(size=9)


def test_mean_and_covariance_of_a_gaussian() -> None:
    s = matcalc.solve("n/2 log(det(S)) + 1/2 sum_i (x_i - m)'inv(S)(x_i - m)", ["m", "S"],
                      variables={"S": "spd", "m": "vector(d)"})
    np.testing.assert_allclose(s.unknowns["m"].evaluate({"x": X}), X.mean(axis=0))
    np.testing.assert_allclose(s.unknowns["S"].evaluate({"x": X}), np.cov(X.T, bias=True))
    assert s.kind == "minimum"


def test_blocks_are_one_least_squares_problem() -> None:
    s = matcalc.solve("norm2(A x + B z - c)^2", ["x", "z"], variables={"z": "vector"})
    whole = np.linalg.lstsq(np.hstack([A, B]), c, rcond=None)[0]
    given = {"A": A, "B": B, "c": c}
    np.testing.assert_allclose(np.concatenate([s.unknowns[name].evaluate(given) for name in "xz"]), whole)


def test_intercept_and_slope() -> None:
    s = matcalc.solve("sum_i (y_i - w'x_i - b)^2", ["w", "b"])
    whole = np.linalg.lstsq(np.column_stack([X, np.ones(9)]), y, rcond=None)[0]
    found = np.append(s.unknowns["w"].evaluate({"x": X, "y": y}), s.unknowns["b"].evaluate({"x": X, "y": y}))
    np.testing.assert_allclose(found, whole)


def test_regression_and_its_noise() -> None:
    s = matcalc.solve("N/2 log(s) + norm2(y - X b)^2/(2 s)", ["b", "s"],
                      variables={"s": "scalar positive", "N": "scalar positive", "b": "vector"})
    def value(free: np.ndarray) -> float:
        return float(4.5 * free[3] + np.sum((y - X @ free[:3])**2) / (2 * np.exp(free[3])))

    found = optimize.minimize(value, np.zeros(4), method="BFGS")
    given = {"X": X, "y": y, "N": 9}
    np.testing.assert_allclose(s.unknowns["b"].evaluate(given), found.x[:3], atol=1e-5)
    assert s.unknowns["s"].evaluate(given) == pytest.approx(np.exp(found.x[3]), rel=1e-4)


def test_under_an_equation_in_both() -> None:
    s = matcalc.solve("x'x + z'z", ["x", "z"], subject_to="A x + B z = c", variables={"z": "vector"})
    whole = np.linalg.pinv(np.hstack([A[:4], B[:4]])) @ c[:4]
    given = {"A": A[:4], "B": B[:4], "c": c[:4]}
    np.testing.assert_allclose(np.concatenate([s.unknowns[name].evaluate(given) for name in "xz"]), whole)


@pytest.mark.parametrize(("formula", "wrt", "declared", "kind"), [
    ("x'x - z'z + x'z", ["x", "z"], {"z": "vector"}, "saddle"),
    ("x z", ["x", "z"], {"x": "scalar", "z": "scalar"}, "saddle"),
    ("-x'x - z'z + x'z", ["x", "z"], {"z": "vector"}, "maximum"),
    ("norm2(x - a)^2 + norm2(x - z)^2", ["x", "z"], {"z": "vector", "a": "vector"}, "minimum"),
    ("-n/2 log(s) - sum_i (x_i - m)^2/(2 s)", ["m", "s"], {"m": "scalar", "s": "scalar positive"}, "maximum")])
def test_kinds(formula: str, wrt: list[str], declared: dict[str, str], kind: str) -> None:
    s = matcalc.solve(formula, wrt, variables=declared)
    assert (s.kind, s.verify().ok) == (kind, True)


def test_sizes_that_only_the_constraint_ties_together() -> None:
    s = matcalc.solve("norm2(x)^2 + norm2(z)^2", ["x", "z"], subject_to="x - z = a", variables={"z": "vector"})
    assert {name: value.ascii for name, value in s.unknowns.items()} == {"x": "a/2", "z": "-a/2"}


def test_an_unknown_is_shown_by_others_where_that_is_shorter() -> None:
    s = matcalc.solve("norm2(A x + B z - c)^2", ["x", "z"], variables={"z": "vector"})
    assert ascii_text(s.shown) == "inv(A'*A)*A'*(b - B*z)".replace("b", "c")
    assert s.unknowns["x"].expr is s.expr is not s.shown


def test_what_is_not_solved_in_turn() -> None:
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve("norm(X - A B, 'fro')^2", ["A", "B"])
    assert refused.value.diagnostics[0].code == "M0603"
    assert "--wrt A --wrt B" in refused.value.diagnostics[0].fixes[0]
