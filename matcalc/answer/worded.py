"""The words of the question in its answer: sums and decimals as they were typed, and the names that were given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from matcalc.core.expr import ADD, LEAVES, Expr
from matcalc.diagnostics import MatcalcError
from matcalc.language import Elaborated, name_of
from matcalc.language.parser import bound_names
from matcalc.language.syntax import Op, Syntax
from matcalc.printers.as_typed import Typed, sums_by_content

_LONGEST_NAME = 40


def typed(source: str, read: Elaborated, settled: Callable[[Expr], Expr]) -> Typed:
    """What stays as it was typed: the sums that stand in `source`, and its decimals beside its fractions."""
    sums = list(map(settled, typed_sums(read)))
    numbers = [s for s in read.parts if s.op is Op.NUMBER]
    points = [s for s in numbers if "." in _text(source, s)]
    return Typed(sums_by_content(sums), bool(points), frozenset(_fractions(source, read) if points else ()),
                 taken=frozenset(read.variables))


def typed_sums(read: Elaborated) -> list[Expr]:
    """The sums of a formula as they were typed, each as often as it was."""
    return [e for s, e in read.parts.items() if s.op is Op.SUM and e.kind is ADD]


def given_names(source: str, read: Elaborated) -> dict[str, Expr]:
    """What a formula calls its parts, z := A x or “where z = A x”, in the order in which they are used."""
    names = bound_names(source)
    found: dict[str, Expr] = {}
    for s, e in read.parts.items() if names else ():
        name = _name(_text(source, s))
        if s.op is not Op.NAME and name in names and name not in read.variables and e.kind not in LEAVES:
            found.setdefault(name, e)
    return found


def _name(text: str) -> str:
    try:
        return name_of(text) if len(text) <= _LONGEST_NAME else ""
    except MatcalcError:
        return ""


def _text(source: str, s: Syntax) -> str:
    return source[s.span.start:s.span.end]


def _fractions(source: str, read: Elaborated) -> Iterator[int]:
    """The denominators of fractions: 2 of x/2 and of ½."""
    for s in read.parts:
        if s.op is Op.DIVIDE and s.args[1].op is Op.NUMBER:
            yield Fraction(s.args[1].data).numerator
        elif s.op is Op.NUMBER and "." not in _text(source, s):
            yield Fraction(s.data).denominator
