"""Squares of norms are recognised whatever the rotation of a trace."""

import pytest

import matcalc
from matcalc.algebra import multiply
from matcalc.algebra.facts import grams, roots
from matcalc.printers import ascii_text


@pytest.mark.parametrize(("expr", "root"), [
    ("x'x", "x"), ("x'A'A x", "A*x"), ("(A x - b)'(A x - b)", "A*x - b"), ("tr(X'X)", "X"), ("tr(X X')", "X"),
    ("tr(A X X'A')", "A*X"), ("tr(X'A'A X)", "A*X"), ("norm2(A x)^2", "A*x"),
])
def test_roots(expr, root):
    found = {ascii_text(multiply(*half)) for half in roots(matcalc.parse(expr))}
    assert root in found


@pytest.mark.parametrize("expr", ["x'A x", "x'y", "tr(A X)", "tr(A B A'B')", "x'A'B x", "tr(X)"])
def test_no_roots(expr):
    assert roots(matcalc.parse(expr)) == []


def test_the_middle_of_a_gram_word():
    gram, = grams(matcalc.parse("X'A'S A X where S: sym"))
    assert ascii_text(gram.middle) == "S"
    assert ascii_text(multiply(*gram.half)) == "A*X"
