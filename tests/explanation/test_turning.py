"""One thing a line: multiplying out, transposing, cycling and collecting are steps of their own, with their names."""

from __future__ import annotations

import pytest

import matcalc


@pytest.mark.parametrize(("formula", "wrt", "rules"), [
    ("tr(A inv(X) B)", "X", "product inv cyclic read-off transpose"),
    ("||X - X W W'||^2", "W", "product product trace transpose cyclic read-off expand+factor"),
    ("x'A x", "x", "product, transpose of a scalar, read-off, factor"),
    ("(x'A x)/(x'x)", "x", "quotient, product, product, transpose of a scalar, read-off, factor"),
    ("tr(X^k)", "X", "power cyclic read-off"),
    ("norm2(A x - b)", "x", "norm product read-off"),
    ("sqrt(x'A x)", "x", "power, product, transpose of a scalar, read-off, regroup"),
])
def test_a_step_does_what_its_name_says(formula: str, wrt: str, rules: str) -> None:
    steps = matcalc.grad(formula, wrt, check=False).steps
    expected = rules.split(", ") if ", " in rules else rules.split()
    assert [step.rule.removesuffix(", collect").replace(", ", "+") for step in steps] == expected


def test_terms_are_read_off_as_they_stand() -> None:
    """A sum is not collected, or brought to another form, before the gradient is read off."""
    steps = matcalc.grad("1/2 y'K^-1 y + 1/2 log(det(K))", "K", variables={"K": "spd(n)"}, check=False).steps
    assert [step.after for step in steps if step.rule in ("cyclic", "read-off", "declared")] == [
        "(tr(inv(K)*dK) - tr(inv(K)*y*y'*inv(K)*dK))/2", "(inv(K)' - inv(K)'*y*y'*inv(K)')/2",
        "(inv(K) - inv(K)*y*y'*inv(K))/2"]


def test_a_hessian_uses_the_gradient_that_was_found() -> None:
    steps = matcalc.hessian("(x'A x)/(x'x)", "x", variables={"A": "sym(n)"}, check=False).steps
    assert any("gradient" in step.rule.split(", ") for step in steps)
    assert not any(step.rule.endswith("…") for step in steps)
