"""Index notation: ∂Yᵢⱼ/∂Xₖₗ = Aᵢₖ Bₗⱼ, with the indices that the shapes leave; δ is the identity's entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matcalc.algebra import negate
from matcalc.calculus.index_form import Entry, Term
from matcalc.expr import Expr
from matcalc.printers.monomials import turned_sum
from matcalc.printers.sums import is_negative

_LOW = dict(zip("ijkl", "ᵢⱼₖₗ", strict=True))
_DELTA = {"ascii": "delta", "unicode": "δ", "latex": r"\delta"}
_GAP = {"ascii": "*", "unicode": " ", "latex": " "}


def indices(shape: tuple[object, object], names: str) -> str:
    """The names of the indices that a matrix of this shape needs."""
    return "".join(name for name, length in zip(names, shape, strict=True) if length != 1)


def subscripted(name: str, low: str, dialect: str) -> str:
    """Xₖₗ, X[k,l], X_{kl}."""
    if not low:
        return name
    if dialect == "ascii":
        return f"{name}[{','.join(low)}]"
    return name + "".join(map(_LOW.__getitem__, low)) if dialect == "unicode" else f"{name}_{{{low}}}"


def entries_text(terms: Sequence[Term], used: str, dialect: str) -> str:
    """The coefficient of dXₖₗ in entry (i, j); `used` are the indices that exist, the others count to 1."""
    written = [_term(term, used, dialect) for term in terms] or ["0"]
    minus = "−" if dialect == "unicode" else "-"
    rest = [f" {minus} {t[1:]}" if t.startswith(minus) else f" + {t}" for t in written[1:]]
    return written[0] + "".join(rest)


def _term(term: Term, used: str, dialect: str) -> str:
    from matcalc.printers import text

    scalar, entries = _turned(term)
    factors = [shown for entry in entries if (shown := _entry(entry, used, dialect))]
    front = text(scalar, dialect)
    if scalar.op == "add":
        front = f"({front})"
    if factors and front in ("1", "-1", "−1"):
        return front[:-1] + _GAP[dialect].join(factors)
    return _GAP[dialect].join([front, *factors])


def _turned(term: Term) -> Term:
    """−(A − B)ᵢⱼ as (B − A)ᵢⱼ."""
    scalar, entries = term
    for i, entry in enumerate(entries):
        turned = turned_sum(entry.matrix) if entry.matrix is not None and is_negative(scalar) else None
        if turned is not None:
            return negate(scalar), (*entries[:i], replace(entry, matrix=turned), *entries[i + 1:])
    return term


def _entry(entry: Entry, used: str, dialect: str) -> str:
    low = [index for index in (entry.row, entry.column) if index and index in used]
    if entry.matrix is None:
        return subscripted(_DELTA[dialect], "".join(low), dialect) if len(low) == 2 else ""
    matrix = entry.matrix
    if matrix.op == "ones":
        return ""
    if matrix.op == "transpose":
        matrix, low = matrix.args[0], low[::-1]
    return subscripted(_factor(matrix, dialect), "".join(low), dialect)


def _factor(matrix: Expr, dialect: str) -> str:
    from matcalc.printers import text

    shown = text(matrix, dialect)
    return shown if matrix.op == "var" and "_" not in matrix.data.name else f"({shown})"
