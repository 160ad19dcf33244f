"""Square roots of numbers and of π in a product, as books gather them: exp(−x²/2)/√(2π), x/√2, √(2/π).

The normal form has one root of a whole number above the stroke, √2 exp(−x²/2)/(2 √π).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.algebra.leaves import num
from matcalc.algebra.powers import power
from matcalc.algebra.products import multiply
from matcalc.core.expr import CONST, NUM, Expr
from matcalc.core.parts import base_and_exponent
from matcalc.printers.view import Part, View
from matcalc.records import NamedTuple

_HALF = Fraction(1, 2)


class Roots(NamedTuple):
    """A product without its roots of numbers, and these above and below the stroke."""

    number: Fraction
    scalars: Sequence[Expr]
    above: list[Part]
    below: list[Part]


def roots_of_numbers(q: Fraction, scalars: Sequence[Expr]) -> Roots:
    """q times `scalars`, with one root at most of all that are numbers."""
    found = [s for s in scalars if _is_root(s)]
    if not found:
        return Roots(q, scalars, [], [])
    above, below = num(1), num(1)
    for s in found:
        base, exponent = base_and_exponent(s)
        if base.kind is NUM:
            up, down = base.data.numerator, base.data.denominator
            if exponent < 0:
                up, down = down, up
            if q.denominator % up == 0:  # √a/(a b) is 1/(b √a)
                q, up, down = q * up, 1, down * up
            above, below = multiply(above, num(up)), multiply(below, num(down))
        elif exponent > 0:
            above = multiply(above, base)
        else:
            below = multiply(below, base)
    rest = [s for s in scalars if s not in found]
    if above is num(1):
        return Roots(q, rest, [], [_root(below)] if below is not num(1) else [])
    return Roots(q, rest, [_root(multiply(above, power(below, num(-1))))], [])


def _is_root(s: Expr) -> bool:
    base, exponent = base_and_exponent(s)
    is_number = base.kind is NUM and base.data > 0
    return abs(exponent) == _HALF and (is_number or (base.kind is CONST and base.data == "pi"))


def _root(e: Expr) -> View:
    return View("simple root" if e.kind in (NUM, CONST) else "root", (e,))
