"""Sums of products that are applied to what they meet: what is never formed, and where forming is left alone."""

from __future__ import annotations

import pytest

import matcalc
from matcalc.plan.applying import Applying
from matcalc.plan.cost import Lengths
from matcalc.plan.node import ordered
from tests.plan.computing import lowered

SQUARE = ("n", "n")


def shapes(text, *variables):
    """The shapes of what is computed for a formula, apart from its arguments and from views of vectors."""
    given = dict(zip(variables[::2], variables[1::2], strict=True))
    graph, roots = lowered([matcalc.parse(text, given)])
    order = ordered(*Applying(graph, Lengths(ordered(*roots)), roots).applied())
    return [tuple(map(str, e.shape)) for e in order if e.op == "add" or (e.op == "einsum" and len(e.args) > 1)]


@pytest.mark.parametrize("text", [
    "(U*V'+V*U')*X", "(U*V'+V*U')*x", "X'*(U*V'+V*U')", "(diag(d)-U*V')*X", "x'*(diag(d)+U*U')*x",
    "(U*V'+V*U')*(diag(d)-x*y')*(U*U'+diag(d))*X", "(diag(d)*(U*V'+x*y')*diag(d)+V*V')*(X*diag(w))*w",
])
def test_low_rank_sums_are_never_formed(text):
    found = shapes(text, "U", "matrix(n,k)", "V", "matrix(n,k)", "X", "matrix(n,k)", "x", "vector(n)", "y", "vector(n)",
                   "d", "vector(n)", "w", "vector(k)")
    assert found
    assert SQUARE not in found


@pytest.mark.parametrize("text", ["(A+A')*x", "(U*V'+V*U').*A", "exp(U*V'+V*U')*x", "(A+U*V')*B", "(A.*B+B)*X"])
def test_other_sums_are_formed(text):
    found = shapes(text, "U", "matrix(n,k)", "V", "matrix(n,k)", "X", "matrix(n,k)", "x", "vector(n)",
                   "A", "matrix(n,n)", "B", "matrix(n,n)")
    assert SQUARE in found
