"""Whole exponents that are not known as numbers: k, k − 1 − r, r − s.

Such an exponent is read as a difference of two places, each an index or none plus a dimension: k − 1 − r is from r to
k − 1. Differentials of powers have exponents of this form only, however often they are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from matcalc.core.dims import Dim, is_natural, subtract
from matcalc.core.expr import DIM, HAD, INDEX, IVERSON, MUL, NUM, POW, SYMPOW, Expr
from matcalc.core.indices import Index, Ref, Relation, range_of
from matcalc.core.parts import terms
from matcalc.records import NamedTuple


class Ends(NamedTuple):
    """An exponent as `end` − `start`."""

    end: Ref
    start: Ref

    @property
    def lowest(self) -> Dim:
        """The smallest value that it takes."""
        return subtract(range_of(self.end)[0], range_of(self.start)[1])

    @property
    def highest(self) -> Dim:
        """The largest value that it takes."""
        return subtract(range_of(self.end)[1], range_of(self.start)[0])


def ends(e: Expr) -> Ends | None:
    """The two places between which an exponent lies; None where it is no such difference."""
    shift: Dim = 0
    letters: dict[int, Index] = {}
    for q, x in map(_scaled, terms(e)):
        if q.denominator != 1:
            return None
        value = _dim(x)
        if value is not None:
            shift = shift + value * int(q)
        elif x.kind is not INDEX or abs(q) != 1 or int(q) in letters:
            return None
        else:
            letters[int(q)] = x.data.letter
            shift = shift + x.data.shift * int(q)
    start = Ref(letters.get(-1))
    return Ends(Ref(letters.get(1), shift), start)


def is_never_negative(e: Expr, least: int = 1) -> bool:
    """Whether an exponent is certainly a whole number and 0 at least, where dimensions are `least` at least."""
    found = ends(e)
    return found is not None and is_natural(found.lowest, least)


def open_exponent(root: Expr) -> Expr | None:
    """An exponent that depends on indices and may be negative, with no relation beside it that says otherwise, as in
    [j <= i] X^(i − j); None where there is none."""
    stack: list[tuple[Expr, frozenset[Relation]]] = [(root, frozenset())]
    seen = {*stack}
    while stack:
        e, said = stack.pop()
        if e.kind is SYMPOW and e.args[1].free and not is_never_negative(e.args[1]) and not _follows(e.args[1], said):
            return e.args[1]
        if e.kind in (MUL, HAD):
            said |= {f.data for f in e.args if f.kind is IVERSON}
        new = {(arg, said) for arg in e.args} - seen
        seen |= new
        stack += new
    return None


def _follows(e: Expr, said: Iterable[Relation]) -> bool:
    """Whether an exponent is not negative where one of several relations holds."""
    found = ends(e)
    return found is not None and any(
        sign in ("<", "<=") and (left.letter, right.letter) == (found.start.letter, found.end.letter) and is_natural(
            subtract(found.end.shift + left.shift + int(sign == "<"), found.start.shift + right.shift))
        for sign, left, right in said)


def _scaled(e: Expr) -> tuple[Fraction, Expr]:
    """The number in front of a term with one factor."""
    return (e.data, e.args[0]) if e.kind is MUL and len(e.args) == 1 else (Fraction(1), e)


def _dim(e: Expr) -> Dim | None:
    """The dimension that a number is, a product of several too."""
    total: Dim = 1
    for factor in _factors(e):
        if factor is None:
            return None
        total = total * factor
    return total


def _factors(e: Expr) -> Iterator[Dim | None]:
    if e.kind is MUL:
        yield int(e.data) if e.data.denominator == 1 else None
        for arg in e.args:
            yield from _factors(arg)
    elif e.kind is POW and e.args[1].kind is NUM and e.args[1].data in (2, 3, 4):
        for _ in range(int(e.args[1].data)):
            yield from _factors(e.args[0])
    elif e.kind is NUM and e.data.denominator == 1:
        yield int(e.data)
    else:
        yield e.data if e.kind is DIM else None
