"""The index form of a differential: ∂Yᵢⱼ/∂Xₖₗ read off dY = A dX B, where every entry is a product of entries.

The coefficient of dXₖₗ in (A dX B)ᵢⱼ is Σ Aᵢₚ δₚₖ δₗᵩ Bᵩⱼ = Aᵢₖ Bₗⱼ: each operation between dY and dX brings its
entries, dX itself two of Kronecker's δ, and what is summed over meets a δ. A sum that meets none is no product of
entries.
"""

from __future__ import annotations

from collections.abc import Callable

from matcalc.algebra import multiply, num, transpose
from matcalc.calculus.adjoint import varying
from matcalc.core.expr import ADD, CHAIN, HAD, MUL, TANGENT, TRACE, TRANSPOSE, Expr, Kind
from matcalc.core.parts import number_and_factors, terms
from matcalc.records import NamedTuple


class Entry(NamedTuple):
    """An entry of a matrix, δ of two indices where `matrix` is None; a dimension of length one has the index ""."""

    matrix: Expr | None
    row: str = ""
    column: str = ""


Term = tuple[Expr, tuple[Entry, ...]]  # a scalar in front, and entries
Entries = list[Entry]
_OPEN = {"i", "j", "k", "l", ""}


def index_form(linear: Expr) -> list[Term] | None:
    """The coefficient of dXₖₗ in entry (i, j) of a `linear` expression, as a sum of terms; None where a term is no
    product of entries (an inner sum would be needed).

    Source: Magnus & Neudecker (2019) 5.
    """
    found = [_term(t) for t in terms(linear)]
    return None if None in found else [t for t in found if t is not None]


def _term(e: Expr) -> Term | None:
    scalar, rest = num(1), e
    if e.kind is MUL:
        q, factors = number_and_factors(e)
        scalar = multiply(num(q), *(f for f in factors if f.is_scalar and not f.varies))
        rest = multiply(*(f for f in factors if not f.is_scalar or f.varies))
    found = _entries(rest, *(("", "") if e.is_scalar else ("i", "j")))
    contracted = None if found is None else _contracted(found)
    return None if contracted is None else (scalar, tuple(contracted))


def _entries(e: Expr, row: str, column: str) -> Entries | None:
    """The factors of the coefficient of dXₖₗ in entry (row, column) of `e`, summed over every other index."""
    return _HANDLERS[e.kind](e, row, column) if e.kind in _HANDLERS else None


def _contracted(entries: Entries) -> Entries | None:
    """Σₚ Aᵢₚ δₚₖ = Aᵢₖ, until no index is summed over."""
    for d in entries:
        bound = next((i for i in (d.row, d.column) if i not in _OPEN), None) if d.matrix is None else None
        if bound is not None:
            other = d.column if bound == d.row else d.row
            rest = [f for f in entries if f is not d]
            return _contracted([f._replace(row=other if f.row == bound else f.row,
                                        column=other if f.column == bound else f.column) for f in rest])
    return entries if all({f.row, f.column} <= _OPEN for f in entries) else None


def _tangent(_: Expr, row: str, column: str) -> Entries:
    return [Entry(None, row, "k"), Entry(None, "l", column)]


def _transposed(e: Expr, row: str, column: str) -> Entries | None:
    found = _entries(e.args[0], column, row)
    is_tangent = e.args[0].kind is TANGENT
    return [Entry(None, row, "l"), Entry(None, "k", column)] if is_tangent else found


def _chain(e: Expr, row: str, column: str) -> Entries | None:
    """(A M B)ᵢⱼ = Σ Aᵢₚ Mₚᵩ Bᵩⱼ."""
    place = varying(e)
    before, after = e.args[:place], e.args[place + 1:]
    inner = (row + "r" if before else row, column + "c" if after else column)
    found = _entries(e.args[place], *inner)
    if found is None:
        return None
    left = [Entry(multiply(*before), row, inner[0])] if before else []
    right = [Entry(multiply(*after), inner[1], column)] if after else []
    return [*left, *found, *right]


def _entrywise(e: Expr, row: str, column: str) -> Entries | None:
    """Of A ∘ M, or of a matrix times a number that varies, the entries of A and of M."""
    place = varying(e)
    inner = e.args[place]
    found = _entries(inner, *(("", "") if inner.is_scalar else (row, column)))
    constant = [Entry(f, row, column) for i, f in enumerate(e.args) if i != place]
    return None if found is None or e.data not in (None, 1) else [*constant, *found]


def _trace(e: Expr, _row: str, _column: str) -> Entries | None:
    """tr(A M B) = Σ (B A)ᵩₚ Mₚᵩ."""
    inside = e.args[0]
    if inside.kind is TANGENT:
        return [Entry(None, "k", "l")]
    if inside.kind is not CHAIN:
        return _entries(inside, "r", "r") if inside.kind is not ADD else None
    place = varying(inside)
    found = _entries(inside.args[place], "r", "c")
    around = multiply(*inside.args[place + 1:], *inside.args[:place])
    return None if found is None else [Entry(transpose(around), "r", "c"), *found]


_HANDLERS: dict[Kind, Callable[[Expr, str, str], Entries | None]] = {
    TANGENT: _tangent,
    TRANSPOSE: _transposed,
    CHAIN: _chain,
    HAD: _entrywise,
    MUL: _entrywise,
    TRACE: _trace,
}
