"""Entry by entry: in which entry is a refuted claim furthest from the finite difference?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from matcalc.checking.claims import Claim, Direction, Point, scaled_gradient, vec, weights
from matcalc.checking.differences import richardson
from matcalc.checking.verdicts import WorstEntry
from matcalc.core.expr import Expr
from matcalc.numeric.evaluate import Array

MOST_ENTRIES = 400
Pair = tuple[tuple[int, int], float, float]


def between(got: Array, expected: Array) -> WorstEntry:
    """The entry in which two matrices differ most."""
    got, expected = np.atleast_2d(got), np.atleast_2d(expected)
    i, j = (int(k) for k in np.unravel_index(int(np.argmax(np.abs(got - expected))), got.shape))
    return WorstEntry((i + 1, j + 1), float(got[i, j]), float(expected[i, j]))


def worst_entry(claim: Claim, point: Point, direction: Direction) -> WorstEntry | None:
    """The worst entry of the claim's matrix; of a differential, of its value along `direction`."""
    pairs = islice(_ENTRIES[claim.kind](claim, point, direction), MOST_ENTRIES)
    usable = [pair for pair in pairs if np.isfinite(pair[1]) and np.isfinite(pair[2])]
    worst = max(usable, key=lambda pair: abs(pair[1] - pair[2]), default=None)
    return WorstEntry(*worst) if worst else None


def _units(claim: Claim, point: Point, v: Expr) -> Iterator[tuple[int, int, Any]]:
    """Basis directions of a variable in column-major order, within the declared structure."""
    shape = np.shape(np.atleast_2d(point.values[v]))
    for j in range(shape[1]):
        for i in range(shape[0]):
            basis = np.zeros(shape)
            basis[i, j] = 1.0
            whole: Any = np.float64(1.0) if v.shape == (1, 1) else basis
            yield i, j, claim.admissible(whole, v, point.values)


def _of_gradient(claim: Claim, point: Point, _: Direction) -> Iterator[Pair]:
    (v,) = claim.moved
    got = np.atleast_2d(scaled_gradient(claim, point))
    weight = np.broadcast_to(weights(claim, v, point.values[v]), got.shape)
    for i, j, unit in _units(claim, point, v):
        expected = float(richardson(claim.curve(point, {v: unit})))
        yield (i + 1, j + 1), float(got[i, j] / weight[i, j]), float(expected / weight[i, j])


def _of_matrix(claim: Claim, point: Point, _: Direction) -> Iterator[Pair]:
    (v,) = claim.moved
    for column, (_i, _j, unit) in enumerate(_units(claim, point, v)):
        got = vec(claim.applied(point, {v: unit}))
        expected = vec(richardson(claim.curve(point, {v: unit})))
        for row, (a, b) in enumerate(zip(got, expected, strict=True)):
            yield (row + 1, column + 1), float(a), float(b)


def _of_bilinear(claim: Claim, point: Point, direction: Direction) -> Iterator[Pair]:
    assert claim.second is not None
    for row, (_i, _j, unit) in enumerate(_units(claim, point, claim.second)):
        at = Point(point.sizes, point.values, {claim.second: unit})
        for (_, column), got, expected in _of_matrix(claim, at, direction):
            yield (row + 1, column), got, expected


def _of_form(claim: Claim, point: Point, direction: Direction) -> Iterator[Pair]:
    expected = np.atleast_2d(richardson(claim.curve(point, direction)))
    got = claim.applied(point, direction).reshape(expected.shape, order="F")
    worst = between(got, expected)
    yield worst.index, worst.got, worst.expected


_ENTRIES: dict[str, Callable[[Claim, Point, Direction], Iterator[Pair]]] = {
    "gradient": _of_gradient, "jacobian": _of_matrix, "hessian": _of_bilinear, "differential": _of_form,
    "covariant": _of_matrix,
}
