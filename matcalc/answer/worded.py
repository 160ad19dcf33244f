"""The words of the question in its answer: sums and decimals as they were typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from matcalc.core.expr import ADD, Expr
from matcalc.language import Elaborated
from matcalc.language.syntax import Op, Syntax
from matcalc.printers.as_typed import Typed, sums_by_content


def typed(source: str, read: Elaborated, settled: Callable[[Expr], Expr]) -> Typed:
    """What stays as it was typed: the sums that stand in `source`, and its decimals beside its fractions."""
    sums = [settled(e) for s, e in read.parts.items() if s.op is Op.SUM and e.kind is ADD]
    numbers = [s for s in read.parts if s.op is Op.NUMBER]
    points = [s for s in numbers if "." in _text(source, s)]
    return Typed(sums_by_content(sums), bool(points), frozenset(_fractions(source, read) if points else ()))


def _text(source: str, s: Syntax) -> str:
    return source[s.span.start:s.span.end]


def _fractions(source: str, read: Elaborated) -> Iterator[int]:
    """The denominators of fractions: 2 of x/2 and of ½."""
    for s in read.parts:
        if s.op is Op.DIVIDE and s.args[1].op is Op.NUMBER:
            yield Fraction(s.args[1].data).numerator
        elif s.op is Op.NUMBER and "." not in _text(source, s):
            yield Fraction(s.data).denominator
