"""The length of a formula in symbols: names, numbers, signs and transposes as they are typed, brackets not counted."""

from __future__ import annotations

from fractions import Fraction

from matcalc.algebra.gram import roots
from matcalc.core.expr import Expr, Kind, Memo
from matcalc.session import SESSION

_CONSTANTS = {Kind.EYE: 3, Kind.ONES: 2, Kind.ZEROS: 2, Kind.UNIT: 3, Kind.SLICE: 4}


def cost(e: Expr) -> int:
    """About as many symbols as the printed form has."""
    return _costs[e]


@SESSION.memo
@Memo
def _costs(e: Expr) -> int:
    return _norm_squared(e) or _own(e) + sum(map(_costs.__getitem__, e.args))


def _norm_squared(e: Expr) -> int:
    """u'u with a sum in u is shown as ‖u‖²; 0 for anything else."""
    inner = e.args[0] if e.kind is Kind.TRACE else e
    if inner.kind is not Kind.CHAIN or not any(f.kind is Kind.ADD for f in inner.args):
        return 0
    return min((2 + len(u) + sum(map(_costs.__getitem__, u)) for u in roots(e)), default=0)


def _number(q: Fraction) -> int:
    return 1 if q.denominator == 1 else 3


def _own(e: Expr) -> int:
    if e.kind is Kind.NUM:
        return _number(e.data)
    if e.kind in (Kind.ADD, Kind.HAD, Kind.CHAIN):
        return len(e.args) - 1
    if e.kind is Kind.MUL:
        sign = e.data < 0 and not any(f.kind is Kind.ADD for f in (*e.args, *e.args[-1].args))  # else a sum takes it in
        return len(e.args) - 1 + (_number(abs(e.data)) + 1 if abs(e.data) != 1 else int(sign))
    if e.kind is Kind.POW:
        return 1 if e.args[1].kind is Kind.NUM and e.args[1].data == -1 else 2
    if e.kind is Kind.MATPOW:
        return 1 if e.data == -1 else 2
    if e.kind is Kind.BLOCK:
        return len(e.args)
    return _CONSTANTS.get(e.kind, 1)
