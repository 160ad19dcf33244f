"""The words of the question in its answer: sums and decimals as they were typed, and the names that were given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise

from matcalc.algebra import multiply, ones, transpose
from matcalc.algebra.addition import coefficient, scaled
from matcalc.core.expr import ADD, CHAIN, LEAVES, ONES, TRACE, Expr, postorder
from matcalc.core.parts import base_and_exponent, number_and_factors, terms
from matcalc.diagnostics import MatcalcError
from matcalc.language import Elaborated, name_of
from matcalc.language.parser import bound_names
from matcalc.language.syntax import Op, Syntax
from matcalc.printers.as_typed import Typed, sums_by_content

_LONGEST_NAME = 40
_HALF = Fraction(1, 2)


def typed(source: str, read: Elaborated, settled: Callable[[Expr], Expr]) -> Typed:
    """What stays as it was typed: the sums that stand in `source`, with and without what is declared of the variables,
    and its decimals beside its fractions."""
    sums = [(e, args) for e, args in orders_of(read)]
    sums = [*((settled(e), [*map(settled, args)]) for e, args in sums), *sums]
    found = as_ordered(source, read, {e: ordered(e, args) for e, args in sums if e.kind is ADD})
    said = found.sums.keys()
    found = found._replace(sums={**{key: e for key, e in sums_by_content([*_meant(read)]).items() if key not in said},
                                 **found.sums})
    norms = typed_norms(read)
    return found._replace(norms=frozenset((*norms, *map(settled, norms))))


def as_ordered(source: str, read: Elaborated, orders: Mapping[Expr, tuple[Expr, ...]]) -> Typed:
    """The same where the sums are known, with the orders of their terms."""
    numbers = [s for s in read.parts if s.op is Op.NUMBER]
    points = [s for s in numbers if "." in _text(source, s)]
    return Typed(sums_by_content([*orders]), bool(points), frozenset(_fractions(source, read) if points else ()),
                 taken=frozenset(read.variables), orders=orders)


def typed_sums(read: Elaborated) -> list[Expr]:
    """The sums of a formula as they were typed, each as often as it was."""
    return [e for s, e in read.parts.items() if s.op is Op.SUM and e.kind is ADD]


def _meant(read: Elaborated) -> Iterator[Expr]:
    """The differences from a mean that a notation stands for, with a plus before the shortest term: x − mean(x) of
    std(x)."""
    for s, e in read.parts.items():
        if s.op is Op.CALL:
            own = {part for arg in s.args if arg in read.parts for part in postorder(read.parts[arg])}
            for part in postorder(e):
                if part.kind is not ADD or part.is_scalar or not own.isdisjoint((part, turned := transpose(part))):
                    continue
                if part.flips <= turned.flips and any(map(_is_mean, part.args)):
                    yield scaled(part, 1 if coefficient(min(part.args, key=_weight))[0] > 0 else -1)


def _is_mean(term: Expr) -> bool:
    """Whether a term sums entries of something: sum(x) 𝟏/n, X 𝟏 𝟏'/n."""
    return any((a.kind is ONES) != (b.kind is ONES) and a.shape[1] != 1
               for part in postorder(term) if part.kind is CHAIN for a, b in pairwise(part.args))


def _weight(e: Expr) -> int:
    return e.weight


def typed_norms(read: Elaborated) -> list[Expr]:
    """The squares u'u of the norms ‖u‖ that a formula calls norms, not √(u'u)."""
    called = [e for s, e in read.parts.items() if s.op is Op.NORM or (s.op is Op.CALL and s.data != "sqrt")]
    powers = [base_and_exponent(f) for e in called if e.is_scalar for f in number_and_factors(e)[1]]
    return [base for base, k in powers if k == _HALF and base.kind in (CHAIN, TRACE)]


def orders_of(read: Elaborated) -> Iterator[tuple[Expr, list[Expr]]]:
    """The sums of a formula, each with its terms as they were typed."""
    for s, e in read.parts.items():
        if s.op is Op.SUM and e.kind is ADD:
            yield e, [read.parts[arg] for arg in s.args if arg in read.parts]


def ordered(e: Expr, typed: Iterable[Expr]) -> tuple[Expr, ...]:
    """The terms of a sum in the order in which they were typed; a number is added to every entry."""
    places: dict[Expr, int] = {}
    whole = (multiply(arg, ones(*e.shape)) if arg.is_scalar else arg for arg in typed)
    for i, term in enumerate(term for arg in whole for term in terms(arg)):
        places.setdefault(coefficient(term)[1], i)
    return tuple(sorted(e.args, key=lambda term: places.get(coefficient(term)[1], len(places))))


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
