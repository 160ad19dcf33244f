"""A product of index expressions taken apart: into arrays with named axes, and the axes over which they are summed.

Products of matrices, traces and sums are all one thing here, axes that two factors share. A sum of terms stays one
array where it has at most two axes; else the product is multiplied out, as ‖a − b‖² is over the indices of both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count

from matcalc.algebra import num
from matcalc.algebra.indexed import rename
from matcalc.core.dims import Dim
from matcalc.core.expr import (
    ADD,
    CHAIN,
    HAD,
    INDEX,
    IVERSON,
    MUL,
    ONES,
    OVER,
    POW,
    TANGENT,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    Memo,
)
from matcalc.core.indices import BOUND, OPEN, Index, Ref
from matcalc.core.parts import exponent
from matcalc.records import NamedTuple
from matcalc.session import SESSION
from matcalc.simplification.network import Array, Axes

MOST_TERMS = 64
_MOST_POWER = 4
_ROW, _COLUMN = OPEN + "row", OPEN + "column"
Lift = Callable[[Expr], Array | None]
Side = Index | None


class Term(NamedTuple):
    """A product: its factors, and the axes that are summed over. It is rough if it is a part of a sum that was
    multiplied out, which may cancel."""

    arrays: tuple[Array, ...] = ()
    summed: Axes = ()
    rough: bool = False


def own_axes(e: Expr) -> Axes:
    """The rows and columns of an expression as axes, those that are more than one."""
    return tuple(axis for axis in sides(e) if axis is not None)


def sides(e: Expr) -> tuple[Side, Side]:
    """The axis of its rows and that of its columns, None where there is only one."""
    rows, columns = e.shape
    return (None if rows == 1 else Index(_ROW, rows)), (None if columns == 1 else Index(_COLUMN, columns))


@SESSION.memo
@Memo
def _indexed(e: Expr) -> bool:
    if e.kind in (VAR, TANGENT):
        return bool(e.data.axes)
    return e.kind in (OVER, INDEX, IVERSON) or any(map(_indexed.__getitem__, e.args))


def is_indexed(e: Expr) -> bool:
    """Whether an index, bound or free, or a family occurs in it."""
    return _indexed[e]


def gathered(e: Expr, axes: count[int]) -> tuple[Axes, list[Expr]]:
    """The letters of the sums in a product, and its factors: scalars, and a matrix behind."""
    letters: list[Index] = []
    factors: list[Expr] = []
    todo = [e]
    while todo:
        part = todo.pop()
        if part.kind is MUL:
            factors.append(num(part.data))
            todo.extend(reversed(part.args))
        elif part.kind is OVER and part.data[0] == "sum":
            bound = part.data[1]
            letters.append(Index(f"{OPEN}{bound.name.lstrip(BOUND + OPEN)}{OPEN}{next(axes)}", bound.size, bound.low))
            todo.append(rename(part.args[0], {bound: Ref(letters[-1])}))
        else:
            factors.append(part)
    return tuple(letters), sorted(factors, key=lambda f: not f.is_scalar)


class Spreading:
    """Products of sums as sums of products. `expanding` multiplies out every sum, not only those that must be."""

    def __init__(self, lift: Lift, axes: count[int], expanding: bool) -> None:
        self._lift = lift
        self._axes = axes
        self._expanding = expanding

    def product(self, factors: Iterable[tuple[Expr, Side, Side]]) -> list[Term] | None:
        """The product of several factors, each with the axes of its rows and columns; None where one has no array."""
        found = [Term()]
        for e, row, column in factors:
            terms = self.terms(e, row, column)
            if terms is None or len(terms) * len(found) > MOST_TERMS:
                return None
            found = [Term(a.arrays + b.arrays, a.summed + b.summed, a.rough or b.rough) for a in found for b in terms]
        return found

    def terms(self, e: Expr, row: Side, column: Side) -> list[Term] | None:
        """One factor."""
        if e.kind is ONES:
            return [Term()]
        if not is_indexed(e):
            return self._whole(e, row, column)
        if e.kind in (ADD, POW):
            return self._sum_or_power(e, row, column)
        if e.kind is OVER and e.data[0] == "sum":
            return (None if self._expanding else self._whole(e, row, column)) or self._opened(e, row, column)
        if e.kind in (MUL, HAD):
            front = [(num(e.data), None, None)] if e.kind is MUL else []
            return self.product([*front, *((f, *((None, None) if f.is_scalar else (row, column))) for f in e.args)])
        if e.kind is TRANSPOSE:
            return self.terms(e.args[0], column, row)
        if e.kind is CHAIN:
            return self._chain(e, row, column)
        if e.kind is TRACE:
            axis = self._axis(e.args[0].shape[0])
            return _summed(self.terms(e.args[0], axis, axis), (axis,))
        return self._whole(e, row, column)

    def _axis(self, size: Dim) -> Index:
        return Index(f"{OPEN}{next(self._axes)}", size)

    def _whole(self, e: Expr, row: Side, column: Side) -> list[Term] | None:
        """A factor as one array."""
        array = self._lift(e)
        if array is None:
            return None
        places = dict(zip(sides(e), (row, column), strict=True))
        axes = tuple(places.get(axis) or axis for axis in array.axes)
        return [Term((Array(axes, array.value),), (), array.rough)]

    def _chain(self, e: Expr, row: Side, column: Side) -> list[Term] | None:
        inner = [self._axis(f.shape[1]) for f in e.args[:-1]]
        return _summed(self.product(zip(e.args, (row, *inner), (*inner, column), strict=True)), tuple(inner))

    def _opened(self, e: Expr, row: Side, column: Side) -> list[Term] | None:
        """A sum inside a product: its factors with all others."""
        letters, factors = gathered(e, self._axes)
        if any(f.kind is IVERSON for f in factors):
            return None
        placed = [(f, None, None) if f.is_scalar else (f, row, column) for f in factors]
        return _summed(self.product(placed), letters)

    def _sum_or_power(self, e: Expr, row: Side, column: Side) -> list[Term] | None:
        """A sum of terms, or a whole power, as one array or multiplied out."""
        base = e if e.kind is ADD else e.args[0]
        k = 1 if e.kind is ADD else _natural(e)
        apart = base.kind is ADD and k < 3 and (self._expanding or _is_outer(base))
        found = None if apart and k else self._whole(e, row, column)
        if found is not None or not k or (k > 1 and not e.is_scalar):
            return found
        if e.kind is POW:
            return self.product([(base, row, column)] * k)
        parts = [self.terms(term, row, column) for term in e.args]
        if None in parts:
            return None
        return [Term(term.arrays, term.summed, True) for part in parts for term in part or ()]


def _natural(e: Expr) -> int:
    """The exponent of a power that may be written as a product, else 0."""
    k = exponent(e)
    return int(k) if k.denominator == 1 and 2 <= k <= _MOST_POWER else 0


def _is_outer(e: Expr) -> bool:
    """Whether a sum has two axes and each of its terms fewer, as aᵢ + bⱼ."""
    own = len(own_axes(e))
    return len(e.free) + own > 2 or (len(e.free) + own == 2 and all(len(term.free) + own < 2 for term in e.args))


def _summed(terms: Sequence[Term] | None, axes: Axes) -> list[Term] | None:
    return None if terms is None else [term._replace(summed=term.summed + axes) for term in terms]
