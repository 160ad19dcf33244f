"""What has no solution, or none in closed form, is refused by name and never answered."""

from __future__ import annotations

from typing import Any

import pytest

import matcalc

CASES: list[tuple[str, Any, Any, dict[str, str], str, int]] = [
    ("x'x - x'x + b'b", "x", None, {}, "M0528", 2),
    ("x'x", "y", None, {}, "M0502", 2),
    ("tr(A X)", "X", None, {"X": "sym", "A": "skew"}, "M0528", 2),
    ("c'x", "x", None, {}, "M0604", 3),
    ("a log(x)", "x", None, {}, "M0604", 3),
    ("(a'x)^2 - b'x", "x", None, {"a": "vector"}, "M0604", 3),
    ("A X - X A = 0", "X", None, {}, "M0604", 3),
    ("sum(log(1 + exp(A x)))", "x", None, {}, "M0603", 3),
    ("(x'x)^2", "x", None, {}, "M0603", 3),
    ("sum(exp(x))", "x", None, {"x": "vector"}, "M0604", 3),
    ("log(det(X)) + tr(X)", "X", None, {"X": "spd"}, "M0604", 3),
    ("x^3 - 3 x", "x", None, {"x": "scalar"}, "M0603", 3),
    ("exp(x) = -1", "x", None, {}, "M0604", 3),
    ("x^2 + y^2", ["x", "y"], "x y = 1", {"x": "scalar", "y": "scalar"}, "M0603", 3),
    ("x = cos(x)", "x", None, {}, "M0603", 3),
    ("tr(X) = 1", "X", None, {}, "M0603", 3),
    ("sum(p .* log(p))", "p", ["1'p = 1", "a'p = m"], {"a": "vector", "m": "scalar"}, "M0603", 3),
    ("norm(A X - B, 'fro')^2", "X", ["X'X = I", "det(X) = 1"], {"X": "matrix(n,n)"}, "M0603", 3),
    ("norm1(A x - b)", "x", None, {}, "M0603", 3),
    ("norm2(A x - b)^2 + λ norm1(x)", "x", None, {}, "M0603", 3),
    ("sum(max(x, 0))", "x", None, {"x": "vector"}, "M0603", 3),
    ("log(det(S)) + tr(inv(S) V)", "S", None, {}, "M0603", 3),
    ("norm(X - A, 'fro')^2", "X", None, {"X": "lower"}, "M0603", 3),
    ("norm(X - A, 'fro')^2", "X", None, {"X": "orthogonal"}, "M0603", 3),
    ("A X B = C", "X", None, {}, "M0603", 3),
    ("A X B + C X D + E X F = G", "X", None, {"X": "matrix(m,n)"}, "M0603", 3),
    ("X^2 = A", "X", None, {}, "M0603", 3),
    ("x'x", "x", "x'x = 1", {}, "M0603", 3),
    ("x'A x + b'x", "x", "x'x = 1", {"A": "sym"}, "M0603", 3),
    ("x'A x", "x", "x'B x = 1", {"A": "sym"}, "M0603", 3),
    ("c'x", "x", "x'x = -1", {}, "M0603", 3),
    ("c'x", "x", ["x'x = 1", "A x = b"], {}, "M0603", 3),
    ("norm(A X - B, 'fro')^2", "X", "X'X = I", {}, "M0603", 3),
    ("tr(X'A X)", "X", "X'X = I", {"A": "sym", "X": "matrix(n,n)"}, "M0603", 3),
    ("x'A x - 2 b'x", "x", "x'x = 1", {"A": "sym"}, "M0603", 3),
    ("c'x", "x", "A x = b", {}, "M0603", 3),
    ("x'x", "x", "A x <= b", {}, "M0527", 2),
    ("x'x", "x", "A x ≥ b", {}, "M0527", 2),
    ("x'x", "x", "A x", {}, "M0527", 2),
    ("x'x", "x", "", {}, "M0527", 2),
    ("x'x", "x", "A y = b", {}, "M0527", 2),
    ("x'x", "x", "x = x", {}, "M0527", 2),
    ("A X = B", "X", "C X = D", {}, "M0527", 2),
    ("x'x", "x", ["A x = b", "A x = c"], {}, "M0605", 3),
    ("x'x", "x", ["A x = b", "A x = b"], {}, "M0605", 3),
    ("A x - b", "x", None, {}, "M0310", 2),
    ("norm2(x - a)", "x", None, {"a": "vector"}, "M0901", 3),
    ("x'x +", "x", None, {}, "M0201", 2),
]


@pytest.mark.parametrize(("formula", "wrt", "subject_to", "declared", "code", "exit_code"), CASES)
def test_refusals(formula: str, wrt: Any, subject_to: Any, declared: dict[str, str], code: str, exit_code: int) -> None:
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve(formula, wrt, subject_to=subject_to, variables=declared)
    assert refused.value.diagnostics[0].code == code
    assert refused.value.exit_code == exit_code


def test_what_is_missing_is_named() -> None:
    for constraint, said in [("C x = e", "C x = e repeats or contradicts the others"),
                             ("C x = d", "C x = d follows from the others, so its multiplier can be any")]:
        with pytest.raises(matcalc.MatcalcError) as refused:
            matcalc.solve("norm2(A x - b)^2", "x", subject_to=["C x = d", constraint])
        assert refused.value.diagnostics[0].message == said
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve("x'A x + b'x", "x", subject_to="x'x = 1", variables={"A": "sym"})
    assert "secular equation" in refused.value.diagnostics[0].message
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve("x^2 = a", "x", variables={"x": "scalar"})
    assert refused.value.diagnostics[0].fixes == ('matcalc solve "x^2 = a" --wrt x --var "x: scalar positive"',)


def test_what_is_left_to_descend_is_said() -> None:
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve("sum(log(1 + exp(A x)))", "x")
    assert refused.value.diagnostics[0].fixes == ('matcalc descend "sum(log(1 + exp(A x)))" --wrt x',)


def test_a_declaration_that_helps_is_said() -> None:
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve("log(det(S)) + tr(inv(S) V)", "S")
    assert refused.value.diagnostics[0].fixes[0].endswith('--var "S: spd"')
    assert matcalc.solve("log(det(S)) + tr(inv(S) V)", "S", variables={"S": "spd", "V": "spd"}).ascii == "V"


def test_equations_with_too_few_rows_are_left_to_least_squares() -> None:
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve("A X B = C", "X")
    least, every, square = refused.value.diagnostics[0].fixes
    assert least == 'matcalc solve "‖A X B - C‖^2" --wrt X'
    assert every == 'matcalc solve "A X B = C" --wrt X --general'
    assert square == 'matcalc solve "A X B = C" --wrt X --var "A: invertible, B: invertible"'
