"""Every step as a number: both formulas at a random point along a random direction, compared in the step's sense.

A placeholder d(u) has the value of a central difference of u, so that no formula of matcalc decides about another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from matcalc.core.expr import Expr, Kind, node, postorder
from matcalc.derivation import Derivation
from matcalc.explanation import Move, Trace, trace_of
from matcalc.numeric.draws import draw, project
from matcalc.numeric.evaluate import program, silence
from matcalc.numeric.plain_draws import MODES
from matcalc.numeric.sizes import dims_of, sizes_for

TOLERANCE = 1e-5
POINTS = 3
LARGEST = 1e4


class Terms:
    """What a trace speaks of, whatever the values: its formulas as evaluated, and the leaves that need a value."""

    def __init__(self, d: Derivation, trace: Trace) -> None:
        self.d, self.trace = d, trace
        self.free = {x: d.problem.settled(x) for x in d.problem.wrt}
        self.is_projected = "projected" in {m.relation for m in trace.moves}
        self._settled: dict[Expr, Expr] = {}
        self._placeholders: dict[Expr, list[Expr]] = {}
        shown = [f.expr for move in trace.moves for f in (move.before, move.after)]
        roots = [self.settled(root) for root in (*trace.opened.values(), d.problem.f, d.expr, *dict.fromkeys(shown))]
        self.dims = dims_of(*roots)
        leaves = {dx for seeds in trace.along.values() for dx in seeds.values()}
        leaves |= {e for e in postorder(*roots) if e.kind in (Kind.VAR, Kind.TANGENT)}
        closed = (e for e in leaves if e not in trace.opened)
        self.leaves = sorted(closed, key=lambda e: (e.kind.value, e.order, str(e.shape)))

    def settled(self, e: Expr) -> Expr:
        """Variables with and without the mark `free` are one and the same number; no law is applied on the way."""
        for part in postorder(e) if e not in self._settled else ():
            if part not in self._settled:
                self._settled[part] = self.free.get(part) or node(
                    part.kind, tuple(self._settled[arg] for arg in part.args), part.data, part.shape)
        return self._settled[e]

    def placeholders(self, e: Expr) -> list[Expr]:
        """The differentials in it that are still to be worked out."""
        if e not in self._placeholders:
            self._placeholders[e] = [part for part in postorder(e, varying=True) if part in self.trace.opened]
        return self._placeholders[e]


class Point:
    """Values of the variables and of their tangents, at which every formula of a trace can be evaluated."""

    def __init__(self, terms: Terms, attempt: int) -> None:
        self.terms, self.largest = terms, 0.0
        self.sizes = sizes_for(terms.dims, attempt)
        self.values = draw(terms.leaves, np.random.default_rng(attempt), self.sizes, MODES[attempt % len(MODES)])
        self._differences: dict[Expr, tuple[Any, float]] = {}  # of a placeholder, with the largest value on the way
        for x in terms.free.values() if terms.is_projected else ():
            for leaf in (e for e in terms.leaves if e.kind is Kind.TANGENT and e.data[0] == x.data.name):
                self.values[leaf] = project(self.values[leaf], self.values[x], x.data.props)

    def value(self, e: Expr, values: Mapping[Expr, Any] | None = None) -> Any:
        """Placeholders are differences; everything else is evaluated as it stands."""
        known = dict(values or self.values)
        for leaf in self.terms.placeholders(e):
            known[leaf] = self._difference(leaf)
        settled = self.terms.settled(e)
        run = program(settled).at(known, self.sizes)
        self.largest = max(self.largest, run.largest, *(np.abs(value).max(initial=0) for value in known.values()))
        return np.asarray(run[settled])

    def _difference(self, leaf: Expr) -> Any:
        """d(u) at the point itself, for which the moves of a trace ask again and again."""
        if leaf not in self._differences:
            before, self.largest = self.largest, 0.0
            self._differences[leaf] = self._sixth_order(leaf), self.largest
            self.largest = before
        found, largest = self._differences[leaf]
        self.largest = max(self.largest, largest)
        return found

    def _sixth_order(self, leaf: Expr) -> Any:
        """d(u), by a central difference."""
        u, seeds, free = self.terms.trace.opened[leaf], self.terms.trace.along[leaf], self.terms.free
        moving = [(free.get(x, x), self.values[dx]) for x, dx in seeds.items() if free.get(x, x) in self.values]
        h = 1e-3

        def at(t: float) -> Any:
            return self.value(u, {**self.values, **{x: self.values[x] + t * v for x, v in moving}})

        found = (at(3 * h) - at(-3 * h) - 9 * (at(2 * h) - at(-2 * h)) + 45 * (at(h) - at(-h))) / (60 * h)
        return np.float64(found) if u.is_scalar else found


def vec(value: Any, order: str = "F") -> Any:
    return np.asarray(value).reshape(-1, order=order)


def direction(point: Point, move: Move) -> Any:
    """The value of the tangent that a derivative is read off from."""
    head = move.after.head
    x = point.terms.d.problem.wrt[int(head[-1]) if head[0] in ("gradient", "hessian") else 0]
    found = [value for e, value in point.values.items() if e.kind is Kind.TANGENT and e.data[:2] == (x.data.name, 0)]
    assert found or not move.before.expr.varies
    return np.asarray(found[0]) if found else None


def applied(derivative: Any, dx: Any, order: str = "F") -> Any:
    """⟨G, dX⟩ for a gradient, J vec(dX) for a Jacobian; zero along a direction that nothing depends on."""
    if dx is None:
        assert not np.any(derivative)
        return None
    if derivative.shape == dx.shape:
        return np.array([vec(derivative) @ vec(dx)])
    return np.atleast_2d(derivative) @ vec(dx, order)


def sides(point: Point, move: Move) -> tuple[Any, Any]:
    """What has to be the same number on both sides of a step."""
    before, after = point.value(move.before.expr), point.value(move.after.expr)
    if move.relation in ("vec", "vec by rows"):
        return vec(before, "C" if "rows" in move.relation else "F"), vec(after)
    if move.relation == "transposed":
        return before.T, after
    if move.relation == "projected":
        dx = direction(point, move)
        return applied(before, dx), applied(after, dx)
    if move.relation.startswith("read-off"):
        moved = applied(after, direction(point, move), "C" if "rows" in move.relation else "F")
        return vec(before), np.zeros(before.size) if moved is None else moved
    return before, after


def error(point: Point, move: Move) -> tuple[float, bool]:
    """Relative difference of the two sides, nan outside the domain; and whether that says something: the
    sides are not zero, and nothing on the way is as large as near a singular point."""
    point.largest = 0.0
    try:
        with silence():
            left, right = sides(point, move)
    except np.linalg.LinAlgError:
        return float("nan"), False
    assert np.shape(left) == np.shape(right), move
    if not (np.all(np.isfinite(left)) and np.all(np.isfinite(right))):
        return float("nan"), False
    scale = max(np.max(np.abs(side), initial=0) for side in (left, right))
    says = bool(scale > 1e-6 and point.largest < LARGEST)
    return float(np.max(np.abs(left - right), initial=0) / max(1e-6, scale)), says


def proofs(d: Derivation, trace: Trace | None = None) -> Iterator[tuple[Move, float]]:
    """Each move with its error: the largest one at the first points inside the domain at which it says something."""
    trace = trace or trace_of(d)
    terms = Terms(d, trace)
    points: list[Point] = []
    for move in trace.moves:
        telling: list[float] = []
        silent: list[float] = []
        for attempt in range(len(MODES)):
            if attempt == len(points):
                points.append(Point(terms, attempt))
            found, says = error(points[attempt], move)
            (telling if says else silent).append(found)
            if len(telling) == POINTS:
                break
        seen = telling or [min((e for e in silent if not np.isnan(e)), default=float("nan"))]
        yield move, max(seen)
