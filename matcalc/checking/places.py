"""Where two expressions are compared: near zero and far from it, of both signs, at other sizes, around breakpoints.

A breakpoint is where the argument of a function, the base of a power, or a sum is zero: there max, abs and relu have
their kinks, step jumps, and the bumps of exp(−(a + 40)²) stand. It is found by Gauss–Newton, whatever moves the sum.
All values are fractions, so that they are exact in any arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, combinations, islice, product
from typing import Any

import numpy as np

from matcalc.checking.edges import at_edges, larger_sizes
from matcalc.checking.place import FIXED, SIGNED, Place, as_float, each, scaled
from matcalc.checking.zeros import Search, moving
from matcalc.core.expr import ADD, CALL, MUL, NUM, POW, VAR, Expr, postorder, variables
from matcalc.numeric.draws import MODES, Rng, draw, project
from matcalc.numeric.evaluate import Array
from matcalc.numeric.sizes import Sizes, dims_of, shape_of, size, sizes_for

_GRID = 10  # near values are tenths
_APART = 2.0**-36
_MOST_FINER = 3
_SCALES = (Fraction(30), Fraction(1000), Fraction(10**6), Fraction(1, 1000), Fraction(1, 10**6))
_AROUND = (Fraction(1), Fraction(1, 256), Fraction(1, 2**30))
_MOST_BREAKPOINTS = 10
_EFFORT = 6000  # nodes evaluated in the search for breakpoints
_REMOTE = (0, 3, -3, 6, -6, 9, -9, 12)  # powers of ten
_MOST_KINKED = 4
_MANY = 300  # entries of all variables: then only a few usual places are tried


def places(roots: Sequence[Expr], seed: int = 0, fixed: Sizes | None = None, at_kinks: bool = True) -> Iterator[Place]:
    """Places in the order of what they promise; those exactly at a breakpoint, or degenerate, only `at_kinks`."""
    leaves = variables(*roots)
    maker = _Maker(leaves, seed % (1 << 63), _sizes(dims_of(*roots), fixed))
    if maker.entries() > _MANY:
        yield from (_unequal(place, Fraction(_APART)) for place in islice(maker.near(), 3))
        return
    near, apart = list(maker.near()), min(Fraction(_APART), *(step / 2**8 for step in _finer(roots)), Fraction(1))
    found = chain(near[:4], _around(roots, maker, near, at_kinks), near[4:], maker.far(),
                  _edges(roots, maker, near, fixed, at_kinks), maker.degenerate() if at_kinks else ())
    yield from found if at_kinks else (_unequal(place, apart) for place in found)


def _edges(roots: Sequence[Expr], maker: _Maker, near: Sequence[Place], fixed: Sizes | None,
           at_kinks: bool) -> Iterator[Place]:
    """Larger sizes, and the edges of what is declared at two of the usual ones."""
    for sizes in larger_sizes(roots, fixed):
        larger = _Maker(maker.leaves, maker.seed, [sizes])
        if larger.entries() <= _MANY:
            yield next(larger.near())
    for k, place in enumerate(near[:2]):
        yield from at_edges(maker.leaves, place, maker.rng(400, k), at_kinks)


def _finer(roots: Sequence[Expr]) -> list[Fraction]:
    """Steps as small as the numbers inside, or as one over them: 10⁻¹² ≥ |a − 1/3| holds hardly anywhere."""
    numbers = [e.data for e in postorder(*roots) if e.kind in (NUM, MUL)]
    found = {abs(q) for q in numbers if isinstance(q, Fraction) and q}
    small = [q / 16 for q in found if q < _AROUND[-1]] + [1 / q for q in found if q > 1 / _AROUND[-1]]
    return [_power_of_two(q) for q in sorted(small, reverse=True)[:_MOST_FINER]]


def _power_of_two(q: Fraction) -> Fraction:
    return Fraction(1, 2 ** ((1 / q).__ceil__() - 1).bit_length())


def _unequal(place: Place, apart: Fraction) -> Place:
    """The place with entries that are neither 0 nor equal to each other, so that it is at no kink by accident."""
    values, k = dict(place.values), 0
    for v, x in place.values.items():
        if FIXED.isdisjoint(v.data.props) and "integer" not in v.data.props:
            steps = np.arange(k, k + np.size(x)).reshape(np.shape(x))
            shift = _fractions(2 * steps + 1) * apart if np.ndim(x) else (2 * int(steps) + 1) * apart
            values[v] = x + project(shift, as_float(x), v.data.props)
            k += np.size(x)
    return Place(place.sizes, values, place.what)


def _sizes(dims: Sequence[Any], fixed: Sizes | None) -> list[dict[str, int]]:
    """Assignments: pairwise different ones, all 2, all 1, all 3, and one name after the other 1."""
    chosen = [sizes_for(dims, k, fixed) for k in (0, 1)]
    names = list(chosen[0])
    same = [dict.fromkeys(names, k) for k in (2, 1, 3)]
    single = [{n: 1 if n == name else 2 for n in names} for name in names]
    tried = [sizes | dict(fixed or {}) for sizes in [*same, *single]]
    fit = [sizes for sizes in tried if all(size(dim, sizes) > 0 for dim in dims)]
    return [sizes for i, sizes in enumerate([chosen[0], *fit[:2], chosen[1], *fit[2:]]) if i < 3 + len(names)]


@dataclass(slots=True)
class _Maker:
    """Draws exact values for the variables."""

    leaves: list[Expr]
    seed: int
    sizes: list[dict[str, int]]

    def rng(self, *more: int) -> Rng:
        return np.random.default_rng((self.seed, 17, *more))

    def entries(self) -> int:
        return sum(rows * columns for rows, columns in (shape_of(v.shape, self.sizes[0]) for v in self.leaves))

    def near(self) -> Iterator[Place]:
        for k, mode in enumerate(MODES):
            sizes = self.sizes[k % len(self.sizes)]
            rng = self.rng(k)
            drawn = draw(self.leaves, rng, sizes, mode, k)
            yield Place(sizes, {v: _exact(x, v, rng, k + i) for i, (v, x) in enumerate(drawn.items())}, "near")

    def far(self) -> Iterator[Place]:
        """Scaled values: as drawn, all positive, all negative; by all variables together."""
        for k, scale in enumerate(_SCALES):
            for j, turned in enumerate((lambda x: x, abs, lambda x: -abs(x))):
                sizes, rng = self.sizes[(j + k) % len(self.sizes)], self.rng(100, k, j)
                drawn = draw(self.leaves, rng, sizes, MODES[(k + j) % len(MODES)], k + j)
                exact = {v: _exact(x, v, rng, k + j) for v, x in drawn.items()}
                yield Place(sizes, {v: scaled(x, v, scale, turned) for v, x in exact.items()}, "far")

    def degenerate(self) -> Iterator[Place]:
        """All zero, all entries equal, and singular matrices, where that is allowed."""
        for k, make in enumerate(_DEGENERATE):
            sizes, rng = self.sizes[k % len(self.sizes)], self.rng(200, k)
            drawn = draw(self.leaves, rng, sizes)
            yield Place(sizes, {v: make(_exact(x, v, rng, k), v) for v, x in drawn.items()}, "degenerate")

    def beside(self, place: Place, step: Fraction, turn: int) -> Place:
        """The place, a little moved: scalars take both sides in turn, entries one at random."""
        rng = self.rng(300, turn, step.denominator)
        values, scalars = dict(place.values), 0
        for v, x in place.values.items():
            if FIXED.isdisjoint(v.data.props):
                drawn = rng.integers(5, 9, np.shape(x)) * rng.choice((-1, 1), np.shape(x))
                if not np.ndim(x):
                    drawn, scalars = abs(drawn) * (-1) ** (turn >> scalars % 2), scalars + 1
                whole = "integer" in v.data.props
                way = _fractions(np.sign(drawn) if whole else drawn / 8) * (max(1, round(step)) if whole else step)
                found = x + project(way, as_float(x), v.data.props)
                values[v] = found if v.data.props.isdisjoint(SIGNED) or np.all(found > 0) else x
        return Place(place.sizes, values, place.what)


def _fractions(x: Any) -> Any:
    if np.ndim(x):
        return np.frompyfunc(lambda y: Fraction(float(y)), 1, 1)(x)
    return Fraction(float(x))


def _exact(x: Any, v: Expr, rng: Rng, turn: int) -> Any:
    """A drawn value as fractions with a small denominator that has the declared properties exactly."""
    props = v.data.props
    if "orthogonal" in props:
        return _reflection(np.atleast_2d(x), rng) if np.ndim(x) else _fractions(x)
    if "integer" in props and not np.ndim(x):
        return Fraction(int(rng.integers(1, 10)) * (1 if props & SIGNED or turn % 2 else -1))
    if "integer" in props and not props & SIGNED:
        return _fractions(x * rng.choice((-1, 1), np.shape(x)))
    found = each(x, lambda y: Fraction(round(y * _GRID), _GRID))
    if "stochastic" in props and np.ndim(x):
        found[:, -1] = found[:, -1] + 1 - found.sum(axis=1)
    if not props & {"spd", "psd", "positive", "nonnegative", *FIXED} and v.is_square and np.ndim(x):
        return _with_determinant(found, props, (-1) ** turn)
    return found


def _with_determinant(x: Any, props: frozenset[str], sign: int) -> Any:
    """The matrix, or one like it with the other sign of the determinant where its structure leaves one."""
    if np.linalg.det(x.astype(float)) * sign >= 0:
        return x
    if len(x) % 2:
        return -x
    found = x.copy()
    if props.isdisjoint({"sym", "skew", "diag", "lower", "upper"}):
        found[0] = -found[0]
    elif not props.isdisjoint({"diag", "lower", "upper"}):
        found[0, 0] = -found[0, 0]
    return found


def _reflection(x: Array, rng: Rng) -> Any:
    """Rational orthonormal columns: those of a product of reflections; with one reflection more, or less, at random."""
    n, found = len(x), _fractions(np.eye(len(x)))
    for _ in range(int(rng.integers(1, 3)) + 1):
        u = _fractions(rng.integers(1, 5, (n, 1)) * rng.choice((-1, 1), (n, 1)))
        found = found - u @ (u.T @ found) * (2 / (u.T @ u)[0, 0])
    return found[:, :x.shape[1]]


_STRICT = {"positive", "spd", "orthogonal", "onehot", "invertible", "integer"}
_DEGENERATE: list[Callable[[Any, Expr], Any]] = [
    lambda x, v: x * 0 if v.data.props.isdisjoint(_STRICT - {"integer"}) else x,
    lambda x, v: x * 0 + 1 if not v.data.props - {"positive", "integer", "const", "free"} else x,
    lambda x, v: _singular(x) if v.data.props.isdisjoint(_STRICT) else x,
]


def _singular(x: Any) -> Any:
    """The last row and column zero, which keeps symmetry, triangles and semidefiniteness."""
    if not np.ndim(x) or min(x.shape) < 2:
        return x
    found = x.copy()
    found[-1, :], found[:, -1] = Fraction(0), Fraction(0)
    return found


def _around(roots: Sequence[Expr], maker: _Maker, near: Sequence[Place], at_kinks: bool) -> Iterator[Place]:
    """Places at and beside the breakpoints."""
    found = list(islice(_breakpoints(roots, near), _MOST_BREAKPOINTS))
    if at_kinks:
        yield from found
    for step in (*_AROUND, *_finer(roots)):
        for place in found:
            yield from (maker.beside(place, step, turn) for turn in range(4 if step == 1 else 2))
    yield from _corners(roots, near[0])


def _breakpoints(roots: Sequence[Expr], near: Sequence[Place]) -> Iterator[Place]:
    """Zeros of the arguments inside, each found from a usual place and from the last zero; then of two of them."""
    search = Search(_EFFORT)
    inside, kinked = arguments(roots)
    last = near[0]
    for e in [*kinked, *inside]:
        found = [search.zero((e,), place) for place in dict.fromkeys((near[0], last))]
        if e in kinked and found == [None] * len(found):
            found = [next(filter(None, (search.zero((e,), place) for place in _remote(near))), None)]
        for place in filter(None, found):
            last = place
            yield place


def _remote(near: Sequence[Place]) -> Iterator[Place]:
    """Usual places scaled, all positive first, for zeros that lie so far off that no way leads there."""
    for k in _REMOTE:
        place = near[2 if len(near) > 2 else 0]
        yield Place(place.sizes, {v: scaled(x, v, Fraction(10) ** k, lambda x: x) for v, x in place.values.items()},
                    "near")


def _corners(roots: Sequence[Expr], start: Place) -> Iterator[Place]:
    """Places where two arguments of functions with a kink have the given signs, close to where both are zero."""
    search = Search(_EFFORT)
    for pair in combinations(arguments(roots)[1][:_MOST_KINKED], 2):
        corner = search.zero(pair, start)
        sides = product((1.0, -1.0), repeat=2) if corner is not None else ()
        yield from (place for signs in sides if (place := search.zero(pair, corner or start, signs)) is not None)


def arguments(roots: Sequence[Expr]) -> tuple[list[Expr], list[Expr]]:
    """What functions are applied to, bases of powers, and sums; apart from those of functions with a kink."""
    kinked: dict[Expr, None] = {}
    others: dict[Expr, None] = {}
    for e in postorder(*roots):
        inside = e.args if e.kind is CALL else e.args[:1] if e.kind is POW else ()
        found = (e,) if e.kind is ADD else inside
        is_kinked = e.kind is CALL and ("kink" in e.data.fields or e.data.form == "constant")
        movable = [x for x in found if x.kind not in (VAR, NUM) and moving(x)]
        (kinked if is_kinked else others).update(dict.fromkeys(movable))
    return [e for e in others if e not in roots and e not in kinked], list(kinked)
