"""Multiplying out: a product with sums among its factors as a sum of products, one sum after the other.

The sum to go first is one with a term that cancels another factor: s (s−1) (y/s + (1−y)/(s−1)) loses its fractions
only that way round. A sum below a stroke is multiplied by the denominators in it: 1/(c (q/c + 1)) = 1/(q + c).
"""

from __future__ import annotations

from matcalc.algebra import add, hadamard, matrix_power, multiply, num, power, rebuild
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MATPOW, MUL, POW, Expr, postorder
from matcalc.core.parts import base_and_exponent, exponent, terms
from matcalc.limits import spend
from matcalc.records import NamedTuple
from matcalc.simplification.interplay import meets, size
from matcalc.simplification.length import cost

MOST_TERMS = 12
_FEW = 3  # terms that are brought over one denominator
REGROUPED = 40  # nodes of a sum that is multiplied out for other common factors alone
Atoms = frozenset[Expr] | None
_PRODUCTS = (MUL, CHAIN, HAD)
_MOST_POWER = 3
_SMALL = tuple(num(k) for k in range(2, _MOST_POWER + 1))


def expanded(e: Expr, meeting: Atoms = None) -> Expr:
    """`e` as a sum of products without sums among their factors, as far as that stays below MOST_TERMS terms.

    With `meeting` only those sums count in which one of these atoms is, and `e` stays where nothing comes of it: no
    term is shorter than its factors, no two are one.
    """
    if meeting is not None and not meeting:
        return e
    done: list[Expr] = []
    todo = [e]
    count, shortened = 1, False
    while todo:
        term = todo.pop()
        parts = _once(term, meeting) if len(todo) + len(done) < MOST_TERMS else None
        if parts is None:
            done.append(term)
        else:
            todo.extend(reversed(parts.terms))
            count += parts.most - 1
            shortened = shortened or parts.shortened
    whole = add(*done)
    if meeting is None or shortened or len(terms(whole)) < count or _may_regroup(e):
        return whole
    return e


class _Product(NamedTuple):
    """What a product becomes when a sum is multiplied out: its terms, how many there would be if none were alike, and
    whether one is shorter than what it is made of."""

    terms: tuple[Expr, ...]
    most: int
    shortened: bool = False


def _may_regroup(e: Expr) -> bool:
    return e.kind is ADD and size(e) <= REGROUPED


def _once(e: Expr, meeting: Atoms) -> _Product | None:
    """Distribute one sum; None where there is none."""
    if e.kind is ADD:
        return _Product(e.args, len(e.args))
    if e.kind in (POW, MATPOW):
        return _power(e)
    if e.kind not in _PRODUCTS:
        return None
    places = [i for i, f in enumerate(e.args) if _has_sum(f, meeting)]
    if not places:
        return None
    i = max(places, key=lambda k: _cancels(e.args[k], e.args))
    inner = _once(e.args[i], meeting)
    if inner is None:
        return None
    spend(len(e.args))
    made = [rebuild(e, [*e.args[:i], term, *e.args[i + 1:]]) for term in inner.terms]
    around = cost(e) - cost(e.args[i])
    shortened = inner.shortened or any(cost(whole) < around + cost(term) for whole, term
                                       in zip(made, inner.terms, strict=True) if term.args)
    found = terms(add(*made))
    return _Product(found, inner.most, shortened or len(found) < inner.most)


def _power(e: Expr) -> _Product | None:
    """(A + B)² as A (A + B) + B (A + B), for small whole exponents."""
    if e.args[0].kind is not ADD or not _has_sum(e):
        return None
    base = e.args[0]
    k = e.data if e.kind is MATPOW else int(exponent(e))
    rest = matrix_power(base, k - 1) if e.kind is MATPOW else power(base, num(k - 1))
    join = multiply if e.kind is MATPOW else hadamard
    return _Product(terms(add(*(join(term, rest) for term in base.args))), len(base.args))


def _has_sum(e: Expr, meeting: Atoms = None) -> bool:
    """Whether `e` is a sum, or one below it can be multiplied out of it."""
    if not meets(e, meeting):
        return False
    if e.kind is MATPOW:
        return e.args[0].kind is ADD and 2 <= e.data <= _MOST_POWER
    if e.kind is POW:
        return e.args[0].kind is ADD and e.args[1] in _SMALL
    return e.kind is ADD or (e.kind in _PRODUCTS and any(_has_sum(f, meeting) for f in e.args))


def _cancels(candidate: Expr, among: tuple[Expr, ...]) -> int:
    """How many of the other factors occur with a negative power in the terms of `candidate`."""
    if candidate.kind is not ADD:
        return 0
    inverted = {p.args[0] for term in candidate.args for p in (*term.args, term) if exponent(p).numerator < 0}
    return sum(f in inverted for f in among if f is not candidate)


def cleared(e: Expr) -> Expr:
    """The shortest of `e` and what it becomes when a sum below its stroke is multiplied by its terms' denominators, or
    a short sum of numbers is brought over a denominator of its terms: 1 − q/(1 + q) = 1/(1 + q). Not one with eˣ in it,
    nor entry by entry: eˣ eʸ/(eˣ + eʸ)² has no value where each of its factors has one."""
    if e.kind is ADD and e.is_scalar and len(e.args) <= _FEW:
        below = dict.fromkeys(f for term in e.args for f in term.args if _is_below(f) and f.args[0].kind is ADD
                              and not any(part.kind is CALL for part in postorder(f)))
        return min([e, *(_over(e, f) for f in below)], key=cost)
    if e.kind is not MUL:
        return e
    candidates = [_without_fraction(e, f, c) for f in e.args if _is_below(f) and f.args[0].kind is ADD
                  for c in dict.fromkeys(p.args[0] for term in f.args[0].args for p in term.args if _is_below(p))]
    return min([e, *candidates], key=cost)


def _over(e: Expr, f: Expr) -> Expr:
    """The sum e as (e/f) f."""
    return multiply(f, expanded(add(*(multiply(power(f, num(-1)), term) for term in e.args))))


def _is_below(f: Expr) -> bool:
    """Whether `f` is a scalar that stands in a denominator, as it is or in a whole power."""
    k = exponent(f)
    return f.is_scalar and k < 0 and k.denominator == 1


def _without_fraction(e: Expr, f: Expr, c: Expr) -> Expr:
    """s^−k as c^k (c s)^−k, with c s multiplied out."""
    base, k = base_and_exponent(f)
    whole = add(*(multiply(c, term) for term in base.args))
    rest = multiply(num(e.data), *(g for g in e.args if g is not f))
    return multiply(power(c, num(-k)), power(whole, num(k)), rest)
