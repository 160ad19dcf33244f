"""Common factors: A'A x − A'b = A'(A x − b), found greedily, the factor that saves most symbols first.

A term of a sum is seen as a product: scalars with exponents, and matrix factors, chained or elementwise. What two
terms share is taken out by dividing both by it: a scalar power, the first or the last factor of a chain, an
elementwise factor, one side of a Kronecker product, or the linear function that both apply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any

from matcalc.algebra import add, apply, divide, eye, hadamard, multiply, num, ones, power
from matcalc.algebra.application import linear_params
from matcalc.algebra.demands import is_delicate
from matcalc.algebra.segments import segment
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, HAD, IVERSON, ONES, ZEROS, Expr, postorder
from matcalc.core.function import Function
from matcalc.core.parts import (
    base_and_exponent,
    chain_factors,
    entry_factors,
    number_and_factors,
    number_scalars_matrix,
)
from matcalc.limits import spend
from matcalc.records import NamedTuple
from matcalc.session import SESSION
from matcalc.simplification.length import cost

_SIDES = ("left", "right")
_DIVIDING = ("scalar", "entry")  # where a factor may be a power of what a term has
_ORDER_OF_PLACES = {"left": 0, "right": 1, "matrix": 2, "scalar": 3, "entry": 4, "call": 5, "first": 6, "second": 7}
_WHOLE = (CHAIN, EYE, ONES, ZEROS)  # matrices of which no elementwise factor is taken

Saving = tuple[int, int, int, tuple[int, str, int, int]]
Base = tuple[str, Expr]  # where a commuting factor stands, and what it is a power of


class Factor(NamedTuple):
    """Something that can be taken out of a term. `place` is scalar, matrix (all of it, which leaves scalars), left,
    right or entry; first or second for an argument of a bilinear call, and call for the (linear) function itself."""

    place: str
    expr: Any


@SESSION.cached
def factored(e: Expr) -> Expr:
    """A sum with its common factors taken out; what is no sum stays."""
    return sum_of(e.args) if e.kind is ADD else e


def sum_of(terms: Sequence[Expr], beside: bool = False) -> Expr:
    """The sum of terms with their common factors taken out; `beside`: of matrices beside a factor that was."""
    shared = _Shared(terms, beside)
    parts: list[Expr] = []
    while shared.terms:
        found = shared.by_all() or shared.by_some()
        parts += [found] if found is not None else shared.terms.values()
        if found is None:
            break
    return add(*parts) if len(parts) > 1 else parts[0]


class _Shared:
    """The terms of a sum that are left, by their places, and what they share.

    Where every factor stands is found once. As terms only leave, a factor never saves more than it did before: the
    best one is at the top of a heap as soon as the saving that stands there is still true.
    """

    def __init__(self, terms: Sequence[Expr], beside: bool) -> None:
        self.terms = dict(enumerate(terms))
        self._beside = beside
        self._having: defaultdict[Factor, list[int]] = defaultdict(list)
        self._exponents: defaultdict[Base, dict[int, Fraction]] = defaultdict(dict)
        for i, term in self.terms.items():
            for factor in _factors_of(term):
                self._having[factor].append(i)
            for base, q in _bases_of(term).items():
                self._exponents[base][i] = q
        self._divided: dict[Factor, tuple[list[int], list[int], list[Expr]]] = {}
        self._heap: list[tuple[Saving, int, Factor]] = []
        spend(len(self._having))
        for n, (factor, having) in enumerate(self._having.items()):
            if len(having) > 1 or factor.place in _DIVIDING:
                self._push(n, factor, len(self._places(factor)))

    def by_all(self) -> Expr | None:
        """The sum, where something can be taken out of all that is left: the scalars that all share, or entries."""
        terms = list(self.terms.values())
        for factor in self._common() if len(terms) > 1 else ():
            left = [_divided(term, factor) for term in terms]
            if _shorter(left, terms):
                self.terms.clear()
                whole = add(*left)
                inside = factored(whole)
                if factor.place == "scalar" and not any(f.kind is HAD for term in left for f in (term, *term.args)):
                    inside = min(inside, whole, key=cost)  # (A − A x c'/s)/s, not A (I − x c'/s)/s
                return _joined(factor, inside, terms[0])
        return None

    def by_some(self) -> Expr | None:
        """The terms that share the factor whose removal saves most, as one, and off the list."""
        guarded, aside = bool(self._heap) and self._is_guarded(), []
        found = None
        while found is None and self._heap and len(self.terms) > 1:
            saving, n, factor = heappop(self._heap)
            if guarded and not (factor.place == "call" or _is_robust(factor.expr)):
                aside.append((saving, n, factor))
            else:
                found = self._taken(saving, n, factor)
        for entry in aside:
            heappush(self._heap, entry)
        return found

    def _taken(self, saving: Saving, n: int, factor: Factor) -> Expr | None:
        """What has the factor, as one term, if no other saves more; else the factor goes back to where it belongs."""
        places = self._places(factor)
        if _saving(factor, len(places)) > saving:
            self._push(n, factor, len(places))
            return None
        if factor.place in _SIDES:
            whole = _ends_taken(factor, [self.terms[i] for i in places])
            if whole is not None:
                for i in places:
                    del self.terms[i]
                return whole
        known, members, shared = self._divided.get(factor, ([], [], []))
        if known != places:
            left = {i: _without(self.terms[i], factor, self._beside) for i in places}
            members = [i for i, rest in left.items() if rest is not None]
            shared = [rest for rest in left.values() if rest is not None]
            if factor.place in _DIVIDING and not _shorter(shared, [self.terms[i] for i in members]):
                return None
            self._divided[factor] = places, members, shared
            if len(members) < len(places):
                self._push(n, factor, len(members))
                return None
        group = [self.terms.pop(i) for i in members]
        inside = add(*shared)
        beside = factor.place in _SIDES
        return _joined(factor, sum_of(inside.args, beside) if inside.kind is ADD else inside, group[0])

    def _push(self, n: int, factor: Factor, count: int) -> None:
        if count > 1:
            heappush(self._heap, (_saving(factor, count), n, factor))

    def _places(self, factor: Factor) -> list[int]:
        """Where the terms are that seem to have a factor."""
        if factor.place not in _DIVIDING:
            return [i for i in self._having[factor] if i in self.terms]
        base, exponent = base_and_exponent(factor.expr)
        return [i for i, has in self._exponents[factor.place, base].items()
                if i in self.terms and _gives(has, exponent)]

    def _common(self) -> Iterator[Factor]:
        """What all that is left can be divided by and something stays: the product of the scalars that all share, and
        of the entries."""
        terms = list(self.terms.values())
        guarded = self._is_guarded()
        shared: dict[Base, list[Fraction]] = {}
        for base in _bases_of(terms[0]):
            found = [q for i, q in self._exponents[base].items() if i in self.terms]
            if len(found) == len(terms) and _same_sign(found):
                shared[base] = found
        for place, product in (("scalar", multiply), ("entry", hadamard)):
            chosen = [power(base, num(min(found, key=abs))) for (where, base), found in shared.items()
                      if where == place]
            chosen = [f for f in chosen if _is_robust(f)] if guarded else chosen
            if chosen and (place == "scalar" or all(len(_entries(_split(term)[2])) > len(chosen) for term in terms)):
                yield Factor(place, product(*chosen))

    def _is_guarded(self) -> bool:
        """Whether terms differ in the relations that are their factors: where one is 0, what else it has need no
        value."""
        return len(set(map(_relations, self.terms.values()))) > 1


def _ends_taken(factor: Factor, group: Sequence[Expr]) -> Expr | None:
    """A sum of chains without all that they have in common on one side, as far as something of each stays; None where
    one has nothing but the factor. Factor by factor it is the same, in the square of the time."""
    split = [_split(term) for term in group]
    chains = [matrix for _, _, matrix in split if matrix is not None and matrix.kind is CHAIN]
    if len(chains) < len(group):
        return None
    step = 1 if factor.place == "left" else -1
    n = 0
    for factors in zip(*(chain.args[::step][:-1] for chain in chains), strict=False):
        if any(f is not factors[0] for f in factors):
            break
        n += 1
    found, cut = ((0, n), (n, None)) if step > 0 else ((-n, None), (0, -n))
    inside = add(*(multiply(num(q), *scalars, segment(matrix, *cut))
                   for (q, scalars, _), matrix in zip(split, chains, strict=True)))
    inside = sum_of(inside.args, True) if inside.kind is ADD else inside
    return multiply(*(segment(chains[0], *found), inside)[::step])


def _shorter(left: Sequence[Expr], terms: Sequence[Expr]) -> bool:
    """Whether something was taken out: a law may put back in other words what a division takes."""
    return sum(map(cost, left)) < sum(map(cost, terms))


@SESSION.cached
def _relations(term: Expr) -> frozenset[Expr]:
    return frozenset(f for f in number_and_factors(term)[1] if f.kind is IVERSON)


@SESSION.cached
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


@SESSION.cached
def _factors_of(term: Expr) -> tuple[Factor, ...]:
    """Everything that could be taken out of `term`."""
    return tuple(dict.fromkeys(_factors(term)))


def _factors(term: Expr) -> Iterator[Factor]:
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


@SESSION.cached
def _bases_of(term: Expr) -> dict[Base, Fraction]:
    """The commuting factors of `term`: where each stands, its base and its exponent."""
    _, scalars, matrix = _split(term)
    found: dict[Base, Fraction] = {}
    for place, among in (("scalar", scalars), ("entry", _entries(matrix))):
        for f in among:
            base, q = base_and_exponent(f)
            found[place, base] = q
    return found


def _same_sign(exponents: Sequence[Fraction]) -> bool:
    return min(exponents) > 0 or max(exponents) < 0


def _entries(matrix: Expr | None) -> tuple[Expr, ...]:
    return () if matrix is None else entry_factors(matrix)


def _gives(has: Fraction, exponent: Fraction) -> bool:
    """Whether base^has can give up base^exponent."""
    return has is exponent or (has >= exponent if exponent.numerator > 0 else has <= exponent)


def _has_power(among: Sequence[Expr], f: Expr) -> bool:
    """Whether one of commuting factors can give up the power `f`."""
    base, exponent = base_and_exponent(f)
    return any(other is base and _gives(has, exponent) for other, has in map(base_and_exponent, among))


def _is_linear(e: Expr, count: int) -> bool:
    """A call that is linear in each of its `count` arguments."""
    return e.kind is CALL and len(e.args) == count and linear_params(e.data) == list(range(count))


def of_one_call(e: Expr) -> tuple[Function, Expr] | None:
    """f and A − B of the sum f(A) − f(B) of values of one linear function; None where it is no such sum."""
    matrix = _split(e.args[0])[2]
    if matrix is None or not _is_linear(matrix, 1):
        return None
    inside = [_without(term, Factor("call", matrix.data)) for term in e.args]
    return None if None in inside else (matrix.data, add(*filter(None, inside)))


def _without(term: Expr, factor: Factor, beside: bool = False) -> Expr | None:
    """term / factor, or None where the term does not have it. s A + M A stays as it is, and s x + M x; `beside` a
    factor that was taken out it is A'(s I + M) A, as books write the middle of a quadratic form."""
    q, scalars, matrix = _split(term)
    if factor.place == "scalar":
        return divide(term, factor.expr) if _has_power(scalars, factor.expr) else None
    if matrix is None:
        return None
    if factor.place == "matrix":
        return multiply(num(q), *scalars) if matrix is factor.expr else None
    rest = _TAKEN_FROM[factor.place](matrix, factor.expr)
    is_middle = beside and 1 not in matrix.shape
    if rest is not None and rest.kind is EYE and any(s.args for s in scalars) and not is_middle:
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
    return segment(matrix, 1, None) if len(parts) > 1 else eye(f.shape[1])


def _without_right(matrix: Expr, f: Expr) -> Expr | None:
    parts = chain_factors(matrix)
    if parts[-1] is not f:
        return None
    return segment(matrix, 0, -1) if len(parts) > 1 else eye(f.shape[0])


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
