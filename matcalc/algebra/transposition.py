"""The transpose, moved to the leaves: (A B)' = B' A', (A + B)' = A' + B', (A ∘ B)' = A' ∘ B', A symmetric: A' = A.

How a node of each kind is transposed stands in FLIP, where the modules of constructors enter it; here is the walk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from matcalc.algebra.addition import add, primitive, scaled
from matcalc.algebra.leaves import ones, zeros
from matcalc.algebra.make import MAKE
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CHAIN,
    CONJ,
    EYE,
    HAD,
    MUL,
    ONES,
    OVER,
    POW,
    SLICE,
    TRANSPOSE,
    VAR,
    ZEROS,
    Expr,
    Kind,
    node,
)
from matcalc.session import SESSION

_SYMMETRIC = ("sym", "spd", "psd", "diag")
_PUSHED = (ADD, MUL, CHAIN, HAD, POW, BLOCK, SLICE, OVER)


def transpose(e: Expr) -> Expr:
    """X' in normal form."""
    if e.is_scalar:
        return e
    known: dict[Expr, Expr] = SESSION.transposes
    found = known.get(e)
    if found is not None:
        return found
    stack = [e]
    while stack:
        top = stack[-1]
        missing = [arg for arg in top.args if arg not in known and not arg.is_scalar] if top.kind in _PUSHED else []
        if missing and top not in known:
            stack.extend(missing)
            continue
        stack.pop()
        if top not in known:
            known[top] = _flip(top)  # not the way back: `top` may be a display form, which is no normal form
    return known[e]


def _flip(e: Expr) -> Expr:
    handler = FLIP.get(e.kind)
    return handler(e) if handler else marked(e)


def flipped(e: Expr) -> Expr:
    """The transpose of an operand, which the walk has found before."""
    known: dict[Expr, Expr] = SESSION.transposes
    return e if e.is_scalar else known[e]


def all_flipped(factors: Iterable[Expr]) -> list[Expr]:
    """The transposes of operands, which the walk has found before; it keeps none of numbers, which stay."""
    known: dict[Expr, Expr] = SESSION.transposes
    return [known.get(f, f) for f in factors]


def marked(e: Expr) -> Expr:
    """X' as a node of its own."""
    return node(TRANSPOSE, (e,), None, (e.shape[1], e.shape[0]))


def _variable(e: Expr) -> Expr:
    if e.data.known(*_SYMMETRIC):
        return e
    return scaled(e, -1) if e.data.known("skew") else marked(e)


FLIP: dict[Kind, Callable[[Expr], Expr]] = {
    EYE: lambda e: e,
    ONES: lambda e: ones(e.shape[1], e.shape[0]),
    ZEROS: lambda e: zeros(e.shape[1], e.shape[0]),
    VAR: _variable,
    TRANSPOSE: lambda e: e.args[0],
    ADD: lambda e: add(*map(flipped, e.args)),
}
MAKE[TRANSPOSE] = lambda _, args: transpose(args[0])


def reading_order(factors: Sequence[Expr]) -> tuple[int, int, list[tuple[int, str, int, int]]]:
    """Words with fewer transposes first, then by their factors from left to right; conj(X) before Xᴴ."""
    adjoints = sum(f.kind is TRANSPOSE and f.args[0].kind is CONJ for f in factors)
    return sum(f.flips for f in factors), adjoints, [f.order for f in factors]


def upright(e: Expr) -> tuple[Expr, bool]:
    """Of `e` and its transpose the one with fewer transposes, and whether it is the transpose.

    A sum and its negative count as the same, or else A − A' and its transpose would take turns.
    """
    other = transpose(e)
    if other.kind is MUL:
        return e, False
    here, there = primitive(e)[1], primitive(other)[1]
    if there is here or _standing(here) <= _standing(there):
        return e, False
    return other, True


def _standing(e: Expr) -> tuple[int, bool, tuple[int, str, int, int]]:
    """Fewer transposes first; of conj(X) and Xᴴ, which have as many, conj(X)."""
    return e.flips, e.kind is TRANSPOSE, e.order


def least(e: Expr) -> Expr:
    """The canonical one of `e` and its transpose, for functions that do not tell them apart."""

    def standing(x: Expr) -> tuple[int, tuple[int, str, int, int], bool]:
        content, rest = primitive(x)
        return rest.flips, rest.order, content < 0

    return min(e, transpose(e), key=standing)
