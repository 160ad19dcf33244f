"""The sign of a rational function of one number, exactly: by the roots of odd multiplicity above and below.

Source: Basu, Pollack & Roy (2006), Algorithms in Real Algebraic Geometry, 2.2.2.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from matcalc.core.expr import ADD, MUL, NUM, POW, Expr

_MOST = 40  # coefficients
Poly = list[Fraction]  # the coefficients, that of the highest power first


def sign_of_rational(e: Expr, t: Expr) -> int:
    """2 where a rational function is positive, 1 where it is nonnegative, −1 and −2 likewise, 0 where it changes its
    sign or is none; of a positive number t on the positive numbers, else everywhere."""
    found = _read(e, t)
    if found is None or sum(map(len, found)) > _MOST:
        return 0
    is_half = bool(t.data.props & {"positive", "nonnegative"})
    above, below = (_sign(p, is_half) for p in found)
    return above * (1 if below > 0 else -1) if abs(below) == 2 else 0


def _sign(p: Poly, is_half: bool) -> int:
    p = _trimmed(p)
    if _changes(p, is_half):
        return 0
    at = next((v for x in range(1, len(p) + 2) if (v := _value(p, Fraction(x)))), Fraction(0))
    level = 1 if _roots(_squarefree(p), is_half) else 2
    return level if at > 0 else -level if at < 0 else 1


def _read(e: Expr, t: Expr) -> tuple[Poly, Poly] | None:
    """Numerator and denominator."""
    one = [Fraction(1)]
    if e is t:
        return [Fraction(1), Fraction(0)], one
    if e.kind is NUM:
        return [e.data], one
    if e.kind is POW and e.args[1].kind is NUM and e.args[1].data.denominator == 1 and abs(e.args[1].data) <= _MOST:
        base, k = _read(e.args[0], t), int(e.args[1].data)
        if base is None:
            return None
        above, below = base if k > 0 else base[::-1]
        return _power(above, abs(k)), _power(below, abs(k))
    parts = [_read(arg, t) for arg in e.args] if e.kind in (ADD, MUL) else [None]
    if None in parts:
        return None
    above, below = ([e.data], one) if e.kind is MUL else ([Fraction(0)], one)
    for a, b in (part for part in parts if part is not None):
        above = _times(above, a) if e.kind is MUL else _plus(_times(above, b), _times(a, below))
        below = _times(below, b)
    return above, below


def _plus(p: Poly, q: Poly) -> Poly:
    n = max(len(p), len(q))
    left, right = ([Fraction(0)] * (n - len(x)) + x for x in (p, q))
    return [a + b for a, b in zip(left, right, strict=True)]


def _power(p: Poly, k: int) -> Poly:
    found = [Fraction(1)]
    for _ in range(k):
        found = _times(found, p)
    return found


def _trimmed(p: Poly) -> Poly:
    return p[next((i for i, x in enumerate(p) if x), len(p) - 1):]


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

