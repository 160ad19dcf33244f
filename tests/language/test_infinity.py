"""Infinity, constants of programs and letters that are functions in books: read as what they are, or asked about."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc

RNG = np.random.default_rng(3)
VALUES = {"x": RNG.standard_normal(5), "X": RNG.standard_normal((3, 4))}
NORMS = [
    ("np.linalg.norm(x, -np.inf)", np.min(np.abs(VALUES["x"]))),
    ("np.linalg.norm(x, np.inf)", np.max(np.abs(VALUES["x"]))),
    ("np.linalg.norm(x, ord=-np.inf)", np.min(np.abs(VALUES["x"]))),
    ("np.linalg.norm(X, -np.inf)", np.linalg.norm(VALUES["X"], -np.inf)),
    ("np.linalg.norm(X, ord=np.inf)", np.linalg.norm(VALUES["X"], np.inf)),
    ("np.linalg.vector_norm(x, ord=-np.inf)", np.min(np.abs(VALUES["x"]))),
    ("torch.linalg.vector_norm(X, float('inf'))", np.max(np.abs(VALUES["X"]))),
    ("torch.linalg.vector_norm(X, -float('inf'))", np.min(np.abs(VALUES["X"]))),
    ("x.norm(-torch.inf)", np.min(np.abs(VALUES["x"]))), ("torch.norm(x, p=float('inf'))", np.max(np.abs(VALUES["x"]))),
]


@pytest.mark.parametrize(("text", "value"), NORMS)
def test_norms_of_infinite_order(text: str, value: float) -> None:
    name = "X" if "X" in text else "x"
    kinds = {"x": "vector(5)"} if name == "x" else {"X": "matrix(3,4)"}
    d = matcalc.grad(text, wrt=name, variables=kinds, dialect="numpy")
    assert d.value({name: VALUES[name]}) == pytest.approx(value)
    assert d.verify().ok


@pytest.mark.parametrize("text", [
    "np.inf*np.sum(x)", "np.maximum(x, -np.inf)", "np.clip(x, -np.inf, 1)", "np.nan*x", "np.euler_gamma*x", "np.e*x",
    "math.inf + x", "inf*x"])
def test_no_constant_of_a_program_becomes_a_variable(text: str) -> None:
    with pytest.raises(matcalc.MatcalcError, match=r"infinity is no number|unknown name"):
        matcalc.parse(text, dialect="numpy")


def test_a_variable_may_have_such_a_name() -> None:
    kinds = {"inf": "scalar", "x": "vector(n)"}
    assert matcalc.parse("inf*np.sum(x)", kinds, dialect="numpy") is matcalc.parse("inf*sum(x)", kinds)
    assert repr(matcalc.parse("F.T @ x", {"F": "matrix(m,n)", "x": "vector(m)"}, dialect="numpy")) == "F'*x"


@pytest.mark.parametrize("text", ["sum(Γ(v))", "Γ(a)", r"\Gamma(x + 1)", "Gamma(v)"])
def test_capital_gamma_before_a_bracket_is_asked_about(text: str) -> None:
    """The gamma function of a book or a matrix times a bracket: never silently the product."""
    with pytest.raises(matcalc.MatcalcError, match="gamma function") as caught:
        matcalc.parse(text)
    product, function = caught.value.diagnostics[0].fixes
    assert "Gamma" in repr(matcalc.parse(product))
    assert "gamma(" in repr(matcalc.parse(function))
    assert matcalc.parse("Γ(A + B)", {"Γ": "matrix(n,n)"}) is matcalc.parse("Γ*(A + B)", {"Γ": "matrix(n,n)"})
