"""Sums: flat, like terms collected with exact rational coefficients, in one structural order."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from matcalc.algebra.leaves import ONE, num, zeros
from matcalc.algebra.make import MAKE
from matcalc.core.expr import ADD, MUL, NUM, TRANSPOSE, VAR, ZEROS, Expr, node
from matcalc.core.parts import ONE as UNIT
from matcalc.core.parts import terms
from matcalc.session import SESSION

_UNREADABLE = 10**4
_FEW = 8  # summands of a sum that is remembered
_sums: dict[tuple[Expr, ...], Expr] = SESSION.memo({})


def coefficient(term: Expr) -> tuple[Fraction, Expr]:
    """Split `term` into its rational coefficient and the rest, which has coefficient one."""
    if term.kind is NUM:
        return term.data, ONE
    if term.kind is not MUL or term.data == 1:
        return UNIT, term
    return term.data, term.args[0] if len(term.args) == 1 else node(MUL, term.args, UNIT, term.shape)


def scaled(e: Expr, q: Fraction | int) -> Expr:
    """q·e for a rational q; a sum is multiplied out, so that a sum never carries a coefficient in front."""
    if q is UNIT or q == 1:
        return e
    if e.kind is NUM:
        return num(e.data * q)
    if q == 0 or e.kind is ZEROS:
        return zeros(*e.shape)
    if e.kind is ADD:
        return node(ADD, tuple(scaled(term, q) for term in e.args), None, e.shape)
    if e.kind is not MUL:
        return node(MUL, (e,), q if type(q) is Fraction else Fraction(q), e.shape)
    value = e.data * q if e.data is not UNIT and e.data != 1 else q if type(q) is Fraction else Fraction(q)
    if value == 1 and len(e.args) == 1:
        return e.args[0]
    return node(MUL, e.args, value, e.shape)


def negate(e: Expr) -> Expr:
    """−e."""
    return scaled(e, -1)


def add(*summands: Expr) -> Expr:
    """The sum of terms of one shape."""
    if len(summands) > _FEW:
        return _sum(summands)
    found = _sums.get(summands)
    if found is None:
        found = _sums[summands] = _sum(summands)
    return found


def _sum(summands: tuple[Expr, ...]) -> Expr:
    total: dict[Expr, Fraction] = {}
    for term in summands:
        for part in terms(term):
            q, rest = coefficient(part)
            before = total.get(rest)
            total[rest] = q if before is None else before + q
    kept = [rest for rest, q in total.items() if q and rest.kind is not ZEROS]
    if not kept:
        return zeros(*summands[0].shape)
    if len(kept) == 1:
        return scaled(kept[0], total[kept[0]])
    kept.sort(key=lambda e: (e is ONE, -e.weight, _is_parameter(e), *e.order[1:]))
    return node(ADD, tuple(scaled(rest, total[rest]) for rest in kept), None, summands[0].shape)


def _is_parameter(e: Expr) -> bool:
    """Whether a name is one of those that are subtracted: x − a, x − μ; a to g, and Greek letters."""
    name = e.signature.partition("_")[0]
    is_name = e.kind is VAR or (e.kind is TRANSPOSE and e.weight == 1)
    return is_name and (len(name) > 1 or "a" <= name <= "g")


@SESSION.cached
def primitive(e: Expr) -> tuple[Fraction, Expr]:
    """Split a sum used as a factor into its content and a sum with coprime integers, the first one positive.

    Where these are too large to read, the largest one becomes 1: x'x + 10^-12 stays as it is.
    """
    if e.kind is not ADD:
        return coefficient(e)
    coefficients = [coefficient(term)[0] for term in e.args]
    content = Fraction(gcd(*(q.numerator for q in coefficients)), lcm(*(q.denominator for q in coefficients)))
    largest = max(abs(q / content) for q in coefficients)
    content *= largest if largest >= _UNREADABLE else 1
    if coefficients[0] < 0:
        content = -content
    return content, scaled(e, 1 / content)


MAKE[ADD] = lambda _, args: add(*args)
