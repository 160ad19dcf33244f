"""Rows and columns that are scaled: (M ∘ 1v') y is M (v ∘ y), and (v1') ∘ M is diag(v) M, next to other matrices.

A matrix of equal columns, v1', scales the rows of what it is multiplied with entry by entry; so does a diagonal matrix.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import apply, hadamard, multiply, num, transpose
from matcalc.algebra.products import ends_in_ones, starts_with_ones
from matcalc.core.expr import CHAIN, HAD, Expr
from matcalc.core.parts import entry_factors, number_scalars_matrix
from matcalc.rulebook.book import Rulebook


def scaled(e: Expr, book: Rulebook) -> Expr:
    """A product in which all that scales rows or columns is a diagonal matrix; such a one before a vector vanishes."""
    if e.kind is CHAIN:
        return multiply(*(part for f in e.args for part in _parts(f, book)))
    q, scalars, matrix = number_scalars_matrix(e)
    if matrix.kind in (CHAIN, HAD) and 1 not in matrix.shape:
        inner = scaled(matrix, book) if matrix.kind is CHAIN else multiply(*_parts(matrix, book))
        return multiply(num(q), *scalars, inner)
    return e


def _parts(f: Expr, book: Rulebook) -> Sequence[Expr]:
    """diag(u), M and diag(v) of u1' ∘ M ∘ 1v'."""
    factors = entry_factors(f) if 1 not in f.shape else ()
    left = [g for g in factors if ends_in_ones(g)]
    right = [g for g in factors if starts_with_ones(g)]
    rest = [g for g in factors if g not in left and g not in right]
    if not rest or len(rest) == len(factors):
        return (f,)
    diagonal = book.core("diag")
    before = [apply(diagonal, multiply(*g.args[:-1])) for g in left]
    behind = [apply(diagonal, transpose(multiply(*g.args[1:]))) for g in right]
    return (*before, hadamard(*rest), *behind)

