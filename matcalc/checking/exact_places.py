"""Places at which two expressions are compared: sizes, and an exact value for each variable, drawn near and far.

All values are fractions, so that they are exact in any arithmetic, and have the declared properties exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from matcalc.algebra import variable
from matcalc.core.expr import Expr
from matcalc.numeric.draws import Array, Rng, draw, project
from matcalc.numeric.plain_draws import MODES
from matcalc.numeric.sizes import Sizes, footprint, shape_of, stacked_shape

Values = dict[Expr, Any]
SIGNED = {"positive", "nonnegative"}
FIXED = {"orthogonal", "onehot", "spd", "psd", "binary", "stochastic"}  # not moved to a breakpoint
SCALED = {"positive", "sym", "skew", "diag", "lower", "upper", "spd", "psd", "invertible", "square", "const", "free",
           "nonnegative"}
_GRID = 10  # near values are tenths
_SCALES = (Fraction(30), Fraction(1000), Fraction(10**6), Fraction(1, 1000), Fraction(1, 10**6))


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Sizes, a fraction or an array of fractions for each variable, and what is special about it."""

    sizes: Sizes
    values: Values
    what: Literal["near", "far", "degenerate", "edge", "breakpoint"]

    def floats(self) -> Values:
        """The values as floats."""
        return {v: as_float(x) for v, x in self.values.items()}

    def holding(self, held: Mapping[Expr, Expr]) -> Place:
        """The place with the values of families in the matrices that hold them."""
        if not held:
            return self
        found = {matrix: _stacked(self.values[family], family) for matrix, family in held.items()
                 if family in self.values}
        return Place(self.sizes, self.values | found, self.what)

    def shortened(self, digits: int) -> Place:
        """The place with so many digits of each number, where that keeps what is declared."""
        return Place(self.sizes, {v: _shortened(x, v, digits) for v, x in self.values.items()}, self.what)


def as_float(x: Any) -> Any:
    """The nearest floats."""
    return x.astype(float) if isinstance(x, np.ndarray) else np.float64(float(x))


def _stacked(x: Any, family: Expr) -> Any:
    """Members as rows, numbers as a column or a matrix."""
    rows = np.shape(x)[0]
    return x.reshape(rows, -1) if len(family.data.axes) == 1 else x.reshape(np.shape(x)[:2])


def scaled(x: Any, v: Expr, scale: Fraction, turned: Callable[[Any], Any]) -> Any:
    """A value times `scale`, turned to another sign first, as far as what is declared allows."""
    props = v.data.props
    if "integer" in props:
        return (x if props & SIGNED else turned(x)) * max(1, int(scale))
    if not props <= SCALED:
        return x
    free = props.isdisjoint({"positive", "nonnegative", "spd", "psd", "skew", "invertible"})
    return (turned(x) if free else x) * scale


def size_of(values: Mapping[Expr, Any]) -> float:
    """The largest absolute value of all."""
    return max((float(np.max(np.abs(x), initial=0.0)) for x in values.values()), default=0.0)


def _shortened(x: Any, v: Expr, digits: int) -> Any:
    if not FIXED.isdisjoint(v.data.props):
        return x
    return each(x, lambda y: Fraction(f"{y:.{digits}g}"))


def each(x: Any, f: Callable[[float], Fraction]) -> Any:
    """A value with `f` of each of its entries, as a float, in its place."""
    return np.frompyfunc(lambda y: f(float(y)), 1, 1)(x) if np.ndim(x) else f(float(x))


@dataclass(slots=True)
class Maker:
    """Draws exact values for the variables."""

    leaves: list[Expr]
    seed: int
    sizes: list[dict[str, int]]

    def rng(self, *more: int) -> Rng:
        """The generator of random numbers that belongs to this use."""
        return np.random.default_rng((self.seed, 17, *more))

    def entries(self) -> int:
        """How many numbers all variables together are."""
        return sum(rows * columns for rows, columns in (shape_of(footprint(v), self.sizes[0]) for v in self.leaves))

    def near(self) -> Iterator[Place]:
        """Usual values: tenths, of every kind of draw."""
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
                way = fractions_of(np.sign(drawn) if whole else drawn / 8) * (max(1, round(step)) if whole else step)
                found = x + project(way, as_float(x), v.data.props)
                values[v] = found if v.data.props.isdisjoint(SIGNED) or np.all(found > 0) else x
        return Place(place.sizes, values, place.what)


def fractions_of(x: Any) -> Any:
    """The floats as the fractions that they are."""
    if np.ndim(x):
        return np.frompyfunc(lambda y: Fraction(float(y)), 1, 1)(x)
    return Fraction(float(x))


def _exact(x: Any, v: Expr, rng: Rng, turn: int) -> Any:
    """A drawn value as fractions with a small denominator that has the declared properties exactly."""
    if v.data.axes:
        return _exact_members(x, v, rng, turn)
    props = v.data.props
    if "orthogonal" in props:
        return _reflection(np.atleast_2d(x), rng) if np.ndim(x) else fractions_of(x)
    if "integer" in props and not np.ndim(x):
        return Fraction(int(rng.integers(1, 10)) * (1 if props & SIGNED or turn % 2 else -1))
    if "integer" in props and not props & SIGNED:
        return fractions_of(x * rng.choice((-1, 1), np.shape(x)))
    found = each(x, lambda y: Fraction(round(y * _GRID), _GRID))
    if "stochastic" in props and np.ndim(x):
        found[:, -1] = found[:, -1] + 1 - found.sum(axis=1)
    if not props & {"spd", "psd", "positive", "nonnegative", *FIXED} and v.is_square and np.ndim(x):
        return _with_determinant(found, props, (-1) ** turn)
    return found


def _exact_members(x: Any, v: Expr, rng: Rng, turn: int) -> Any:
    """The members one by one; numbers with two indices as one matrix, which may have a declared structure."""
    if v.is_scalar and len(v.data.axes) == 2:
        rows, columns = stacked_shape(v)[:2]
        one = variable(v.data.name, (rows, columns), v.data.props)
        return _exact(x[..., 0, 0], one, rng, turn)[..., None, None]
    found, like = np.empty(x.shape, dtype=object), variable(v.data.name, v.shape, v.data.props)
    for at in np.ndindex(*x.shape[:-2]):
        found[at] = _exact(float(x[at][0, 0]) if v.is_scalar else x[at], like, rng, turn)
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
    n, found = len(x), fractions_of(np.eye(len(x)))
    for _ in range(int(rng.integers(1, 3)) + 1):
        u = fractions_of(rng.integers(1, 5, (n, 1)) * rng.choice((-1, 1), (n, 1)))
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
    if not np.ndim(x) or min(x.shape[-2:]) < 2:
        return x
    found = x.copy()
    found[..., -1, :], found[..., -1] = Fraction(0), Fraction(0)
    return found
