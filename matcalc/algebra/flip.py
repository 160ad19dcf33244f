"""The transpose, moved to the leaves: (A B)' = B' A', (A + B)' = A' + B', (A ∘ B)' = A' ∘ B', A symmetric: A' = A."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from matcalc.algebra import blocks, calls, elementwise, powers, products
from matcalc.algebra.atoms import ones, zeros
from matcalc.algebra.demands import noting
from matcalc.algebra.sums import add, primitive, scaled
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    EYE,
    HAD,
    MATPOW,
    MUL,
    ONES,
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
_PUSHED = (ADD, MUL, CHAIN, HAD, POW, BLOCK, SLICE)


@contextmanager
def unremembered() -> Iterator[None]:
    """Without a trace of what is built meanwhile: while a law is read, the laws of its function are not in force."""
    with SESSION.unremembered(), noting():
        yield


def transpose(e: Expr) -> Expr:
    """X' in normal form."""
    if e.is_scalar:
        return e
    known = SESSION.transposes
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


def _known(e: Expr) -> Expr:
    return e if e.is_scalar else SESSION.transposes[e]


def _flip(e: Expr) -> Expr:
    handler = _BY_OP.get(e.kind)
    return handler(e) if handler else _wrap(e)


def _wrap(e: Expr) -> Expr:
    return node(TRANSPOSE, (e,), None, (e.shape[1], e.shape[0]))


def _variable(e: Expr) -> Expr:
    if e.data.known(*_SYMMETRIC):
        return e
    return scaled(e, -1) if e.data.known("skew") else _wrap(e)


def _call(e: Expr) -> Expr:
    """f(X)' is f(X) itself where f(X') = f(X)' and X is symmetric, or where f only makes symmetric matrices."""
    equivariant = e.data.has("equivariant") and all(transpose(arg) is arg for arg in e.args)
    if equivariant or e.data.has("symmetric"):
        return e
    if len(e.args) > 1 and e.data.has("equivariant"):  # (A ⊗ B)' = A' ⊗ B'
        return calls.apply(e.data, *(transpose(arg) for arg in e.args))
    for rewritten in calls.laws(e, node(TRANSPOSE, (e,), None, (e.shape[1], e.shape[0]))):
        return rewritten
    return _wrap(e)


def _matpow(e: Expr) -> Expr:
    """(X^k)' is X^k itself for a symmetric X, and (−1)^k X^k for a skew one."""
    sign, flipped = primitive(transpose(e.args[0]))
    return scaled(e, sign**(e.data % 2)) if flipped is e.args[0] and abs(sign) == 1 else _wrap(e)


_BY_OP: dict[Kind, Callable[[Expr], Expr]] = {
    EYE: lambda e: e,
    ONES: lambda e: ones(e.shape[1], e.shape[0]),
    ZEROS: lambda e: zeros(e.shape[1], e.shape[0]),
    VAR: _variable,
    TRANSPOSE: lambda e: e.args[0],
    CALL: _call,
    MATPOW: _matpow,
    ADD: lambda e: add(*map(_known, e.args)),
    MUL: lambda e: scaled(products.multiply(*map(_known, e.args)), e.data),
    CHAIN: lambda e: products.multiply(*(_known(f) for f in reversed(e.args))),
    HAD: lambda e: elementwise.hadamard(*map(_known, e.args)),
    POW: lambda e: powers.power(_known(e.args[0]), e.args[1]),
    BLOCK: lambda e: blocks.flip_block(e, _known),
    SLICE: lambda e: blocks.slice_(_known(e.args[0]), *e.data[2:], *e.data[:2]),
}


def upright(e: Expr) -> tuple[Expr, bool]:
    """Of `e` and its transpose the one with fewer transposes, and whether it is the transpose.

    A sum and its negative count as the same, or else A − A' and its transpose would take turns.
    """
    flipped = transpose(e)
    if flipped.kind is MUL:
        return e, False
    other = primitive(flipped)[1]
    here = primitive(e)[1]
    if other is here or (here.flips, here.order) <= (other.flips, other.order):
        return e, False
    return flipped, True


def least(e: Expr) -> Expr:
    """The canonical one of `e` and its transpose, for functions that do not tell them apart."""

    def standing(x: Expr) -> tuple[int, tuple[int, str, int, int], bool]:
        content, rest = primitive(x)
        return rest.flips, rest.order, content < 0

    return min(e, transpose(e), key=standing)
