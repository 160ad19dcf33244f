"""The index form of a differential: ∂Yᵢⱼ/∂Xₖₗ read off dY = A dX B, where every entry is a product of entries.

(A dX B)ᵢⱼ = Σ Aᵢₖ dXₖₗ Bₗⱼ, so the coefficient of dXₖₗ is Aᵢₖ Bₗⱼ; an absent factor gives Kronecker's δ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matcalc.algebra import multiply, num, transpose
from matcalc.expr import Expr


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a matrix, δ of two indices where `matrix` is None, or a scalar factor without indices."""

    matrix: Expr | None
    row: str = ""
    column: str = ""


Term = tuple[Expr, tuple[Entry, ...]]  # a scalar in front, and entries


def index_form(linear: Expr) -> list[Term] | None:
    """The coefficient of dXₖₗ in entry (i, j) of a `linear` expression, as a sum of terms; None where a term is no
    product of entries (an inner sum would be needed).

    Source: Magnus & Neudecker (2019) 5.
    """
    terms = [_term(t) for t in (linear.args if linear.op == "add" else (linear,))]
    return None if None in terms else [t for t in terms if t is not None]


def _term(e: Expr) -> Term | None:
    scalar, inside = num(1), e
    entries: list[Entry] = []
    if e.op == "mul":
        varying = [f for f in e.args if f.varies]
        constant = [f for f in e.args if not f.varies]
        scalar = multiply(num(e.data), *(f for f in constant if f.is_scalar))
        entries = [Entry(f, "i", "j") for f in constant if not f.is_scalar]
        inside = varying[0]
    handler = _HANDLERS.get(inside.op)
    found = handler(inside) if handler else None
    if found is not None and inside.is_scalar:  # the only entry of a 1×1 matrix has no place (i, j)
        found = [Entry(f.matrix, f.row.strip("ij"), f.column.strip("ij")) for f in found]
    return None if found is None else (scalar, (*entries, *found))


def _tangent(_: Expr) -> list[Entry]:
    return [Entry(None, "i", "k"), Entry(None, "l", "j")]


def _transposed(e: Expr) -> list[Entry] | None:
    return [Entry(None, "i", "l"), Entry(None, "k", "j")] if e.args[0].op == "tangent" else None


def _chain(e: Expr) -> list[Entry] | None:
    place = next(i for i, f in enumerate(e.args) if f.varies)
    middle = e.args[place]
    if middle.op != "tangent" and not _is_transposed_tangent(middle):
        return None
    row, column = ("k", "l") if middle.op == "tangent" else ("l", "k")
    return [_factor(e.args[:place], "i", row), _factor(e.args[place + 1:], column, "j")]


def _factor(factors: tuple[Expr, ...], row: str, column: str) -> Entry:
    return Entry(multiply(*factors) if factors else None, row, column)


def _hadamard(e: Expr) -> list[Entry] | None:
    inner = next(f for f in e.args if f.varies)
    handler = _HANDLERS.get(inner.op)
    found = handler(inner) if handler and inner.op != "trace" else None
    return None if found is None else [*(Entry(f, "i", "j") for f in e.args if f is not inner), *found]


def _trace(e: Expr) -> list[Entry] | None:
    """tr(M dX) has the coefficient M' at dXₖₗ, tr(M dX') the coefficient M."""
    inside = e.args[0]
    if inside.op == "tangent":
        return [Entry(None, "k", "l")]
    if inside.op != "chain":
        return None
    place = next(i for i, f in enumerate(inside.args) if f.varies)
    middle = inside.args[place]
    around = multiply(*inside.args[place + 1:], *inside.args[:place])
    if middle.op == "tangent":
        return [Entry(transpose(around), "k", "l")]
    return [Entry(around, "k", "l")] if _is_transposed_tangent(middle) else None


def _is_transposed_tangent(e: Expr) -> bool:
    return e.op == "transpose" and e.args[0].op == "tangent"


_HANDLERS: dict[str, Callable[[Expr], list[Entry] | None]] = {
    "tangent": _tangent,
    "transpose": _transposed,
    "chain": _chain,
    "had": _hadamard,
    "trace": _trace,
}
