"""Places at the edges of what is declared: nearly singular spd matrices, every hot entry, signed permutations.

And larger sizes, where the number of rows is part of a formula: (n − 1)(n − 2)(n − 3) is 0 at every small one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from matcalc.checking.place import Place, Values
from matcalc.core.dims import names
from matcalc.core.expr import DIM, Expr, postorder
from matcalc.numeric.draws import Rng
from matcalc.numeric.sizes import Sizes, dims_of, size

_LARGER = (5, 6, 7, 9, 12)
_DEFINITE = {"spd", "psd"}
_MOST_DEFINITE = 8
_MOST_HOT = 50
_SLIGHT = Fraction(1, 100)


def larger_sizes(roots: Sequence[Expr], fixed: Sizes | None) -> Iterator[dict[str, int]]:
    """One larger size for every name, where a formula counts with sizes."""
    dims = dims_of(*roots)
    if any(e.kind is DIM for e in postorder(*roots)):
        for k in _LARGER:
            sizes = dict.fromkeys(_names(dims), k) | dict(fixed or {})
            if all(size(dim, sizes) > 0 for dim in dims):
                yield sizes


def _names(dims: Sequence[Any]) -> list[str]:
    return sorted({name for dim in dims for name in names(dim)})


def at_edges(leaves: Sequence[Expr], start: Place, rng: Rng, at_kinks: bool) -> Iterator[Place]:
    """The place with other values for the variables that have an edge."""
    if any(v.data.props & _DEFINITE for v in leaves):
        for k in range(_MOST_DEFINITE):
            is_singular = at_kinks and k % 4 == 3
            yield _with(start, {v: _definite(start.values[v], v, rng, is_singular) for v in leaves
                                if v.data.props & _DEFINITE})
    for v in leaves:
        if "onehot" in v.data.props and np.ndim(start.values[v]) and v.shape[1] == 1:
            rows = len(start.values[v])
            for k in range(min(rows, _MOST_HOT)):
                yield _with(start, {v: _whole(np.eye(rows, dtype=int)[:, [k]])})
    turned = [v for v in leaves if "orthogonal" in v.data.props and np.ndim(start.values[v])]
    for k in range(4 if turned and at_kinks else 0):
        yield _with(start, {v: _permutation(start.values[v], k) for v in turned})
    square = [v for v in leaves if v.is_square and np.ndim(start.values[v]) and not v.data.props - {"square"}]
    if square and at_kinks:
        yield _with(start, {v: _of_rank_one(start.values[v], rng) for v in square})


def _with(start: Place, values: Values) -> Place:
    return Place(start.sizes, start.values | values, "edge")


def _whole(x: Any) -> Any:
    return np.frompyfunc(lambda y: Fraction(int(y)), 1, 1)(x)


def _vector(n: int, rng: Rng) -> Any:
    return _whole(rng.integers(1, 4, (n, 1)) * rng.choice((-1, 1), (n, 1)))


def _definite(x: Any, v: Expr, rng: Rng, is_singular: bool) -> Any:
    """A matrix of rank one and, where it has to be invertible, a little more."""
    if not np.ndim(x):
        return _SLIGHT
    u = _vector(len(x), rng)
    more = 0 if is_singular and "spd" not in v.data.props else _SLIGHT
    return u @ u.T + more * _whole(np.eye(len(x), dtype=int))


def _permutation(x: Any, k: int) -> Any:
    """The identity, and turns by a quarter in the first two rows."""
    found = np.eye(len(x), dtype=int)
    if k and len(x) > 1:
        found[:2] = (found[1::-1] * [[1], [-1]], found[1::-1] * [[-1], [1]], -found[:2])[k - 1]
    return _whole(found)[:, :x.shape[1]]


def _of_rank_one(x: Any, rng: Rng) -> Any:
    return _vector(len(x), rng) @ _vector(len(x), rng).T
