"""A fix means what was typed but for the fault: it drops no argument, no sign and no definition, and keeps together
what belongs together."""

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

FIXES = {
    "log x*y": ["(log x).*y", "(log x)'y", "(log x)y'"],
    "sin x cos y": ["(sin x).*(cos y)", "(sin x)'(cos y)", "(sin x)(cos y)'"],
    "sin x y": ["sin (x.*y)", "sin x'y", "sin xy'"],
    r"x\cdot y z": [r"x\cdot (y.*z)", r"x\cdot y'z", r"x\cdot y z where y: scalar"],
    "min(a, b, c)": [], "x!": [], "f(x, y)": [], "|A|B|": [],
    "e'e; e = y - X b": ["e = y - X b; e'e"],
    "f(a) := a^2; f(a, b)": [],
    "1,5": ["1.5"], "1½": ["(1+½)", "1*½"], "1.5.2": [], "a//b": [], "a%b": [], "x < y": [],
    "[1 2; 3 4]": ["[1, 2; 3, 4]"],
    "[A B; C D]": ["[A, B; C, D]", "[A*B; C*D]"],
}


@pytest.mark.parametrize("text", FIXES)
def test_fixes(text):
    with pytest.raises(MatcalcError) as caught:
        matcalc.parse(text)
    assert list(caught.value.diagnostics[0].fixes) == FIXES[text]


def test_outer_products_of_matrices_are_those_of_their_entries():
    """NumPy flattens, by rows; R's has four axes, and the plain one is of vectors."""
    declared = {"A": "matrix(m,n)", "B": "matrix(p,n)"}
    d = matcalc.grad("sum(np.outer(A, B))", "A", variables=declared, dialect="numpy")
    a, b = np.ones((2, 3)), np.arange(12.0).reshape(4, 3)
    assert np.allclose(d.evaluate({"A": a, "B": b}), b.sum() * a)
    declared_too = {"A": "matrix(2,3)", "B": "matrix(3,2)", "c": "vector"}
    weighted = matcalc.grad("c @ np.outer(A, B) @ c", "A", variables=declared_too, dialect="numpy")
    c, b = np.arange(6.0), np.arange(6.0).reshape(3, 2)
    assert np.allclose(weighted.evaluate({"A": a, "B": b, "c": c}), (c * (b.ravel() @ c)).reshape(2, 3))
    with pytest.raises(MatcalcError):
        matcalc.grad("sum(A %o% B)", "A", variables=declared)


def test_a_fix_is_said_once():
    with pytest.raises(MatcalcError) as caught:
        matcalc.parse("x'(I - 11'/n)x")
    fixes = caught.value.diagnostics[0].fixes
    assert len(fixes) == len(set(fixes))
