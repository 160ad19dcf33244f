"""Sums, read aloud: a positive term first, a common factor in front, the vector of ones as the number 1."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm

from matcalc.algebra import transpose
from matcalc.algebra.addition import coefficient, scaled
from matcalc.algebra.leaves import num
from matcalc.algebra.transposition import upright
from matcalc.core.expr import MUL, NUM, Expr
from matcalc.printers import monomials
from matcalc.printers.view import Part, View, integer, quotient

FACTORED_AT_MOST = 4  # a longer sum keeps its factors inside, so that it can be broken before a + or -


def view_sum(e: Expr) -> View:
    """A row of terms is the transpose of a column of them where that saves transposes: (A x - b)'."""
    if e.shape[0] == 1 and not e.is_scalar and upright(e)[1]:
        return View("transpose", (transpose(e),))
    common = content(e.args)
    if common == 1:
        return _sum(e.args)
    if common < 0:
        return View("negate", (scaled(e, -1),))
    inside = _sum([scaled(term, 1 / common) for term in e.args])
    front = [integer(common.numerator)] if common.numerator != 1 else []
    below = [integer(common.denominator)] if common.denominator != 1 else []
    multiple = quotient(front, inside, below)
    assert isinstance(multiple, View)
    return multiple


def content(terms: Sequence[Expr]) -> Fraction:
    """The positive rational that all coefficients of a short sum share, negative where all of them are negative."""
    if len(terms) > FACTORED_AT_MOST:
        return Fraction(1)
    coefficients = [coefficient(term)[0] for term in terms]
    if any(abs(q) == 1 for q in coefficients):
        return Fraction(1)
    common = Fraction(gcd(*(q.numerator for q in coefficients)), lcm(*(q.denominator for q in coefficients)))
    return -common if all(q < 0 for q in coefficients) else common


def is_negative(e: Expr) -> bool:
    return e.kind in (NUM, MUL) and bool(e.data < 0)


def _sum(terms: Sequence[Expr]) -> View:
    terms = sorted((_turned(term) for term in terms), key=monomials.is_constant)
    if all(map(is_negative, terms)) and terms[0].kind is MUL:
        terms[0] = monomials.turned_product(terms[0], monomials.turned_sum) or terms[0]
    lead = next((i for i, term in enumerate(terms) if not is_negative(term)), 0)
    ordered = [terms[lead], *terms[:lead], *terms[lead + 1:]]
    anchored = any(not monomials.is_constant(term) for term in terms)
    signs = tuple(-1 if is_negative(term) else 1 for term in ordered)
    return View("sum", tuple(_magnitude(term, anchored) for term in ordered), signs)


def _turned(term: Expr) -> Expr:
    """a − (s − 1) B as a + (1 − s) B."""
    turned = term.kind is MUL and term.data < 0 and monomials.turned_product(term, monomials.turned_difference)
    return turned or term


def _magnitude(term: Expr, anchored: bool) -> Part:
    """A term without its sign; beside a term that fixes the shape, I and 1 need no size."""
    positive = scaled(term, -1) if is_negative(term) else term
    return monomials.view_anchored(positive) if anchored and monomials.is_constant(positive) else positive


def view_number(e: Expr) -> View:
    q: Fraction = e.data
    if q < 0:
        return View("negate", (num(-q),))
    return integer(q.numerator) if q.denominator == 1 else View("fraction", (integer(q.numerator),
                                                                             integer(q.denominator)))

