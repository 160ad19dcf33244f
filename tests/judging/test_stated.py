"""The left side of a claim says what is claimed: it is judged only where that is the question."""

from __future__ import annotations

import pytest

import matcalc
from matcalc.diagnostics import InputError

RIGHT = "(A+A')x"


@pytest.mark.parametrize("left", [
    "∂f/∂A", "∂f/∂y", "df/dA", "∇_A f", r"\frac{\partial f}{\partial A}", r"\nabla_A f", "∂²f/∂x²", "f", "f(x)", "f(A)",
    "∂g/∂x", "∇²f", "∇f(A)", "∇f(z)", "f''(x)", "h", "H", "∂f/∂x'", "f: x ↦", "∂f/∂x = ∂f/∂A", "∂(x'A'A x)/∂x",
])
def test_a_claim_about_something_else_is_not_judged(left: str) -> None:
    with pytest.raises(InputError) as refused:
        matcalc.verify("x'Ax", "x", claim=f"{left} = {RIGHT}" if "↦" not in left else f"{left} {RIGHT}")
    assert refused.value.diagnostics[0].code in ("M0516", "M0222")


@pytest.mark.parametrize("left", [
    "∂f/∂x =", "df/dx =", "∇_x f =", r"\frac{\partial f}{\partial x} =", "∇f =", r"\nabla f(x) &=", "∇_x f(x, A) =",
    "g =", "∂/∂x x'Ax =", "∂(x'Ax)/∂x =", "∂f/∂x = ∇f =", "f'(x) =", "x ↦", "",
])
def test_a_claim_about_the_question_is_judged(left: str) -> None:
    assert matcalc.verify("x'Ax", "x", claim=f"{left} {RIGHT}").ok is True
    assert matcalc.verify("x'Ax", "x", claim=f"{left} 2*A*x").ok is False


@pytest.mark.parametrize(("expr", "wrt", "kind", "claim", "holds"), [
    ("y = A x", "x", "jacobian", "∂y/∂x = A", True), ("y = A x", "x", "jacobian", "∂z/∂x = A", None),
    ("A x", "x", "jacobian", "∂y/∂A = A", None), ("A x", "x", "jacobian", "J = A", True),
    ("A x", "x", "jacobian", "∇f = A", None), ("x'Ax", "x", "hessian", "∂f/∂x = A+A'", None),
    ("x'Ax", "x", "hessian", "∂²f/∂x∂x' = A+A'", True), ("x'Ax", "x", "hessian", "∇²f(x) = A+A'", True),
    ("x'Ax", "x", "hessian", "H_f = A+A'", True), ("x'Ay", ("x", "y"), "hessian", "∂²f/∂x∂y = A", True),
    ("x'Ay", ("x", "y"), "hessian", "∂²f/∂y∂x = A", None), ("L(w) = norm2(w)^2", "w", "gradient", "∂L/∂w = 2w", True),
    ("L(w) = norm2(w)^2", "w", "gradient", "∂f/∂w = 2w", None), ("x'x", "x", "gradient", "∂/∂x x'x", None),
    ("x'x", "x", "gradient", "c := 2; ∇f = c x", True),
])
def test_kinds_orders_and_names_of_the_left_side(expr: str, wrt: object, kind: str, claim: str,
                                                 holds: bool | None) -> None:
    if holds is None:
        with pytest.raises(InputError, match=r"claim|what is|∇"):
            matcalc.verify(expr, wrt, kind=kind, claim=claim)  # type: ignore[arg-type]
    else:
        assert matcalc.verify(expr, wrt, kind=kind, claim=claim).ok is holds  # type: ignore[arg-type]


def test_the_fix_is_the_question_that_the_claim_answers() -> None:
    with pytest.raises(InputError) as refused:
        matcalc.verify("x'Ax", "x", claim="∂f/∂A = x*x'")
    assert refused.value.diagnostics[0].fixes == ("--wrt A",)
    assert matcalc.verify("x'Ax", "A", claim="∂f/∂A = x*x'").ok is True
    with pytest.raises(InputError) as refused:
        matcalc.verify("x'Ax", "x", claim="∂²f/∂x² = A + A'")
    assert refused.value.diagnostics[0].fixes == ("--kind hessian",)
    assert matcalc.verify("x'Ax", "x", claim="∂²f/∂x² = A + A'", kind="hessian").ok is True
