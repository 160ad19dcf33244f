"""What a closed form did to a formula, judged by what it made: functions that were not there are folded bodies,
inverses that were not there are updates, with fewer sums in brackets it is multiplied out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from matcalc.algebra import num, rebuild, transpose
from matcalc.algebra.addition import coefficient
from matcalc.answer.shown import short_laws
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, HAD, MATPOW, MUL, POW, TRACE, Expr, postorder
from matcalc.core.parts import base_and_exponent, chain_factors, exponent, number_and_factors
from matcalc.explanation.calculus_laws import Identity, law
from matcalc.explanation.reasons import of_body, of_law, of_short
from matcalc.rulebook.book import Rulebook
from matcalc.simplification.closed_form import called


def closing_rules(before: Expr, after: Expr, book: Rulebook) -> Sequence[Identity]:
    """The laws of the step from a formula to a closed form of it."""
    known = {e.data for e in postorder(before) if e.kind is CALL}
    new = [e.data for e in postorder(after) if e.kind is CALL and e.data not in known]
    short = [said for function in dict.fromkeys(new) if (said := of_short(function, known, book)) is not None]
    if short or (short := [*_stated(before, after, book)]):
        return short
    gone, come = (_inverses(one) - _inverses(other) for one, other in ((before, after), (after, before)))
    if gone and come:
        return [law("update")]
    folded = [function for function in new if "body" in function.fields]
    if folded:
        return [of_body(function) for function in dict.fromkeys(folded)]
    if (after.kind is not CHAIN and _below(after) < _below(before)) or _is_power_of(before, after):
        return [law("denominator")]
    if _traces(before) and not _traces(after):
        return [law("trace of a sum")]
    if before.kind is ADD and (after.kind is not ADD or len(after.args) < len(before.args)):
        return [*([] if _keeps_brackets(before, after) else [law("multiply out")]), law("common factor")]
    if before.kind is after.kind is ADD and Counter(before.args) == Counter(after.args):
        return [law("order of terms")]
    if _powers(before) == _powers(after):
        return [law("order of scalars" if _count(before) == _count(after) else "powers of scalars")]
    opened, kept = _brackets(before), _brackets(after)
    out, common = opened > kept or after.kind == ADD != before.kind, kept > opened
    return [law("multiply out" if out else "common factor" if common else "regroup")]


def _stated(before: Expr, after: Expr, book: Rulebook) -> Iterator[Identity]:
    """The laws of functions by which parts of a formula became those of a shorter one: 1 − σ(−x) = σ(x)."""
    there = set(postorder(after)) - set(postorder(before))
    laws = short_laws(book)
    for part in postorder(before) if not laws.names.isdisjoint(called(before)) else ():
        if part.kind in (ADD, *_PRODUCTS):
            part = rebuild(part, [*part.args])
            for law_, way in laws.at(part, called(part)):
                if any(coefficient(form)[1] in there for form in way(law_, part)):
                    yield of_law(law_)
                    return


def _traces(e: Expr) -> bool:
    """Whether the trace of a sum stands in a formula."""
    return any(part.kind is TRACE and part.args[0].kind is ADD for part in postorder(e))


def _powers(e: Expr) -> dict[Expr, Fraction]:
    """The factors of a product as powers, the numbers that stand before it as one of them."""
    q, parts = number_and_factors(e)
    found: dict[Expr, Fraction] = {num(1): q}
    for base, exponent_ in map(base_and_exponent, parts):
        found[base] = found.get(base, Fraction()) + exponent_
    return found


def _count(e: Expr) -> int:
    return len(number_and_factors(e)[1])


def _brackets(e: Expr) -> int:
    """How many sums stand in products and powers."""
    return sum(arg.kind is ADD for part in postorder(e) if part.kind in _PRODUCTS for arg in part.args)


def _keeps_brackets(before: Expr, after: Expr) -> bool:
    """Whether each sum in a product is one still: alone, with more terms, or without a factor that its terms share."""
    here, there = ([total.args for part in postorder(e) if part.kind in _PRODUCTS for total in part.args
                    if total.kind is ADD] for e in (before, after))
    there += [after.args] if after.kind is ADD else []
    there += [tuple(map(transpose, some)) for some in there]
    return all(any(_is_within(some, other) for other in there) for some in here)


def _is_within(some: Sequence[Expr], other: Sequence[Expr]) -> bool:
    """Whether the terms of one sum are those of another, up to what all of them have in front or behind."""
    ratios: set[Fraction] | None = None
    for term in some:
        q, factors = _apart(term)
        found = {q / p for p, own in map(_apart, other) if own <= factors}
        ratios = found if ratios is None else ratios & found
    return bool(ratios)


def _apart(term: Expr) -> tuple[Fraction, Counter[Expr]]:
    """The number in front of a term, and its factors."""
    q, parts = number_and_factors(term)
    return q, Counter(f for part in parts for f in chain_factors(part) if f.kind is not EYE)


def _below(e: Expr) -> set[Expr]:
    """The denominators in a formula."""
    return {part for part in postorder(e) if part.kind is POW and exponent(part) < 0}


def _inverses(e: Expr) -> set[Expr]:
    """The inverses of sums in a formula, and those of which they are updates."""
    return {part.args[0] for part in postorder(e) if part.kind is MATPOW and part.data == -1}


def _is_power_of(before: Expr, after: Expr) -> bool:
    """Whether several denominators with one base are one."""
    some, one = ([base_and_exponent(f)[0] for f in _below(e)] for e in (before, after))
    return len(some) > len(one) and set(one) == set(some)


_PRODUCTS = frozenset({CHAIN, HAD, MUL, POW})
