"""Every step as a number: both formulas at a random point along a random direction, compared in the step's sense.

A placeholder d(u) has the value of a central difference of u, so that no formula of matcalc decides about another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import matcalc
from matcalc.core.expr import Expr, Kind, postorder
from matcalc.derivation import Derivation
from matcalc.explanation import Move, Trace, trace_of
from matcalc.numeric.draws import MODES, draw, project
from matcalc.numeric.evaluate import silence, walk
from matcalc.numeric.sizes import dims_of, sizes_for

CORPUS = Path(__file__).parent.parent / "data" / "corpus.jsonl"
TOLERANCE = 1e-5
POINTS = 3
LARGEST = 1e4


def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def derive(case: Mapping[str, Any]) -> Derivation:
    """The answer to a problem of the corpus."""
    given = {"variables": case["vars"], "structure": "free", "check": False}
    if case["task"] == "grad":
        return matcalc.grad(case["expr"], case["wrt"], **given)
    if case["task"] == "jacobian":
        return matcalc.jacobian(case["expr"], case["wrt"], **given)
    return matcalc.hessian(case["expr"], case["wrt"], case.get("wrt2"), **given)


class Point:
    """Values of the variables and of their tangents, at which every formula of a trace can be evaluated."""

    def __init__(self, d: Derivation, trace: Trace, attempt: int) -> None:
        self.d, self.trace, self.largest = d, trace, 0.0
        self.rng = np.random.default_rng(attempt)
        self.free = {x: d.problem.settled(x) for x in d.problem.wrt}
        shown = [f.expr for move in trace.moves for f in (move.before, move.after)]
        roots = [*trace.opened.values(), d.problem.f, d.expr, *shown]
        self.sizes = sizes_for(dims_of(*(self.settled(root) for root in roots)), attempt)
        leaves = {dx for seeds in trace.along.values() for dx in seeds.values()}
        leaves |= {e for root in roots for e in postorder(self.settled(root)) if e.kind in (Kind.VAR, Kind.TANGENT)}
        closed = (e for e in leaves if e not in trace.opened)
        ordered = sorted(closed, key=lambda e: (e.kind.value, e.order, str(e.shape)))
        self.values = draw(ordered, self.rng, self.sizes, MODES[attempt % len(MODES)])
        for x in self.free.values():
            for leaf in (e for e in ordered if e.kind is Kind.TANGENT and e.data[0] == x.data.name):
                self.values[leaf] = project(self.values[leaf], self.values[x], x.data.props) \
                    if "projected" in {m.relation for m in trace.moves} else self.values[leaf]

    def settled(self, e: Expr) -> Expr:
        """Variables with and without the mark `free` are one and the same number."""
        return substitute_raw(e, self.free)

    def value(self, e: Expr, values: Mapping[Expr, Any] | None = None) -> Any:
        """Placeholders are differences; everything else is evaluated as it stands."""
        known = dict(values or self.values)
        for leaf in (part for part in postorder(e, varying=True) if part in self.trace.opened):
            known[leaf] = self.difference(self.trace.opened[leaf], self.trace.along[leaf])
        walk(postorder(self.settled(e)), known, self.sizes)
        self.largest = max(self.largest, *(np.max(np.abs(value), initial=0) for value in known.values()))
        return np.asarray(known[self.settled(e)])

    def difference(self, u: Expr, seeds: Mapping[Expr, Expr]) -> Any:
        """d(u), by a sixth-order central difference."""
        moving = [(self.free.get(x, x), self.values[dx]) for x, dx in seeds.items()
                  if self.free.get(x, x) in self.values]
        h = 1e-3

        def at(t: float) -> Any:
            return self.value(u, {**self.values, **{x: self.values[x] + t * v for x, v in moving}})

        found = (at(3 * h) - at(-3 * h) - 9 * (at(2 * h) - at(-2 * h)) + 45 * (at(h) - at(-h))) / (60 * h)
        return np.float64(found) if u.is_scalar else found


def substitute_raw(e: Expr, leaves: Mapping[Expr, Expr]) -> Expr:
    """Replace leaves and nothing else: no law is applied on the way."""
    from matcalc.core.expr import node

    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        done[part] = leaves.get(part) or node(part.kind, tuple(done[arg] for arg in part.args), part.data, part.shape)
    return done[e]


def vec(value: Any, order: str = "F") -> Any:
    return np.asarray(value).reshape(-1, order=order)


def direction(point: Point, move: Move) -> Any:
    """The value of the tangent that a derivative is read off from."""
    head = move.after.head
    x = point.d.problem.wrt[int(head[-1]) if head[0] in ("gradient", "hessian") else 0]
    found = [value for e, value in point.values.items() if e.kind is Kind.TANGENT and e.data == (x.data.name, 0)]
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
    points: list[Point] = []
    for move in trace.moves:
        telling: list[float] = []
        silent: list[float] = []
        for attempt in range(len(MODES)):
            if attempt == len(points):
                points.append(Point(d, trace, attempt))
            found, says = error(points[attempt], move)
            (telling if says else silent).append(found)
            if len(telling) == POINTS:
                break
        seen = telling or [min((e for e in silent if not np.isnan(e)), default=float("nan"))]
        yield move, max(seen)
