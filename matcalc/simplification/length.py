"""The length of a formula in symbols: names, numbers, signs and transposes as they are typed, brackets not counted."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.algebra.facts import roots
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CHAIN,
    EYE,
    HAD,
    IVERSON,
    MATPOW,
    MUL,
    NUM,
    ONES,
    OVER,
    POW,
    SLICE,
    SYMPOW,
    TRACE,
    UNIT,
    ZEROS,
    Expr,
    Memo,
)
from matcalc.core.parts import exponent, number_and_factors
from matcalc.session import SESSION

_CONSTANTS = {EYE: 3, ONES: 2, ZEROS: 2, UNIT: 3, SLICE: 4, OVER: 2, IVERSON: 3}


def cost(e: Expr) -> int:
    """About as many symbols as the printed form has."""
    return _costs[e]


@SESSION.memo
@Memo
def _costs(e: Expr) -> int:
    return _norm_squared(e) or _own(e) + sum(map(_costs.__getitem__, e.args))


def _norm_squared(e: Expr) -> int:
    """u'u with a sum in u is shown as ‖u‖²; 0 for anything else."""
    inner = e.args[0] if e.kind is TRACE else e
    if inner.kind is not CHAIN or not any(f.kind is ADD for f in inner.args):
        return 0
    return min((2 + len(u) + sum(map(_costs.__getitem__, u)) for u in roots(e)), default=0)


def _number(q: Fraction) -> int:
    return 1 if q.denominator == 1 else 3


def _strokes(factors: Sequence[Expr]) -> int:
    """What the powers in a product are charged as powers, A s^-1, and not in A/s: the sign and the exponent."""
    below = [exponent(f) for f in factors if f.kind is POW and exponent(f) < 0]
    return sum(2 if k == -1 else 1 for k in below) if len(below) < len(factors) else 0


def _own(e: Expr) -> int:
    if e.kind is NUM:
        return _number(e.data)
    if e.kind in (ADD, HAD, CHAIN):
        return len(e.args) - 1 - (_strokes(e.args) if e.kind is HAD else 0)
    if e.kind is MUL:
        q, factors = number_and_factors(e)
        sign = q < 0 and not any(f.kind is ADD for f in (*factors, *factors[-1].args))  # else a sum takes it in
        return len(factors) - 1 - _strokes(factors) + (_number(abs(q)) + 1 if abs(q) != 1 else int(sign))
    if e.kind is POW:
        return 1 if exponent(e) == -1 else 2
    if e.kind is MATPOW:
        return 1 if e.data == -1 else 2
    if e.kind is SYMPOW:
        return 1
    if e.kind is BLOCK:
        return len(e.args)
    return _CONSTANTS.get(e.kind, 1)
