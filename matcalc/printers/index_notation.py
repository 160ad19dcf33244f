"""Index notation: ∂Yᵢⱼ/∂Xₖₗ = Aᵢₖ Bₗⱼ, with the indices that the shapes leave; δ is the identity's entry."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import negate, num
from matcalc.calculus.index_form import Entry, Term
from matcalc.core.expr import ADD, ONES, TRANSPOSE, VAR, Expr
from matcalc.printers.dialect import Dialect
from matcalc.printers.dialects import dialect_named
from matcalc.printers.polynomials import is_negative, turned_sum
from matcalc.printers.precedence import SUM, joined
from matcalc.printers.typesetting import lay_out
from matcalc.printers.views import view


def indices(shape: tuple[object, object], names: str) -> str:
    """The names of the indices that a matrix of this shape needs."""
    return "".join(name for name, length in zip(names, shape, strict=True) if length != 1)


def subscripted(name: str, low: str, dialect: str) -> str:
    """Xₖₗ, X[k,l], X_{kl}."""
    return dialect_named(dialect).index_text(name, low) if low else name


def entries_text(terms: Sequence[Term], used: str, dialect: str) -> str:
    """The coefficient of dXₖₗ in entry (i, j); `used` are the indices that exist, the others count to 1."""
    known = dialect_named(dialect)
    written = [_term(term, used, known) for term in terms] or [(1, known.dim_text(0))]
    signs = [known.joins["plus" if sign > 0 else "minus"] for sign, _ in written]
    signs[0] = "" if written[0][0] > 0 else signs[0].strip()
    before, after = known.row
    return before + "".join(sign + shown for sign, (_, shown) in zip(signs, written, strict=True)) + after


def _term(term: Term, used: str, dialect: Dialect) -> tuple[int, str]:
    """The sign of a term, and what stands behind it."""
    scalar, entries = _turned(term)
    factors = [shown for entry in entries if (shown := _entry(entry, used, dialect))]
    seen = view(scalar)
    sign, part = (-1, seen.parts[0]) if seen.op == "negate" else (1, scalar)
    if factors and part is num(1):
        return sign, dialect.joins["product"].join(factors)
    laid = lay_out(part, dialect)
    front = joined(laid.at_least(SUM + 1, dialect.brackets) if scalar.kind is ADD or sign < 0 else laid)
    return sign, dialect.joins["product"].join([front, *factors])


def _turned(term: Term) -> Term:
    """−(A − B)ᵢⱼ as (B − A)ᵢⱼ."""
    scalar, entries = term
    for i, entry in enumerate(entries):
        turned = turned_sum(entry.matrix) if entry.matrix is not None and is_negative(scalar) else None
        if turned is not None:
            return negate(scalar), (*entries[:i], entry._replace(matrix=turned), *entries[i + 1:])
    return term


def _entry(entry: Entry, used: str, dialect: Dialect) -> str:
    low = [index for index in (entry.row, entry.column) if index and index in used]
    if entry.matrix is None:
        return dialect.index_text(dialect.name_text("delta"), "".join(low)) if len(low) == 2 else ""
    matrix = entry.matrix
    if matrix.kind is ONES:
        return ""
    if matrix.kind is TRANSPOSE:
        matrix, low = matrix.args[0], low[::-1]
    factor = _factor(matrix, dialect)
    return dialect.index_text(factor, "".join(low)) if low else factor


def _factor(matrix: Expr, dialect: Dialect) -> str:
    shown = joined(lay_out(matrix, dialect))
    is_plain = matrix.kind is VAR and "_" not in matrix.data.name
    return shown if is_plain else shown.join(dialect.brackets)
