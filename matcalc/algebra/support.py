"""Where a matrix may differ from zero: only on and below its diagonal, only on and above it, or only on it.

Products, sums and powers of lower matrices are lower, an elementwise product is what one of its factors is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from matcalc.core.expr import ADD, CALL, CHAIN, EYE, HAD, MATPOW, MUL, TRANSPOSE, VAR, ZEROS, Expr, Kind, Memo
from matcalc.session import SESSION

Sides = tuple[bool, bool]  # nothing above the diagonal, nothing below it


def is_lower(e: Expr) -> bool:
    return _sides[e][0]


def is_upper(e: Expr) -> bool:
    return _sides[e][1]


def is_diagonal(e: Expr) -> bool:
    return _sides[e] == (True, True)


@SESSION.memo
@Memo
def _sides(e: Expr) -> Sides:
    if e.kind is VAR:
        return e.data.known("lower", "diag"), e.data.known("upper", "diag")
    if e.kind is CALL:
        return e.data.has("lower"), e.data.has("upper")
    rule = _RULES.get(e.kind)
    return rule([_sides[arg] for arg in e.args], e) if rule else (False, False)


def _all(sides: Iterable[Sides]) -> Sides:
    below, above = zip(*sides, strict=True)
    return all(below), all(above)


_RULES: dict[Kind, Callable[[list[Sides], Expr], Sides]] = {
    EYE: lambda sides, e: (True, True),
    ZEROS: lambda sides, e: (True, True),
    TRANSPOSE: lambda sides, e: sides[0][::-1],
    ADD: lambda sides, e: _all(sides),
    CHAIN: lambda sides, e: _all(sides),
    MUL: lambda sides, e: sides[-1],
    MATPOW: lambda sides, e: sides[0],
    HAD: lambda sides, e: (any(s[0] for s in sides), any(s[1] for s in sides)),
}
