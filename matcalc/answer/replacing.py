"""A variable in the place of what it stands for, wherever that, its transpose or a simple multiple of it occurs."""

from __future__ import annotations

from fractions import Fraction

from matcalc.algebra import multiply, num, rebuild, transpose
from matcalc.algebra.addition import scaled
from matcalc.core.expr import CHAIN, LEAVES, MUL, TRANSPOSE, Expr, postorder
from matcalc.core.parts import chain_factors, number_and_factors

_MULTIPLES = tuple(Fraction(sign * k) for k in (1, 2, Fraction(1, 2)) for sign in (1, -1))


def replaced(e: Expr, value: Expr, leaf: Expr) -> Expr:
    """`e` with a variable where `value`, its transpose or their negatives stand, also among the factors
    of a longer product."""
    if value.kind in LEAVES or value.kind is TRANSPOSE:
        return e
    known = {scaled(v, q): scaled(x, q) for q in _MULTIPLES for v, x in
             ((transpose(value), transpose(leaf)), (value, leaf))}
    runs = [(chain_factors(v), x) for v, x in ((value, leaf), (transpose(value), transpose(leaf))) if v.kind is CHAIN]
    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        args = [done[arg] for arg in part.args]
        new = part if args == [*part.args] else rebuild(part, args)
        if part.kind is CHAIN and runs:
            new = _with_runs(new, runs)
        if new.kind is MUL and value.is_scalar and value.kind is MUL:
            new = _without_factors(new, value, leaf)
        done[part] = known.get(part, new)
    return done[e]


def _without_factors(new: Expr, value: Expr, leaf: Expr) -> Expr:
    """A product with a variable for factors whose product it stands for."""
    q, wanted = number_and_factors(value)
    p, factors = number_and_factors(new)
    if not set(wanted) <= set(factors) or len(wanted) == len(factors):
        return new
    return multiply(num(p / q), leaf, *(f for f in factors if f not in wanted))


def _with_runs(new: Expr, runs: list[tuple[tuple[Expr, ...], Expr]]) -> Expr:
    factors, out, i = chain_factors(new), list[Expr](), 0
    while i < len(factors):
        found = next(((run, x) for run, x in runs if factors[i:i + len(run)] == run), None)
        out.append(found[1] if found else factors[i])
        i += len(found[0]) if found else 1
    return new if len(out) == len(factors) else multiply(*out)
