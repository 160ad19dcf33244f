"""A term of a sum seen as a product: scalars with exponents, and matrix factors, chained or elementwise.

What two terms share is taken out by dividing both by it: a scalar power, the first or the last factor of a chain, an
elementwise factor, one side of a Kronecker product, or the linear function that both apply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from matcalc.algebra import apply, divide, eye, hadamard, multiply, num, ones, power
from matcalc.algebra.application import linear_params
from matcalc.core.expr import CALL, CHAIN, EYE, HAD, MUL, NUM, ONES, POW, ZEROS, Expr
from matcalc.core.function import Function

_WHOLE = (CHAIN, EYE, ONES, ZEROS)  # matrices of which no elementwise factor is taken


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that can be taken out of a term. `place` is scalar, matrix (all of it, which leaves scalars), left,
    right or entry; first or second for an argument of a bilinear call, and call for the (linear) function itself."""

    place: str
    expr: Any


def split(term: Expr) -> tuple[Fraction, tuple[Expr, ...], Expr | None]:
    """coefficient, scalar factors, matrix part: of a scalar term its one word x'Ay, if it has just one, else None."""
    if term.kind is NUM:
        return term.data, (), None
    q, args = (term.data, term.args) if term.kind is MUL else (Fraction(1), (term,))
    if not term.is_scalar:
        return q, args[:-1], args[-1]
    words = [f for f in args if f.kind is CHAIN]
    if len(words) != 1:
        return q, args, None
    return q, tuple(f for f in args if f is not words[0]), words[0]


def factors(term: Expr) -> Iterator[Factor]:
    """Everything that could be taken out of `term`."""
    _, scalars, matrix = split(term)
    for s in scalars:
        yield from (Factor("scalar", g) for g in _powers(s))
    if matrix is None:
        return
    parts = matrix.args if matrix.kind is CHAIN else (matrix,)
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
    if f.kind is not POW or f.args[1].kind is not NUM or f.args[1].data.denominator != 1:
        return [f]
    q = int(f.args[1].data)
    step = 1 if q > 0 else -1
    return [f, *(power(f.args[0], num(k)) for k in range(step, q, step)[:4])]


def bases(term: Expr) -> Iterator[tuple[str, Expr, Fraction]]:
    """The commuting factors of `term`: where each stands, its base and its exponent."""
    _, scalars, matrix = split(term)
    for place, among in (("scalar", scalars), ("entry", _entries(matrix))):
        for f in among:
            yield place, *base_and_exponent(f)


def common(terms: Sequence[Expr]) -> Iterator[Factor]:
    """What all of `terms` can be divided by and something stays: the product of the scalars that they share, and of
    the entries."""
    exponents: defaultdict[tuple[str, Expr], list[Fraction]] = defaultdict(list)
    for term in terms:
        for place, base, exponent in bases(term):
            exponents[place, base].append(exponent)
    shared = {key: found for key, found in exponents.items() if len(found) == len(terms) and _same_sign(found)}
    for place, product in (("scalar", multiply), ("entry", hadamard)):
        chosen = [power(base, num(min(found, key=abs))) for (where, base), found in shared.items() if where == place]
        if chosen and (place == "scalar" or all(len(_entries(split(term)[2])) > len(chosen) for term in terms)):
            yield Factor(place, product(*chosen))


def _same_sign(exponents: Sequence[Fraction]) -> bool:
    return min(exponents) > 0 or max(exponents) < 0


def _entries(matrix: Expr | None) -> tuple[Expr, ...]:
    return () if matrix is None else matrix.args if matrix.kind is HAD else (matrix,)


def base_and_exponent(f: Expr) -> tuple[Expr, Fraction]:
    """f = base^exponent for a rational exponent; a power with another exponent is a base itself."""
    if f.kind is not POW or f.args[1].kind is not NUM:
        return f, Fraction(1)
    return f.args[0], f.args[1].data


def gives(has: Fraction, exponent: Fraction) -> bool:
    """Whether base^has can give up base^exponent."""
    return has >= exponent > 0 or has <= exponent < 0


def _has_power(among: Sequence[Expr], f: Expr) -> bool:
    """Whether one of commuting factors can give up the power `f`."""
    base, exponent = base_and_exponent(f)
    return any(other is base and gives(has, exponent) for other, has in map(base_and_exponent, among))


def _is_linear(e: Expr, count: int) -> bool:
    """A call that is linear in each of its `count` arguments."""
    return e.kind is CALL and len(e.args) == count and linear_params(e.data) == list(range(count))


def without(term: Expr, factor: Factor) -> Expr | None:
    """term / factor, or None where the term does not have it."""
    q, scalars, matrix = split(term)
    if factor.place == "scalar":
        return divide(term, factor.expr) if _has_power(scalars, factor.expr) else None
    if matrix is None:
        return None
    if factor.place == "matrix":
        return multiply(num(q), *scalars) if matrix is factor.expr else None
    rest = _PLACES[factor.place](matrix, factor.expr)
    if rest is not None and rest.kind is EYE and any(s.args for s in scalars):
        return None  # nobody writes (x'A x/(x'x) I − A) x
    return None if rest is None else multiply(num(q), *scalars, rest)


def divided(term: Expr, factor: Factor) -> Expr:
    """The term divided by a scalar or by entries that it has."""
    if factor.place == "scalar":
        return divide(term, factor.expr)
    q, scalars, matrix = split(term)
    assert matrix is not None
    return multiply(num(q), *scalars, hadamard(matrix, power(factor.expr, num(-1))))


def _without_left(matrix: Expr, f: Expr) -> Expr | None:
    parts = matrix.args if matrix.kind is CHAIN else (matrix,)
    if parts[0] is not f:
        return None
    return multiply(*parts[1:]) if len(parts) > 1 else eye(f.shape[1])


def _without_right(matrix: Expr, f: Expr) -> Expr | None:
    parts = matrix.args if matrix.kind is CHAIN else (matrix,)
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


_PLACES: dict[str, Callable[[Expr, Any], Expr | None]] = {
    "left": _without_left,
    "right": _without_right,
    "entry": _without_entry,
    "first": lambda matrix, f: _without_argument(matrix, f, 0),
    "second": lambda matrix, f: _without_argument(matrix, f, 1),
    "call": _without_call,
}


def joined(factor: Factor, inside: Expr, sample: Expr) -> Expr:
    """The factor that was taken out and the sum that remains, together again; `sample` is one of the terms."""
    matrix = split(sample)[2]
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
