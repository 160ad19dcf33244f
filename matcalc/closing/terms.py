"""A term of a sum seen as a product: scalars with exponents, and matrix factors, chained or elementwise.

What two terms share is taken out by dividing both by it: a scalar power, the first or the last factor of a chain, an
elementwise factor, one side of a Kronecker product, or the linear function that both apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from matcalc.algebra import apply, divide, eye, hadamard, multiply, num, ones, power
from matcalc.algebra.calls import linear_params
from matcalc.expr import Expr
from matcalc.function import Function


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that can be taken out of a term. `place` is scalar, left, right or entry; first or second for an
    argument of a bilinear call, and call for the (linear) function itself."""

    place: str
    expr: Any


def split(term: Expr) -> tuple[Fraction, tuple[Expr, ...], Expr | None]:
    """coefficient, scalar factors, matrix part: of a scalar term its one word x'Ay, if it has just one, else None."""
    if term.op == "num":
        return term.data, (), None
    q, args = (term.data, term.args) if term.op == "mul" else (Fraction(1), (term,))
    if not term.is_scalar:
        return q, args[:-1], args[-1]
    words = [f for f in args if f.op == "chain"]
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
    parts = matrix.args if matrix.op == "chain" else (matrix,)
    if matrix.op not in ("eye", "ones"):
        yield Factor("left", parts[0])
        yield Factor("right", parts[-1])
    if matrix.op not in ("chain", "eye", "ones", "zeros"):
        for f in matrix.args if matrix.op == "had" else (matrix,):
            yield from (Factor("entry", g) for g in _powers(f))
    if _is_linear(matrix, 2):
        yield Factor("first", matrix.args[0])
        yield Factor("second", matrix.args[1])
    if _is_linear(matrix, 1):
        yield Factor("call", matrix.data)


def _powers(f: Expr) -> list[Expr]:
    """`f`, and smaller powers of its base that another term may have: x³ can give up x or x²."""
    if f.op != "pow" or f.args[1].op != "num" or f.args[1].data.denominator != 1:
        return [f]
    q = int(f.args[1].data)
    step = 1 if q > 0 else -1
    return [f, *(power(f.args[0], num(k)) for k in range(step, q, step)[:4])]


def _has_power(among: Sequence[Expr], f: Expr) -> bool:
    """Whether one of commuting factors can give up the power `f`."""
    base, exponent = _base_and_exponent(f)
    for g in among:
        other, has = _base_and_exponent(g)
        if other is base and has is not None and exponent is not None and has * exponent > 0:
            return abs(has) >= abs(exponent)
    return f in among


def _base_and_exponent(f: Expr) -> tuple[Expr, Fraction | None]:
    if f.op != "pow":
        return f, Fraction(1)
    return f.args[0], f.args[1].data if f.args[1].op == "num" else None


def _is_linear(e: Expr, count: int) -> bool:
    """A call that is linear in each of its `count` arguments."""
    return e.op == "call" and len(e.args) == count and linear_params(e.data) == list(range(count))


def without(term: Expr, factor: Factor) -> Expr | None:
    """term / factor, or None where the term does not have it."""
    q, scalars, matrix = split(term)
    if factor.place == "scalar":
        return divide(term, factor.expr) if _has_power(scalars, factor.expr) else None
    if matrix is None:
        return None
    rest = _PLACES[factor.place](matrix, factor.expr)
    if rest is not None and rest.op == "eye" and any(s.args for s in scalars):
        return None  # nobody writes (x'A x/(x'x) I − A) x
    return None if rest is None else multiply(num(q), *scalars, rest)


def _without_left(matrix: Expr, f: Expr) -> Expr | None:
    parts = matrix.args if matrix.op == "chain" else (matrix,)
    if parts[0] is not f:
        return None
    return multiply(*parts[1:]) if len(parts) > 1 else eye(f.shape[1])


def _without_right(matrix: Expr, f: Expr) -> Expr | None:
    parts = matrix.args if matrix.op == "chain" else (matrix,)
    if parts[-1] is not f:
        return None
    return multiply(*parts[:-1]) if len(parts) > 1 else eye(f.shape[0])


def _without_entry(matrix: Expr, f: Expr) -> Expr | None:
    entries = matrix.args if matrix.op == "had" else (matrix,)
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
        "left": lambda: multiply(factor.expr, inside),
        "right": lambda: multiply(inside, factor.expr),
        "entry": lambda: hadamard(factor.expr, inside),
        "first": lambda: apply(matrix.data, factor.expr, inside) if matrix else inside,
        "second": lambda: apply(matrix.data, inside, factor.expr) if matrix else inside,
        "call": lambda: apply(factor.expr, inside),
    }
    return makers[factor.place]()
