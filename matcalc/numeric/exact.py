"""Expressions to exact numbers: fractions where the operations allow it, as many digits as wanted where they do not.

Floating point cannot tell a from a + 10⁻²⁰, nor 10⁹a + b from 10⁹a + 1.001 b. Here a scalar is a Fraction or an mpf,
everything else a 2-D array of them. Templates of rules run on the same arrays, with the functions of `arithmetic`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from functools import reduce
from math import log10
from operator import mul
from typing import Any

import numpy as np

from matcalc.algebra.make import param_leaf
from matcalc.core.dims import names
from matcalc.core.exponents import ends
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONST,
    DIM,
    EYE,
    HAD,
    MATPOW,
    MUL,
    NUM,
    ONES,
    POW,
    SLICE,
    SYMPOW,
    TRACE,
    TRANSPOSE,
    UNIT,
    ZEROS,
    Expr,
    Kind,
    postorder,
)
from matcalc.core.function import Function
from matcalc.diagnostics import MatcalcError
from matcalc.limits import spend
from matcalc.numeric.arithmetic import Library, NotExactError, NoValueError, fractions, inverse, reals
from matcalc.numeric.closures import Closure, portable
from matcalc.numeric.evaluate import arguments, as_matrix, body_of, smooth_terms
from matcalc.numeric.sizes import Sizes, shape_of, size

__all__ = ["NoValueError", "NotExactError", "Numbers", "cost", "digits_of"]
_LARGE_POWER = 64
_MOST_BITS = 20_000
_DIGITS_PER_BIT, _GUARD = log10(2), 24


class Numbers:
    """Evaluation in fractions (`digits` None), or with so many digits."""

    def __init__(self, digits: int | None = None) -> None:
        self.digits = digits
        self.largest = 0  # the size of the largest number met, in bits
        self.arithmetic: Library = fractions() if digits is None else reals()

    def context(self) -> AbstractContextManager[Any]:
        """Inside, numbers have their digits."""
        if self.digits is None:
            return nullcontext()
        from mpmath import mp

        found: AbstractContextManager[Any] = mp.workdps(self.digits)
        return found

    def values(self, roots: Sequence[Expr], leaves: Mapping[Expr, Any], sizes: Sizes) -> list[Any]:
        """The values of `roots`, each as a matrix; `leaves` are Fractions or arrays of them."""
        with self.context():
            done = {leaf: self._number(x) for leaf, x in leaves.items()}
            self.walk(postorder(*roots), done, sizes)
            self.largest = max((_bits(x) for value in done.values() for x in as_matrix(value).flat), default=0)
            return [as_matrix(done[root]) for root in roots]

    def is_clear(self, difference: Any) -> bool:
        """Whether a difference is larger than the round-off of the largest number met."""
        return self._lost(difference) < (self.digits or 0) / _DIGITS_PER_BIT - _GUARD

    def needed(self, difference: Any) -> int:
        """How many digits make a difference of this size clear."""
        return int((self._lost(difference) + 2 * _GUARD) * _DIGITS_PER_BIT) + 1

    def _lost(self, difference: Any) -> int:
        return max(self.largest, 0) - _bits(difference)

    def walk(self, nodes: Iterable[Expr], done: dict[Expr, Any], sizes: Sizes) -> None:
        """Evaluate `nodes`, operands first, into `done`."""
        try:
            for e in nodes:
                if e not in done:
                    if e.free or e.kind not in _OPERATIONS:
                        raise NotExactError("an operation over an index")
                    done[e] = found = _OPERATIONS[e.kind](self, e, [done[arg] for arg in e.args], sizes)
                    self._bounded(found)
                    spend(20)
        except (ZeroDivisionError, OverflowError, ValueError) as error:
            raise NoValueError(str(error)) from None

    def _bounded(self, x: Any) -> None:
        """Fractions that have grown out of hand are not worth their exactness."""
        one = x.flat[0] if isinstance(x, np.ndarray) and x.size else x
        if isinstance(one, Fraction) and one.numerator.bit_length() + one.denominator.bit_length() > _MOST_BITS:
            raise self.arithmetic.refusal("the numbers grow too long")

    def _number(self, x: Any) -> Any:
        return self.arithmetic.number(x)

    def array(self, x: Any) -> Any:
        """A NumPy array of plain numbers as one of these numbers."""
        return self._number(np.asarray(x, dtype=object))

    def call(self, function: Function, args: list[Any]) -> Any:
        """The value of function(args) by its template, its body, or a smooth function."""
        if function.form == "unspecified":
            return self._smooth(function, args[0])
        if "abstract" in function.fields:
            raise NotExactError(function.name)
        if not function.fields.get("numpy"):
            return self._by_body(function, args)
        closure, used, is_name = function.reading.portable = function.reading.portable or _prepared(function)
        env = arguments(function, args)
        library = {name: self.arithmetic.function(f) for name, f in used.items()}
        try:
            found = closure(env | library)
            return self._number(found(*(env[p.name] for p in function.params)) if is_name else found)
        except (TypeError, AttributeError, LookupError) as error:
            raise NotExactError(str(error)) from None

    def _by_body(self, function: Function, args: list[Any]) -> Any:
        body = body_of(function)
        if body is None:
            raise NotExactError(function.name)
        env = arguments(function, args)
        done = {param_leaf(function, i): env[p.name] for i, p in enumerate(function.params)}
        self.walk(postorder(body), done, {name: k for name, k in env.items() if isinstance(k, int)})
        return done[body]

    def _smooth(self, function: Function, x: Any) -> Any:
        """The function that stands for an unspecified one, in these numbers."""
        sine, half_turn = self.arithmetic.function(np.sin), self.arithmetic.constant("pi") / 2
        return sum(a * w**function.order * sine(w * x + p + function.order * half_turn)
                   for a, w, p in (map(self._number, map(Fraction, row)) for row in smooth_terms(function.name)))


def _bits(x: Any) -> int:
    """The size of a real number as a power of two."""
    _, mantissa, exponent, length = getattr(x, "_mpf_", (0, 0, 0, 0))
    return int(exponent + length) if mantissa else 0


def _prepared(function: Function) -> tuple[Closure, dict[str, Any], bool]:
    params = {p.name for p in function.params}
    dims = {name for p in function.params for dim in p.shape for name in names(dim)}
    try:
        return portable(function.fields["numpy"], params | dims)
    except (SyntaxError, MatcalcError) as error:
        raise NotExactError(str(error)) from None


def _fitted(e: Expr, x: Any, sizes: Sizes) -> Any:
    """A value in the shape that `e` has."""
    wanted = shape_of(e.shape, sizes)
    if e.shape == (1, 1):
        return x.item() if isinstance(x, np.ndarray) else x
    found = as_matrix(x)
    if found.size != wanted[0] * wanted[1] or (found.ndim == 2 and found.shape != wanted):
        raise NotExactError("another shape")
    return found.reshape(wanted)


def _power(numbers: Numbers, _e: Expr, args: list[Any], _: Sizes) -> Any:
    base, exponent = args
    library = numbers.arithmetic
    if isinstance(base, np.ndarray):
        return library.each(lambda x: library.power(x, exponent))(base)
    return library.power(base, exponent)


def _matrix_power(numbers: Numbers, e: Expr, args: list[Any], sizes: Sizes) -> Any:
    k = e.data if e.kind is MATPOW else _exponent(e.args[1], sizes)
    if abs(k) > _LARGE_POWER and numbers.digits is None:
        raise numbers.arithmetic.refusal("a large power")
    base, found = (inverse(args[0]) if k < 0 else args[0]), numbers.array(np.eye(size(e.shape[0], sizes), dtype=int))
    k = abs(k)
    while k:
        found, base, k = (found @ base if k & 1 else found), base @ base if k > 1 else base, k >> 1
    return found


def _exponent(e: Expr, sizes: Sizes) -> int:
    """A whole exponent at these sizes; below 0 what stands beside the power is 0."""
    found = ends(e)
    if found is None or e.free:
        raise NoValueError("no whole exponent")
    return max(size(found.lowest, sizes), 0)


def _chain(_n: Numbers, e: Expr, args: list[Any], _: Sizes) -> Any:
    found = reduce(np.matmul, args)
    return found[0, 0] if e.shape == (1, 1) else found


def _block(_n: Numbers, e: Expr, args: list[Any], _: Sizes) -> Any:
    rest = iter(args)
    rows = [[as_matrix(next(rest)) for _ in range(count)] for count in e.data]
    return np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0)


def _slice(_n: Numbers, e: Expr, args: list[Any], sizes: Sizes) -> Any:
    row, rows, column, columns = (size(d, sizes) for d in e.data)
    part = as_matrix(args[0])[row:row + rows, column:column + columns]
    return _fitted(e, part, sizes)


def _unit(numbers: Numbers, e: Expr, _: list[Any], sizes: Sizes) -> Any:
    rows, columns = shape_of(e.shape, sizes)
    if not 0 < e.data <= rows:
        raise NoValueError("no such entry")
    return numbers.array(np.eye(rows, dtype=int)[:, [e.data - 1]] * np.ones((1, columns), dtype=int))


def _filled(value: int) -> Callable[[Numbers, Expr, list[Any], Sizes], Any]:
    return lambda numbers, e, args, sizes: _fitted(e, numbers.array(np.full(shape_of(e.shape, sizes), value)), sizes)


_OPERATIONS: dict[Kind, Callable[[Numbers, Expr, list[Any], Sizes], Any]] = {
    NUM: lambda numbers, e, args, sizes: numbers.arithmetic.number(e.data),
    DIM: lambda numbers, e, args, sizes: numbers.arithmetic.number(Fraction(size(e.data, sizes))),
    CONST: lambda numbers, e, args, sizes: numbers.arithmetic.constant(e.data),
    EYE: lambda numbers, e, args, sizes: numbers.array(np.eye(size(e.shape[0], sizes), dtype=int)),
    ONES: _filled(1),
    ZEROS: _filled(0),
    UNIT: _unit,
    ADD: lambda numbers, e, args, sizes: reduce(lambda a, b: a + b, args),
    MUL: lambda numbers, e, args, sizes: reduce(mul, args, numbers.arithmetic.number(e.data)),
    POW: _power,
    HAD: lambda numbers, e, args, sizes: reduce(mul, args),
    CHAIN: _chain,
    TRANSPOSE: lambda numbers, e, args, sizes: args[0].T,
    MATPOW: _matrix_power,
    SYMPOW: _matrix_power,
    TRACE: lambda numbers, e, args, sizes: reduce(lambda a, b: a + b, np.diagonal(args[0])),
    BLOCK: _block,
    SLICE: _slice,
    CALL: lambda numbers, e, args, sizes: _fitted(e, numbers.call(e.data, args), sizes),
}


def cost(nodes: Iterable[Expr], sizes: Sizes) -> int:
    """Roughly how many operations on single numbers an evaluation takes."""
    total = 0
    for e in nodes:
        shapes = [shape_of(arg.shape, sizes) for arg in e.args] or [shape_of(e.shape, sizes)]
        entries = max(m * n for m, n in shapes)
        if e.kind is CHAIN:
            rows = shapes[0][0]
            entries = sum(rows * m * n for m, n in shapes[1:])
        elif e.kind in (MATPOW, SYMPOW) or (e.kind is CALL and e.data.form in ("function", "linear")):
            entries *= max(max(shape) for shape in shapes) * 4
        total += entries + 1
    return total


def digits_of(roots: Sequence[Expr]) -> int:
    """How many digits apart the numbers are that occur."""
    found = 1.0
    for e in postorder(*roots):
        if e.kind in (NUM, MUL) and isinstance(e.data, Fraction) and e.data:
            q = abs(e.data)
            found = max(found, _digits(q.numerator), _digits(q.denominator))
    return int(found)


def _digits(k: int) -> float:
    return k.bit_length() * log10(2)
