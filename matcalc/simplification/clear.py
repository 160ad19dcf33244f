"""Fractions inside a denominator are cleared: 1/(c (q/c + 1)) = 1/(q + c)."""

from __future__ import annotations

from matcalc.algebra import add, multiply, num, power
from matcalc.core.expr import ADD, MUL, NUM, POW, Expr
from matcalc.simplification.cost import cost


def cleared(e: Expr) -> Expr:
    """The shortest of `e` and what it becomes when a sum below its stroke is multiplied by its terms' denominators."""
    if e.kind is not MUL:
        return e
    candidates = [_without_fraction(e, f, c) for f in e.args if _is_below(f) and f.args[0].kind is ADD
                  for c in dict.fromkeys(p.args[0] for term in f.args[0].args for p in term.args if _is_below(p))]
    return min([e, *candidates], key=cost)


def _is_below(f: Expr) -> bool:
    """Whether `f` is a scalar that stands in a denominator, as it is or in a whole power."""
    if f.kind is not POW or not f.is_scalar or f.args[1].kind is not NUM:
        return False
    exponent = f.args[1].data
    return bool(exponent < 0 and exponent.denominator == 1)


def _without_fraction(e: Expr, f: Expr, c: Expr) -> Expr:
    """s^−k as c^k (c s)^−k, with c s multiplied out."""
    base, k = f.args[0], -f.args[1].data
    whole = add(*(multiply(c, term) for term in base.args))
    rest = multiply(num(e.data), *(g for g in e.args if g is not f))
    return multiply(power(c, num(k)), power(whole, num(-k)), rest)
