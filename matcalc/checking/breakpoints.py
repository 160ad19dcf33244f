"""Places at and beside breakpoints: where the argument of a function, the base of a power, or a sum is zero.

There max, abs and relu have their kinks, step jumps, and the bumps of exp(−(a + 40)²) stand. They are found by
Gauss–Newton with steps of least length, whatever moves the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice, product
from typing import Any

import numpy as np

from matcalc.checking.exact_places import FIXED, SIGNED, Maker, Place, Values, each, scaled, size_of
from matcalc.core.expr import ADD, CALL, MUL, NUM, POW, VAR, Expr, givens, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.draws import Array, project
from matcalc.numeric.evaluate import program, silence

_ITERATIONS, _MOST_ITERATIONS = 8, 120  # more only as long as each takes a good part of what is left
_FALLS = 0.9
_FAR = 1e6
_TINY = 1e-3  # what is as close to 0 as 1e-9 of it is 0
_STEP, _COARSE, _SOLVED = 2.0**-17, 1e-4, 1e-11
_LARGEST = 1e100
_SIMPLE = 1000  # denominators of what is nearly a simple fraction
_MOST_FINER = 3
_AROUND = (Fraction(1), Fraction(1, 256), Fraction(1, 2**30))
_MOST_BREAKPOINTS = 10
_EFFORT = 6000  # nodes evaluated in the search for breakpoints
_REMOTE = (0, 3, -3, 6, -6, 9, -9, 12)  # powers of ten
_MOST_KINKED = 4


def around(roots: Sequence[Expr], maker: Maker, near: Sequence[Place], at_kinks: bool) -> Iterator[Place]:
    """Places at and beside the breakpoints."""
    found = list(islice(_breakpoints(roots, near), _MOST_BREAKPOINTS))
    if at_kinks:
        yield from found
    for step in (*_AROUND, *finer(roots)):
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


def finer(roots: Sequence[Expr]) -> list[Fraction]:
    """Steps as small as the numbers inside, or as one over them: 10⁻¹² ≥ |a − 1/3| holds hardly anywhere."""
    numbers = [e.data for e in postorder(*roots) if e.kind in (NUM, MUL)]
    found = {abs(q) for q in numbers if isinstance(q, Fraction) and q}
    small = [q / 16 for q in found if q < _AROUND[-1]] + [1 / q for q in found if q > 1 / _AROUND[-1]]
    return [_power_of_two(q) for q in sorted(small, reverse=True)[:_MOST_FINER]]


def _power_of_two(q: Fraction) -> Fraction:
    return Fraction(1, 2 ** ((1 / q).__ceil__() - 1).bit_length())


def moving(e: Expr) -> list[Expr]:
    """The variables that may be moved to make `e` zero."""
    return [v for v in givens(e) if v.kind is VAR and FIXED.isdisjoint(v.data.props)]


@dataclass(slots=True)
class Search:
    """Gauss–Newton with steps of least length, as long as the effort lasts: nodes that may be evaluated."""

    effort: int
    scale: float = 1.0  # of the terms of the last values: the sum of 10¹⁴ and −10¹⁴ is 0 up to 1

    def zero(self, parts: Sequence[Expr], start: Place, target: Sequence[float] = ()) -> Place | None:
        """A place at which `parts` are zero, or have the values of `target`."""
        moved = list(dict.fromkeys(v for e in parts for v in moving(e)))
        terms = [arg for e in parts if e.kind is ADD for arg in e.args]
        known, wanted = program(*parts, *terms), list(target) or [0.0] * len(parts)

        def at(x: Values) -> Array:
            self.effort -= len(known.order)
            run = known.at(x, start.sizes)
            self.scale = max(1.0, size_of({e: run[e] for e in terms}), min(size_of(x), _FAR))
            return np.concatenate([np.ravel(np.asarray(run[e], dtype=float)) - w
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
        best, least, before, scale = values, np.inf, np.inf, 1.0
        for k in range(_MOST_ITERATIONS):
            rest = at(values)
            off = float(np.linalg.norm(rest)) if size_of(values) <= _LARGEST else np.inf
            if not np.isfinite(off) or self.effort <= 0:
                return None
            is_done = least <= _SOLVED * scale and off >= least / 2
            best, least, scale = (values, off, self.scale) if off < least else (best, least, scale)
            if is_done or not least:
                break
            if k >= _ITERATIONS and off > _FALLS * before:
                break
            before = off
            values = _moved(values, moved, rest, at, _COARSE * float(np.linalg.norm(rest)) if k == 0 else 0.0)
        return best if least <= _SOLVED * scale else None


def _moved(values: Values, moved: list[Expr], rest: Array, at: Callable[[Values], Array], least: float) -> Values:
    """One step; what is far from zero at small values is measured in steps of `least` or more."""
    columns, ways = [], []
    for v in moved:
        for k in range(np.size(values[v])):
            unit = np.zeros(np.size(values[v]))
            unit[k] = 1.0
            way = project(unit.reshape(np.shape(values[v])), values[v], v.data.props) if np.ndim(values[v]) else 1.0
            reach = size_of({v: values[v]})
            h = _STEP * (reach if 0 < reach < _COARSE else max(1.0, reach, least))
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


def _settled(x: Any, before: Any, v: Expr) -> Any:
    """A solution as fractions, simple ones where it is nearly simple; as it was where that is not allowed."""
    if not FIXED.isdisjoint(v.data.props):
        return before
    if "integer" in v.data.props:
        return each(x, lambda y: Fraction(round(y)))
    if not v.data.props.isdisjoint(SIGNED) and np.any(x <= 0):
        return before
    return each(x, _simple)


def _simple(y: float) -> Fraction:
    near = Fraction(y).limit_denominator(_SIMPLE)
    return near if abs(float(near) - y) <= 1e-9 * max(_TINY, abs(y)) else Fraction(y)
