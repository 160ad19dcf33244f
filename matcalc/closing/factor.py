"""Common factors: A'A x − A'b = A'(A x − b), found greedily, the factor that saves most symbols first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from matcalc.algebra import add
from matcalc.closing.cost import cost
from matcalc.closing.terms import Factor, factors, joined, without
from matcalc.expr import Expr

MOST_TERMS = 64
_DIVIDING = ("scalar", "entry")  # where a factor may be a power of what a term has
_PLACES = {"left": 0, "right": 1, "scalar": 2, "entry": 3, "call": 4, "first": 5, "second": 6}


def factored(e: Expr) -> Expr:
    """A sum with its common factors taken out; what is no sum, or too long a sum, stays."""
    if e.op != "add" or len(e.args) > MOST_TERMS:
        return e
    return _sum(e.args)


def _sum(terms: Sequence[Expr]) -> Expr:
    best = _best(terms) if len(terms) > 1 else None
    if best is None:
        return add(*terms)
    factor, shared, members = best
    group = [terms[i] for i in members]
    inside = add(*shared)
    inside = _sum(inside.args) if inside.op == "add" else inside
    whole = joined(factor, inside, group[0])
    rest = [term for i, term in enumerate(terms) if i not in members]
    if not rest:
        return whole
    remaining = _sum(rest)
    return add(whole, remaining)


def _best(terms: Sequence[Expr]) -> tuple[Factor, list[Expr], list[int]] | None:
    """The factor whose removal saves most, with what is left of its terms, and their places."""
    having = Counter(f for term in terms for f in dict.fromkeys(factors(term)))
    best, best_key = None, None
    for factor in (f for f, count in having.items() if count > 1 or f.place in _DIVIDING):
        left = [without(term, factor) for term in terms]
        members = [i for i, rest in enumerate(left) if rest is not None]
        if len(members) < 2:
            continue
        own = 1 if factor.place == "call" else cost(factor.expr)
        key = (-(len(members) - 1) * (own + 1), -len(members), _PLACES[factor.place], _order(factor))
        if best_key is None or key < best_key:
            best, best_key = (factor, [r for r in left if r is not None], members), key
    return best


def _order(factor: Factor) -> tuple[int, str, int, int]:
    return (0, factor.expr.name, 0, 0) if factor.place == "call" else factor.expr.order
