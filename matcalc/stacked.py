"""Rows instead of columns: stacking the rows of Y by those of X is stacking the columns of Y' by those of X'."""

from __future__ import annotations

from matcalc.algebra import substitute, transpose, variable
from matcalc.expr import Expr

_TURNED = {"lower": "upper", "upper": "lower"}


def by_rows(f: Expr, x: Expr, jacobian: Expr) -> tuple[Expr, Expr, Expr]:
    """The same statement about columns: f', the transposed variable, and the Jacobian in terms of it."""
    if 1 in x.shape:
        return transpose(f), x, jacobian
    turned = variable(x.data.name, x.shape[::-1], props=frozenset(_TURNED.get(word, word) for word in x.data.props))
    leaves = {x: transpose(turned)}
    return transpose(substitute(f, leaves)), turned, substitute(jacobian, leaves)
