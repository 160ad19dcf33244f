"""Where two expressions are compared: near zero and far from it, of both signs, at other sizes, around breakpoints.

A breakpoint is where the argument of a function, the base of a power, or a sum is zero: there max, abs and relu have
their kinks, step jumps, and the bumps of exp(−(a + 40)²) stand. It is found by Gauss–Newton, whatever moves the sum.
All values are fractions, so that they are exact in any arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, combinations, islice, product
from typing import Any

import numpy as np

from matcalc.diagnostics import MatcalcError
from matcalc.expr import Expr, postorder, variables
from matcalc.numeric.draws import MODES, Rng, draw, project
from matcalc.numeric.evaluate import Array, silence, walk
from matcalc.numeric.sizes import Sizes, dims_of, shape_of, size, sizes_for

Values = dict[Expr, Any]
_GRID = 10  # near values are tenths
_APART = 2.0**-36
_SCALES = (Fraction(30), Fraction(1000), Fraction(10**6), Fraction(1, 1000), Fraction(1, 10**6))
_AROUND = (Fraction(1), Fraction(1, 256), Fraction(1, 2**30))
_MOST_BREAKPOINTS = 10
_EFFORT = 6000  # nodes evaluated in the search for breakpoints
_ITERATIONS = 8
_STEP, _COARSE, _SOLVED = 2.0**-17, 1e-4, 1e-11
_LARGEST = 1e18
_MOST_KINKED = 4
_MANY = 300  # entries of all variables: then only a few usual places are tried
_SIMPLE = 1000  # denominators of what is nearly a simple fraction
_SIGNED = {"positive", "nonnegative"}
FIXED = {"orthogonal", "onehot", "spd", "psd", "binary", "stochastic"}  # not moved to a breakpoint
_SCALED = {"positive", "sym", "skew", "diag", "lower", "upper", "spd", "psd", "invertible", "square", "const", "free",
           "nonnegative"}


@dataclass(frozen=True, slots=True)
class Place:
    """Sizes, a fraction or an array of fractions for each variable, and what is special about it."""

    sizes: Sizes
    values: Values
    what: str

    def floats(self) -> Values:
        return {v: as_float(x) for v, x in self.values.items()}

    def shortened(self, digits: int) -> Place:
        """The place with so many digits of each number, where that keeps what is declared."""
        return Place(self.sizes, {v: _shortened(x, v, digits) for v, x in self.values.items()}, self.what)


def as_float(x: Any) -> Any:
    return x.astype(float) if isinstance(x, np.ndarray) else np.float64(float(x))


def places(roots: Sequence[Expr], seed: int = 0, fixed: Sizes | None = None, at_kinks: bool = True) -> Iterator[Place]:
    """Places in the order of what they promise; those exactly at a breakpoint, or degenerate, only `at_kinks`."""
    leaves = variables(*roots)
    maker = _Maker(leaves, seed % (1 << 63), _sizes(dims_of(*roots), fixed))
    if maker.entries() > _MANY:
        yield from map(_unequal, islice(maker.near(), 3))
        return
    near = list(maker.near())
    found = chain(near[:4], _around(roots, maker, near, at_kinks), near[4:], maker.far(),
                  maker.degenerate() if at_kinks else ())
    yield from found if at_kinks else map(_unequal, found)


def _unequal(place: Place) -> Place:
    """The place with entries that are neither 0 nor equal to each other, so that it is at no kink by accident."""
    values, k = dict(place.values), 0
    for v, x in place.values.items():
        if FIXED.isdisjoint(v.data.props) and "integer" not in v.data.props:
            steps = np.arange(k, k + np.size(x)).reshape(np.shape(x))
            values[v] = x + project(_fractions((2 * steps + 1) * _APART), as_float(x), v.data.props)
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
                yield Place(sizes, {v: _scaled(x, v, scale, turned) for v, x in exact.items()}, "far")

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
                values[v] = found if v.data.props.isdisjoint(_SIGNED) or np.all(found > 0) else x
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
        return Fraction(int(rng.integers(1, 10)) * (1 if props & _SIGNED or turn % 2 else -1))
    if "integer" in props and not props & _SIGNED:
        return _fractions(x * rng.choice((-1, 1), np.shape(x)))
    found = _each(x, lambda y: Fraction(round(y * _GRID), _GRID))
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


def _scaled(x: Any, v: Expr, scale: Fraction, turned: Callable[[Any], Any]) -> Any:
    props = v.data.props
    if "integer" in props:
        return (x if props & _SIGNED else turned(x)) * max(1, int(scale))
    if not props <= _SCALED:
        return x
    free = props.isdisjoint({"positive", "nonnegative", "spd", "psd", "skew", "invertible"})
    return (turned(x) if free else x) * scale


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
    for step in _AROUND:
        for place in found:
            yield from (maker.beside(place, step, turn) for turn in range(4 if step == 1 else 2))
    yield from _corners(roots, near[0])


def _breakpoints(roots: Sequence[Expr], near: Sequence[Place]) -> Iterator[Place]:
    """Zeros of the arguments inside, each found from a usual place and from the last zero; then of two of them."""
    search = _Search(_EFFORT)
    inside, kinked = arguments(roots)
    last = near[0]
    for e in [*kinked, *inside]:
        for place in [near[0]] if last is near[0] else [near[0], last]:
            found = search.zero((e,), place)
            if found is not None:
                last = found
                yield found


def _corners(roots: Sequence[Expr], start: Place) -> Iterator[Place]:
    """Places where two arguments of functions with a kink have the given signs, close to where both are zero."""
    search = _Search(_EFFORT)
    for pair in combinations(arguments(roots)[1][:_MOST_KINKED], 2):
        corner = search.zero(pair, start)
        sides = product((1.0, -1.0), repeat=2) if corner is not None else ()
        yield from (place for signs in sides if (place := search.zero(pair, corner or start, signs)) is not None)


def arguments(roots: Sequence[Expr]) -> tuple[list[Expr], list[Expr]]:
    """What functions are applied to, bases of powers, and sums; apart from those of functions with a kink."""
    kinked: dict[Expr, None] = {}
    others: dict[Expr, None] = {}
    for e in postorder(*roots):
        found = e.args if e.op == "call" else e.args[:1] if e.op == "pow" else (e,) if e.op == "add" else ()
        is_kinked = e.op == "call" and ("kink" in e.data.fields or e.data.form == "constant")
        movable = [x for x in found if x.op not in ("var", "num") and _moving(x)]
        (kinked if is_kinked else others).update(dict.fromkeys(movable))
    return [e for e in others if e not in roots and e not in kinked], list(kinked)


def _moving(e: Expr) -> list[Expr]:
    """The variables that may be moved to make `e` zero."""
    return [v for v in variables(e) if FIXED.isdisjoint(v.data.props)]


@dataclass(slots=True)
class _Search:
    """Gauss–Newton with steps of least length, as long as the effort lasts: nodes that may be evaluated."""

    effort: int

    def zero(self, parts: Sequence[Expr], start: Place, target: Sequence[float] = ()) -> Place | None:
        """A place at which `parts` are zero, or have the values of `target`."""
        moved = list(dict.fromkeys(v for e in parts for v in _moving(e)))
        nodes, wanted = postorder(*parts), list(target) or [0.0] * len(parts)

        def at(x: Values) -> Array:
            self.effort -= len(nodes)
            done = dict(x)
            walk(nodes, done, start.sizes)
            return np.concatenate([np.ravel(np.asarray(done[e], dtype=float)) - w
                                   for e, w in zip(parts, wanted, strict=True)])

        try:
            with silence():
                solved = self._solved(start.floats(), moved, at)
        except (np.linalg.LinAlgError, MatcalcError):
            return None
        if solved is None:
            return None
        return Place(start.sizes, {v: _settled(solved[v], x, v) for v, x in start.values.items()}, "breakpoint")

    def _solved(self, values: Values, moved: list[Expr], at: Callable[[Values], Array]) -> Values | None:
        """The best values met, if they are a solution up to rounding."""
        best, least = values, np.inf
        for _ in range(_ITERATIONS):
            rest = at(values)
            off = float(np.linalg.norm(rest)) if _size(values) <= _LARGEST else np.inf
            if not np.isfinite(off) or self.effort <= 0:
                return None
            is_done = least <= _SOLVED * max(1.0, _size(best)) and off >= least / 2
            best, least = (values, off) if off < least else (best, least)
            if is_done or not least:
                break
            values = _moved(values, moved, rest, at)
        return best if least <= _SOLVED * max(1.0, _size(best)) else None


def _moved(values: Values, moved: list[Expr], rest: Array, at: Callable[[Values], Array]) -> Values:
    columns, ways = [], []
    for v in moved:
        for k in range(np.size(values[v])):
            unit = np.zeros(np.size(values[v]))
            unit[k] = 1.0
            way = project(unit.reshape(np.shape(values[v])), values[v], v.data.props) if np.ndim(values[v]) else 1.0
            h = _STEP * max(1.0, _size({v: values[v]}), _COARSE * float(np.linalg.norm(rest)))
            columns.append((at({**values, v: values[v] + h * way}) - rest) / h)
            ways.append((v, way))
    jacobian = np.stack(columns, axis=1)
    if not np.all(np.isfinite(jacobian)):
        raise np.linalg.LinAlgError("no slope")
    step = np.linalg.lstsq(jacobian, -rest, rcond=1e-9)[0]
    found = dict(values)
    for s, (v, way) in zip(step, ways, strict=True):
        found[v] = found[v] + s * way
    return found


def _size(values: Mapping[Expr, Any]) -> float:
    return max((float(np.max(np.abs(x), initial=0.0)) for x in values.values()), default=0.0)


def _settled(x: Any, before: Any, v: Expr) -> Any:
    """A solution as fractions, simple ones where it is nearly simple; as it was where that is not allowed."""
    if not FIXED.isdisjoint(v.data.props):
        return before
    if "integer" in v.data.props:
        return _each(x, lambda y: Fraction(round(y)))
    if not v.data.props.isdisjoint(_SIGNED) and np.any(x <= 0):
        return before
    return _each(x, _simple)


def _shortened(x: Any, v: Expr, digits: int) -> Any:
    if not FIXED.isdisjoint(v.data.props):
        return x
    return _each(x, lambda y: Fraction(f"{y:.{digits}g}"))


def _simple(y: float) -> Fraction:
    near = Fraction(y).limit_denominator(_SIMPLE)
    return near if abs(float(near) - y) <= 1e-9 * max(1.0, abs(y)) else Fraction(y)


def _each(x: Any, f: Callable[[float], Fraction]) -> Any:
    return np.frompyfunc(lambda y: f(float(y)), 1, 1)(x) if np.ndim(x) else f(float(x))
