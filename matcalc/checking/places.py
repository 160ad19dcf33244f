"""Where two expressions are compared: near zero and far from it, of both signs, at other sizes, around breakpoints.

And at the edges of what is declared: nearly singular spd matrices, every hot entry, signed permutations; and at larger
sizes, where the number of rows is part of a formula: (n − 1)(n − 2)(n − 3) is 0 at every small one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, islice
from typing import Any

import numpy as np

from matcalc.checking.breakpoints import around, finer
from matcalc.checking.exact_places import FIXED, Maker, Place, Values, as_float, fractions_of
from matcalc.core.dims import Dim, names
from matcalc.core.expr import DIM, VAR, Expr, givens, postorder
from matcalc.numeric.draws import Rng, project
from matcalc.numeric.sizes import Sizes, dims_of, size, sizes_for

_APART = 2.0**-36
_MANY = 300  # entries of all variables: then only a few usual places are tried
_LARGER = (5, 6, 7, 9, 12)
_DEFINITE = {"spd", "psd"}
_MOST_DEFINITE = 8
_MOST_HOT = 50
_SLIGHT = Fraction(1, 100)


def places(roots: Sequence[Expr], seed: int = 0, fixed: Sizes | None = None, at_kinks: bool = True) -> Iterator[Place]:
    """Places in the order of what they promise; those exactly at a breakpoint, or degenerate, only `at_kinks`."""
    leaves = [leaf for leaf in givens(*roots) if leaf.kind is VAR]
    maker = Maker(leaves, seed % (1 << 63), _sizes(dims_of(*roots), fixed))
    if maker.entries() > _MANY:
        yield from (_unequal(place, Fraction(_APART)) for place in islice(maker.near(), 3))
        return
    near, apart = list(maker.near()), min(Fraction(_APART), *(step / 2**8 for step in finer(roots)), Fraction(1))
    found = chain(near[:4], around(roots, maker, near, at_kinks), near[4:], maker.far(),
                  _edges(roots, maker, near, fixed, at_kinks), maker.degenerate() if at_kinks else ())
    yield from found if at_kinks else (_unequal(place, apart) for place in found)


def _edges(roots: Sequence[Expr], maker: Maker, near: Sequence[Place], fixed: Sizes | None,
           at_kinks: bool) -> Iterator[Place]:
    """Larger sizes, and the edges of what is declared at two of the usual ones."""
    for sizes in _larger_sizes(roots, fixed):
        larger = Maker(maker.leaves, maker.seed, [sizes])
        if larger.entries() <= _MANY:
            yield next(larger.near())
    for k, place in enumerate(near[:2]):
        plain = [v for v in maker.leaves if not v.data.axes]
        yield from _at_edges(plain, place, maker.rng(400, k), at_kinks)


def _unequal(place: Place, apart: Fraction) -> Place:
    """The place with entries that are neither 0 nor equal to each other, so that it is at no kink by accident."""
    values, k = dict(place.values), 0
    for v, x in place.values.items():
        if FIXED.isdisjoint(v.data.props) and "integer" not in v.data.props:
            steps = np.arange(k, k + np.size(x)).reshape(np.shape(x))
            shift = fractions_of(2 * steps + 1) * apart if np.ndim(x) else (2 * int(steps) + 1) * apart
            values[v] = x + project(shift, as_float(x), v.data.props)
            k += np.size(x)
    return Place(place.sizes, values, place.what)


def _sizes(dims: Sequence[Dim], fixed: Sizes | None) -> list[dict[str, int]]:
    """Assignments: pairwise different ones, all 2, all 1, all 3, and one name after the other 1."""
    chosen = [sizes_for(dims, k, fixed) for k in (0, 1)]
    names = list(chosen[0])
    same = [dict.fromkeys(names, k) for k in (2, 1, 3)]
    single = [{n: 1 if n == name else 2 for n in names} for name in names]
    tried = [sizes | dict(fixed or {}) for sizes in [*same, *single]]
    fit = [sizes for sizes in tried if all(size(dim, sizes) > 0 for dim in dims)]
    return [sizes for i, sizes in enumerate([chosen[0], *fit[:2], chosen[1], *fit[2:]]) if i < 3 + len(names)]


def _larger_sizes(roots: Sequence[Expr], fixed: Sizes | None) -> Iterator[dict[str, int]]:
    """One larger size for every name, where a formula counts with sizes."""
    dims = dims_of(*roots)
    if any(e.kind is DIM for e in postorder(*roots)):
        for k in _LARGER:
            sizes = dict.fromkeys(_names(dims), k) | dict(fixed or {})
            if all(size(dim, sizes) > 0 for dim in dims):
                yield sizes


def _names(dims: Sequence[Dim]) -> list[str]:
    return sorted({name for dim in dims for name in names(dim)})


def _at_edges(leaves: Sequence[Expr], start: Place, rng: Rng, at_kinks: bool) -> Iterator[Place]:
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
