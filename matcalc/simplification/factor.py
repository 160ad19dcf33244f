"""Common factors: A'A x − A'b = A'(A x − b), found greedily, the factor that saves most symbols first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import itemgetter

from matcalc.algebra import add
from matcalc.core.expr import ADD, Expr
from matcalc.simplification.cost import cost
from matcalc.simplification.terms import (
    Factor,
    base_and_exponent,
    bases,
    common,
    divided,
    factors,
    gives,
    joined,
    without,
)

MOST_TERMS = 64
_DIVIDING = ("scalar", "entry")  # where a factor may be a power of what a term has
_PLACES = {"left": 0, "right": 1, "matrix": 2, "scalar": 3, "entry": 4, "call": 5, "first": 6, "second": 7}

Saving = tuple[int, int, int, tuple[int, str, int, int]]


def factored(e: Expr) -> Expr:
    """A sum with its common factors taken out; what is no sum, or too long a sum, stays."""
    if e.kind is not ADD or len(e.args) > MOST_TERMS:
        return e
    return _sum(e.args)


def _sum(terms: Sequence[Expr]) -> Expr:
    if len(terms) == 1:
        return terms[0]
    for factor in common(terms):
        left = [divided(term, factor) for term in terms]
        if _shorter(left, terms):
            return joined(factor, factored(add(*left)), terms[0])
    best = _best(terms)
    if best is None:
        return add(*terms)
    factor, shared, members = best
    group = [terms[i] for i in members]
    inside = add(*shared)
    inside = _sum(inside.args) if inside.kind is ADD else inside
    whole = joined(factor, inside, group[0])
    rest = [term for i, term in enumerate(terms) if i not in members]
    if not rest:
        return whole
    remaining = _sum(rest)
    return add(whole, remaining)


def _shorter(left: Sequence[Expr], terms: Sequence[Expr]) -> bool:
    """Whether something was taken out: a law may put back in other words what a division takes."""
    return sum(map(cost, left)) < sum(map(cost, terms))


def _best(terms: Sequence[Expr]) -> tuple[Factor, list[Expr], list[int]] | None:
    """The factor whose removal saves most, with what is left of its terms, and their places.

    Terms are divided by the factors that promise most, until what is found saves as much as the next one promises.
    """
    best, best_saving = None, None
    for promise, factor in sorted(_promises(terms), key=itemgetter(0)):
        if best_saving is not None and best_saving <= promise:
            break
        left = [without(term, factor) for term in terms]
        members = [i for i, rest in enumerate(left) if rest is not None]
        shared = [rest for rest in left if rest is not None]
        saving = _saving(factor, len(members))
        if len(members) > 1 and (best_saving is None or saving < best_saving) \
                and (factor.place not in _DIVIDING or _shorter(shared, [terms[i] for i in members])):
            best, best_saving = (factor, shared, members), saving
    return best


def _promises(terms: Sequence[Expr]) -> Iterator[tuple[Saving, Factor]]:
    """Every factor that two terms seem to have, and what it saves if all of them can be divided by it."""
    having = Counter(f for term in terms for f in dict.fromkeys(factors(term)))
    exponents: defaultdict[tuple[str, Expr], list[Fraction]] = defaultdict(list)
    for term in terms:
        for place, base, exponent in bases(term):
            exponents[place, base].append(exponent)
    for factor, count in having.items():
        if factor.place in _DIVIDING:
            base, exponent = base_and_exponent(factor.expr)
            count = sum(gives(has, exponent) for has in exponents[factor.place, base])
        if count > 1:
            yield _saving(factor, count), factor


def _saving(factor: Factor, count: int) -> Saving:
    """The symbols that taking `factor` out of `count` terms saves, as a key that sorts the best first."""
    own = 1 if factor.place == "call" else cost(factor.expr)
    return -(count - 1) * (own + 1), -count, _PLACES[factor.place], _order(factor)


def _order(factor: Factor) -> tuple[int, str, int, int]:
    return (0, factor.expr.name, 0, 0) if factor.place == "call" else factor.expr.order
