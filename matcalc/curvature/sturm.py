"""The sign of a polynomial in one number, exactly: by its roots of odd multiplicity.

Source: Basu, Pollack & Roy (2006), Algorithms in Real Algebraic Geometry, 2.2.2.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from matcalc.core.expr import Expr
from matcalc.core.parts import base_and_exponent, number_and_factors, terms
from matcalc.simplification.expand import expanded

Poly = list[Fraction]  # the coefficients, that of the highest power first


def sign_of_polynomial(e: Expr, t: Expr) -> int:
    """2 where it is positive, 1 where it is nonnegative, −1 and −2 likewise, 0 where it changes its sign or is no
    polynomial; of a positive number t on the positive numbers, else everywhere."""
    p = _read(e, t)
    if p is None:
        return 0
    is_half = bool(t.data.props & {"positive", "nonnegative"})
    if _changes(p, is_half):
        return 0
    at = next((v for x in range(1, len(p) + 2) if (v := _value(p, Fraction(x)))), Fraction(0))
    level = 1 if _roots(_squarefree(p), is_half) else 2
    return level if at > 0 else -level if at < 0 else 1


def _read(e: Expr, t: Expr) -> Poly | None:
    """The coefficients of a polynomial whose lowest power may be negative where t is positive."""
    found: dict[Fraction, Fraction] = {}
    for term in terms(expanded(e)):
        number, factors = number_and_factors(term)
        base, q = base_and_exponent(factors[0]) if len(factors) == 1 else (t, Fraction(0))
        if len(factors) > 1 or base is not t:
            return None
        found[q] = found.get(q, Fraction(0)) + number
    low = min((*found, Fraction(0)))
    if any((q - low).denominator != 1 for q in found) or (low < 0 and not t.data.props & {"positive"}):
        return None
    degree = int(max(found) - low) if found else 0
    return [found.get(Fraction(k) + low, Fraction(0)) for k in range(degree, -1, -1)]


def _value(p: Poly, x: Fraction) -> Fraction:
    found = Fraction(0)
    for coefficient in p:
        found = found * x + coefficient
    return found


def _changes(p: Poly, is_half: bool) -> bool:
    """Whether it has a root of odd multiplicity, where it changes its sign."""
    power, odd = p, [Fraction(1)]
    while len(power) > 1:  # Yun: the roots of multiplicity k or more, one multiplicity after the other
        simple = _squarefree(power)
        rest = _divided(power, simple)[0]
        once = _divided(simple, _common(simple, rest))[0]
        if _roots(once, is_half):
            odd = _times(odd, once)
        second = _squarefree(rest)
        power = _divided(rest, second)[0] if len(rest) > 1 else rest
    return _roots(odd, is_half) > 0


def _roots(p: Poly, is_half: bool) -> int:
    """How many different real roots there are, or positive ones."""
    chain = [p, _slope(p)]
    while len(chain[-1]) > 1 or (chain[-1] and chain[-1][0]):
        rest = _divided(chain[-2], chain[-1])[1]
        if not any(rest):
            break
        chain.append([-x for x in rest])
    chain = [q for q in chain if any(q)]
    upper = [q[0] for q in chain]
    lower = [q[-1] for q in chain] if is_half else [q[0] * (-1) ** (len(q) - 1) for q in chain]
    return _variations(lower) - _variations(upper)


def _variations(values: Poly) -> int:
    kept = [x for x in values if x]
    return sum((a > 0) != (b > 0) for a, b in pairwise(kept))


def _squarefree(p: Poly) -> Poly:
    return _divided(p, _common(p, _slope(p)))[0] if len(p) > 1 else p


def _common(p: Poly, q: Poly) -> Poly:
    while any(q):
        p, q = q, _divided(p, q)[1]
    return [x / p[0] for x in p]


def _divided(p: Poly, q: Poly) -> tuple[Poly, Poly]:
    q = q[next(i for i, x in enumerate(q) if x):]
    rest, quotient = list(p), []
    while len(rest) >= len(q):
        factor = rest[0] / q[0]
        quotient.append(factor)
        rest = [x - factor * y for x, y in zip(rest, [*q, *[Fraction(0)] * (len(rest) - len(q))], strict=True)][1:]
    while len(rest) > 1 and not rest[0]:
        rest = rest[1:]
    return quotient or [Fraction(0)], rest or [Fraction(0)]


def _slope(p: Poly) -> Poly:
    n = len(p) - 1
    return [x * (n - i) for i, x in enumerate(p[:-1])] or [Fraction(0)]


def _times(p: Poly, q: Poly) -> Poly:
    found = [Fraction(0)] * (len(p) + len(q) - 1)
    for i, x in enumerate(p):
        for j, y in enumerate(q):
            found[i + j] += x * y
    return found

