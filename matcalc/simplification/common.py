"""Common factors: A'A x − A'b = A'(A x − b), found greedily, the factor that saves most symbols first.

A term of a sum is seen as a product: scalars with exponents, and matrix factors, chained or elementwise. What two
terms share is taken out by dividing both by it: a scalar power, the first or the last factor of a chain, an
elementwise factor, one side of a Kronecker product, or the linear function that both apply.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from operator import itemgetter
from typing import Any, NamedTuple

from matcalc.algebra import add, apply, divide, eye, hadamard, multiply, num, ones, power
from matcalc.algebra.application import linear_params
from matcalc.algebra.demands import is_delicate
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, IVERSON, ONES, ZEROS, Expr, postorder
from matcalc.core.function import Function
from matcalc.core.parts import (
    base_and_exponent,
    chain_factors,
    entry_factors,
    number_and_factors,
    number_scalars_matrix,
)
from matcalc.simplification.length import cost

MOST_TERMS = 64
_DIVIDING = ("scalar", "entry")  # where a factor may be a power of what a term has
_ORDER_OF_PLACES = {"left": 0, "right": 1, "matrix": 2, "scalar": 3, "entry": 4, "call": 5, "first": 6, "second": 7}
_WHOLE = (CHAIN, EYE, ONES, ZEROS)  # matrices of which no elementwise factor is taken

Saving = tuple[int, int, int, tuple[int, str, int, int]]


class Factor(NamedTuple):
    """Something that can be taken out of a term. `place` is scalar, matrix (all of it, which leaves scalars), left,
    right or entry; first or second for an argument of a bilinear call, and call for the (linear) function itself."""

    place: str
    expr: Any


def factored(e: Expr) -> Expr:
    """A sum with its common factors taken out; what is no sum, or too long a sum, stays."""
    if e.kind is not ADD or len(e.args) > MOST_TERMS:
        return e
    return _sum(e.args)


def _sum(terms: Sequence[Expr]) -> Expr:
    if len(terms) == 1:
        return terms[0]
    for factor in _common(terms):
        left = [_divided(term, factor) for term in terms]
        if _shorter(left, terms):
            return _joined(factor, factored(add(*left)), terms[0])
    best = _best(terms)
    if best is None:
        return add(*terms)
    factor, shared, members = best
    group = [terms[i] for i in members]
    inside = add(*shared)
    inside = _sum(inside.args) if inside.kind is ADD else inside
    whole = _joined(factor, inside, group[0])
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
        left = [_without(term, factor) for term in terms]
        members = [i for i, rest in enumerate(left) if rest is not None]
        shared = [rest for rest in left if rest is not None]
        saving = _saving(factor, len(members))
        if len(members) > 1 and (best_saving is None or saving < best_saving) \
                and (factor.place not in _DIVIDING or _shorter(shared, [terms[i] for i in members])):
            best, best_saving = (factor, shared, members), saving
    return best


def _promises(terms: Sequence[Expr]) -> Iterator[tuple[Saving, Factor]]:
    """Every factor that two terms seem to have, and what it saves if all of them can be divided by it."""
    having = Counter(f for term in terms for f in dict.fromkeys(_factors(term)))
    exponents = _exponents(terms)
    guarded = _is_guarded(terms)
    for factor, count in having.items():
        if guarded and not (factor.place == "call" or _is_robust(factor.expr)):
            continue
        if factor.place in _DIVIDING:
            base, exponent = base_and_exponent(factor.expr)
            count = sum(_gives(has, exponent) for has in exponents[factor.place, base])
        if count > 1:
            yield _saving(factor, count), factor


def _is_guarded(terms: Sequence[Expr]) -> bool:
    """Whether terms differ in the relations that are their factors: where one is 0, what else it has need no value."""
    return len({frozenset(f for f in number_and_factors(term)[1] if f.kind is IVERSON) for term in terms}) > 1


def _is_robust(e: Expr) -> bool:
    """Whether `e` has a value wherever its variables are."""
    return not any(map(is_delicate, postorder(e)))


def _saving(factor: Factor, count: int) -> Saving:
    """The symbols that taking `factor` out of `count` terms saves, as a key that sorts the best first."""
    own = 1 if factor.place == "call" else cost(factor.expr)
    return -(count - 1) * (own + 1), -count, _ORDER_OF_PLACES[factor.place], _order(factor)


def _order(factor: Factor) -> tuple[int, str, int, int]:
    return (0, factor.expr.name, 0, 0) if factor.place == "call" else factor.expr.order


def _split(term: Expr) -> tuple[Fraction, tuple[Expr, ...], Expr | None]:
    """coefficient, scalar factors, matrix part: of a scalar term its one word x'Ay, if it has just one, else None."""
    if not term.is_scalar:
        return number_scalars_matrix(term)
    q, args = number_and_factors(term)
    words = [f for f in args if f.kind is CHAIN]
    if len(words) != 1:
        return q, args, None
    return q, tuple(f for f in args if f is not words[0]), words[0]


def _factors(term: Expr) -> Iterator[Factor]:
    """Everything that could be taken out of `term`."""
    _, scalars, matrix = _split(term)
    for s in scalars:
        yield from (Factor("scalar", g) for g in _powers(s))
    if matrix is None:
        return
    parts = chain_factors(matrix)
    if not term.is_scalar:
        yield Factor("matrix", matrix)
    if matrix.kind not in (EYE, ONES):
        yield Factor("left", parts[0])
        yield Factor("right", parts[-1])
    if matrix.kind not in _WHOLE:
        for f in _entries(matrix):
            yield from (Factor("entry", g) for g in _powers(f))
    if _is_linear(matrix, 2):
        yield Factor("first", matrix.args[0])
        yield Factor("second", matrix.args[1])
    if _is_linear(matrix, 1):
        yield Factor("call", matrix.data)


def _powers(f: Expr) -> list[Expr]:
    """`f`, and smaller powers of its base that another term may have: x³ can give up x or x²."""
    base, q = base_and_exponent(f)
    step = 1 if q > 0 else -1
    return [f, *(power(base, num(k)) for k in range(step, int(q), step)[:4])] if q.denominator == 1 else [f]


def _bases(term: Expr) -> Iterator[tuple[str, Expr, Fraction]]:
    """The commuting factors of `term`: where each stands, its base and its exponent."""
    _, scalars, matrix = _split(term)
    for place, among in (("scalar", scalars), ("entry", _entries(matrix))):
        for f in among:
            yield place, *base_and_exponent(f)


def _exponents(terms: Sequence[Expr]) -> defaultdict[tuple[str, Expr], list[Fraction]]:
    """The exponents that each commuting factor has in `terms`, by its place and base."""
    found: defaultdict[tuple[str, Expr], list[Fraction]] = defaultdict(list)
    for term in terms:
        for place, base, exponent in _bases(term):
            found[place, base].append(exponent)
    return found


def _common(terms: Sequence[Expr]) -> Iterator[Factor]:
    """What all of `terms` can be divided by and something stays: the product of the scalars that they share, and of
    the entries."""
    exponents = _exponents(terms)
    guarded = _is_guarded(terms)
    shared = {key: found for key, found in exponents.items() if len(found) == len(terms) and _same_sign(found)}
    for place, product in (("scalar", multiply), ("entry", hadamard)):
        chosen = [power(base, num(min(found, key=abs))) for (where, base), found in shared.items() if where == place]
        chosen = [f for f in chosen if _is_robust(f)] if guarded else chosen
        if chosen and (place == "scalar" or all(len(_entries(_split(term)[2])) > len(chosen) for term in terms)):
            yield Factor(place, product(*chosen))


def _same_sign(exponents: Sequence[Fraction]) -> bool:
    return min(exponents) > 0 or max(exponents) < 0


def _entries(matrix: Expr | None) -> tuple[Expr, ...]:
    return () if matrix is None else entry_factors(matrix)


def _gives(has: Fraction, exponent: Fraction) -> bool:
    """Whether base^has can give up base^exponent."""
    return has >= exponent > 0 or has <= exponent < 0


def _has_power(among: Sequence[Expr], f: Expr) -> bool:
    """Whether one of commuting factors can give up the power `f`."""
    base, exponent = base_and_exponent(f)
    return any(other is base and _gives(has, exponent) for other, has in map(base_and_exponent, among))


def _is_linear(e: Expr, count: int) -> bool:
    """A call that is linear in each of its `count` arguments."""
    return e.kind is CALL and len(e.args) == count and linear_params(e.data) == list(range(count))


def _without(term: Expr, factor: Factor) -> Expr | None:
    """term / factor, or None where the term does not have it."""
    q, scalars, matrix = _split(term)
    if factor.place == "scalar":
        return divide(term, factor.expr) if _has_power(scalars, factor.expr) else None
    if matrix is None:
        return None
    if factor.place == "matrix":
        return multiply(num(q), *scalars) if matrix is factor.expr else None
    rest = _TAKEN_FROM[factor.place](matrix, factor.expr)
    if rest is not None and rest.kind is EYE and any(s.args for s in scalars):
        return None  # nobody writes (x'A x/(x'x) I − A) x
    return None if rest is None else multiply(num(q), *scalars, rest)


def _divided(term: Expr, factor: Factor) -> Expr:
    """The term divided by a scalar or by entries that it has."""
    if factor.place == "scalar":
        return divide(term, factor.expr)
    q, scalars, matrix = _split(term)
    assert matrix is not None
    return multiply(num(q), *scalars, hadamard(matrix, power(factor.expr, num(-1))))


def _without_left(matrix: Expr, f: Expr) -> Expr | None:
    parts = chain_factors(matrix)
    if parts[0] is not f:
        return None
    return multiply(*parts[1:]) if len(parts) > 1 else eye(f.shape[1])


def _without_right(matrix: Expr, f: Expr) -> Expr | None:
    parts = chain_factors(matrix)
    if parts[-1] is not f:
        return None
    return multiply(*parts[:-1]) if len(parts) > 1 else eye(f.shape[0])


def _without_entry(matrix: Expr, f: Expr) -> Expr | None:
    entries = _entries(matrix)
    if f in entries:
        return hadamard(*(g for g in entries if g is not f)) if len(entries) > 1 else ones(*f.shape)
    return hadamard(matrix, power(f, num(-1))) if _has_power(entries, f) else None


def _without_argument(matrix: Expr, f: Expr, side: int) -> Expr | None:
    """f(A, B) loses A and leaves B, to be put back into the other place."""
    return matrix.args[1 - side] if _is_linear(matrix, 2) and matrix.args[side] is f else None


def _without_call(matrix: Expr, function: Function) -> Expr | None:
    return matrix.args[0] if _is_linear(matrix, 1) and matrix.data is function else None


_TAKEN_FROM: dict[str, Callable[[Expr, Any], Expr | None]] = {
    "left": _without_left,
    "right": _without_right,
    "entry": _without_entry,
    "first": lambda matrix, f: _without_argument(matrix, f, 0),
    "second": lambda matrix, f: _without_argument(matrix, f, 1),
    "call": _without_call,
}


def _joined(factor: Factor, inside: Expr, sample: Expr) -> Expr:
    """The factor that was taken out and the sum that remains, together again; `sample` is one of the terms."""
    matrix = _split(sample)[2]
    makers: dict[str, Callable[[], Expr]] = {
        "scalar": lambda: multiply(factor.expr, inside),
        "matrix": lambda: multiply(inside, factor.expr),
        "left": lambda: multiply(factor.expr, inside),
        "right": lambda: multiply(inside, factor.expr),
        "entry": lambda: hadamard(factor.expr, inside),
        "first": lambda: apply(matrix.data, factor.expr, inside) if matrix else inside,
        "second": lambda: apply(matrix.data, inside, factor.expr) if matrix else inside,
        "call": lambda: apply(factor.expr, inside),
    }
    return makers[factor.place]()
