"""Equality: by normal form first, otherwise by value, with every name meaning the same on both sides."""

from __future__ import annotations

import pytest

from matcalc.deriving.decide import equal, simplified
from matcalc.diagnostics import InputError

CASES = [
    ("tr(AB)", "tr(BA)", True, "the same normal form"),
    ("(A B)'", "B'A'", True, "the same normal form"),
    ("(x+y)'(x+y)", "x'x + 2x'y + y'y", True, "the same closed form"),
    ("det(A B)", "det(B A)", False, "different values"),
    ("x'A y", "y'A'x", True, "the same normal form"),
    ("A", "A'", False, "different values"),
    ("R := x - y; R'R", "(x-y)'(x-y)", True, "the same normal form"),
    ("x'A x where A: sym", "x'A'x", True, "the same normal form"),
    ("b", "b", True, "the same normal form"),
    ("A inv(A)", "I", True, "the same normal form"),
    ("ones", "exp(x).*exp(-x)", True, "no difference found at "),
    ("A B", "I", False, "different values"),
]


@pytest.mark.parametrize(("a", "b", "verdict", "how"), CASES, ids=lambda value: str(value))
def test_equal(a: str, b: str, verdict: bool, how: str) -> None:
    found = equal(a, b)
    assert found.equal is verdict
    assert found.how.startswith(how)
    assert found.proved is (verdict and how.startswith("the same"))


def test_a_name_means_the_same_on_both_sides() -> None:
    assert equal("b", "A x").right.variables["A"].kind == "matrix"
    assert equal("b", "A x").left.variables["b"].kind == "vector"


def test_different_shapes_are_refused() -> None:
    with pytest.raises(InputError):
        equal("x'x where x: vector", "x x' where x: vector")
    with pytest.raises(InputError):
        equal("ones", "I")


def test_simplified() -> None:
    assert simplified("A + A - 2A").f.op == "zeros"
