"""Rows instead of columns: the rows of X, stacked, are vec(X') = K(m,n) vec(X)."""

from __future__ import annotations

from matcalc.algebra import multiply, transpose
from matcalc.calculus.matrix_form import commutation
from matcalc.expr import Expr
from matcalc.rulebook import Rulebook


def of_columns(jacobian: Expr, f: Expr, x: Expr, book: Rulebook) -> Expr:
    """The Jacobian of vec(f) by vec(X), where `jacobian` is that of vec(f') by vec(X')."""
    return multiply(transpose(commutation(*f.shape, book)), jacobian, commutation(*x.shape, book))
