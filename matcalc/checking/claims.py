"""A claim about a derivative, as the linear map it stands for, and random points at which it can be compared with f.

gradient G: V ↦ ⟨G, V⟩ · Jacobian J: V ↦ J vec V · differential df: V ↦ df[dX = V] · Hessian H: V ↦ vec(W)'H vec(V)
for a fixed random W · covariant: a Jacobian of the part within the structure. The comparison is always with the
derivative of h ↦ f(X + hV) at h = 0, where X + hV stays within the declared structure. Of families all members move;
what depends on indices has an axis for each, those of f before those of the variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np

from matcalc.algebra import add
from matcalc.algebra.indexed import moved as tangent_of
from matcalc.checking.differences import Curve, richardson, size
from matcalc.checking.stated import Stated, Statement
from matcalc.core.expr import ADD, TANGENT, Expr, givens, postorder, whole
from matcalc.core.indices import Index
from matcalc.numeric.draws import Array, Rng, draw, project, retract
from matcalc.numeric.evaluate import ordered, program, run
from matcalc.numeric.programs import Program, Run
from matcalc.numeric.sizes import Sizes
from matcalc.options import Structure
from matcalc.records import NamedTuple

Direction = Mapping[Expr, Any]
_INNER_STEP = 1e-2
_SHORTER = (4, 16, 64, 256)
_COARSE = 0.1


class Point(NamedTuple):
    """Sizes, values of the leaves, f and the claim computed from them at one random point, and a fixed direction."""

    sizes: Sizes
    values: Mapping[Expr, Any]
    run: Run
    second: Direction


class Claim:
    """`derivative` is claimed to be the derivative of `f` of this `kind`; `moved` are the variables that vary.

    The tangents with this `index` stand for the direction; by `second` f is differentiated first. `axes` are the free
    indices of the rows and of the columns of the derivative.
    """

    def __init__(self, f: Expr, derivative: Expr, moved: tuple[Expr, ...], kind: Stated | Literal["values"],
                 structure: Structure = "free", index: int = 0, second: Expr | None = None,
                 axes: tuple[tuple[Index, ...], tuple[Index, ...]] = ((), ())) -> None:
        self.f, self.derivative, self.moved, self.kind = f, derivative, moved, kind
        self.structure, self.index, self.second, self.axes = structure, index, second, axes

    @classmethod
    def of(cls, s: Statement) -> Claim:
        """What a statement claims, about the terms of its f that vary."""
        moved = s.x if isinstance(s.x, tuple) else (s.x,)
        second = moved[0] if s.kind == "hessian" else None
        moved = (s.y,) if s.kind == "hessian" and s.y is not None else moved
        f = _moving_terms(s.f, {*moved, *([second] if second is not None else [])})
        index = max((e.data[1] for e in postorder(s.derivative) if e.kind is TANGENT), default=0)
        return cls(f, s.derivative, moved, s.kind, s.structure, index, second, s.axes)

    @cached_property
    def leaves(self) -> list[Expr]:
        """The variables and tangents of both sides, and those moved."""
        return list(dict.fromkeys([*givens(self.f, self.derivative), *self.moved]))

    @cached_property
    def rows(self) -> tuple[Index, ...]:
        """The free indices of f, or of the first variable of a Hessian."""
        return self.axes[0] or _by_name(self.f.free)

    @cached_property
    def columns(self) -> tuple[Index, ...]:
        """The free indices at which the derivative by a member is taken."""
        return self.axes[1] or _by_name(self.derivative.free.difference(self.rows))

    def of_f(self, value: Any, sizes: Sizes) -> Any:
        """A value of f with the axes of its rows in their order."""
        of_output = self.axes[0] if self.second is None else ()  # of a Hessian they are those of its first variable
        return ordered(self.f, value, sizes, of_output or (self.rows if self.f.free else ()))

    def stated(self, point: Point) -> Any:
        """The value of the derivative with the axes of its rows and its columns in their order."""
        return ordered(self.derivative, point.run[self.derivative], point.sizes, (*self.rows, *self.columns))

    @cached_property
    def tangents(self) -> dict[Expr, Expr]:
        """The tangents of the claim that stand for the direction, each with its variable."""
        names = {v.data.name: v for v in self.moved}
        return {t: names[t.data[0]] for t in self.leaves if t.kind is TANGENT and t.data[1] == self.index
                and t.data[0] in names and t.shape == names[t.data[0]].shape}

    @cached_property
    def program(self) -> Program:
        """f and, where it needs no direction, the claim."""
        return program(self.f) if self.tangents else program(self.f, self.derivative)

    def point(self, leaves: Mapping[Expr, Any], sizes: Sizes, rng: Rng) -> Point:
        """Evaluate f and the claim at `leaves`."""
        run = self.program.at(leaves, sizes)
        return Point(sizes, leaves, run, self.direction(leaves, sizes, rng, (self.second,)) if self.second else {})

    def direction(self, values: Mapping[Expr, Any], sizes: Sizes, rng: Rng,
                  along: tuple[Expr, ...] | None = None) -> dict[Expr, Any]:
        """A random direction; tangents that already have a value (a repeated differential) keep it."""
        given = {v: values[t] for t, v in self.tangents.items() if t in values and t in self._inside_f}
        drawn = draw([_bare(v) for v in along or self.moved], rng, sizes)
        fresh = dict(zip(along or self.moved, drawn.values(), strict=True))
        return {v: given[v] if v in given else self.admissible(fresh[v], v, values) for v in fresh}

    @cached_property
    def _inside_f(self) -> set[Expr]:
        return {e for e in givens(self.f) if e.kind is TANGENT}

    def admissible(self, direction: Any, v: Expr, values: Mapping[Expr, Any]) -> Any:
        """The part of a direction within the structure, where that counts."""
        return direction if self.structure == "free" else project(direction, values[v], v.data.props)

    def _reached(self, x: Any, v: Expr) -> Any:
        return x if self.structure == "free" else retract(x, v.data.props)

    def curve(self, point: Point, direction: Direction, inner: float = _INNER_STEP) -> Curve:
        """h ↦ f(X + hV), brought back onto a structure that is curved; for a Hessian h ↦ the derivative of f along W
        at X + hV, a difference of step `inner`; for a covariant derivative the part of f within the structure at X."""
        def at(shifts: Mapping[Expr, Any]) -> Any:
            moved = {v: self._reached(point.values[v] + shift, v) for v, shift in shifts.items()}
            return self.of_f(point.run.again(self.f, moved), point.sizes)

        if self.kind == "covariant":
            v, = self.moved
            return lambda h: self.admissible(at({v: h * direction[v]}), v, point.values)
        if self.second is None:
            return lambda h: at({v: h * d for v, d in direction.items()})
        return lambda h: richardson(lambda k: at(_combined(direction, h, point.second, k)), inner)

    def is_coarse(self, point: Point, direction: Direction, found: Any, off: float) -> bool:
        """Whether a shorter inner step moves a second difference by as much as a claim is `off`: of what oscillates
        fast, sin(1/t) at a small t, one step alone may see as little as the next."""
        if self.second is None:
            return False
        return any(size(richardson(self.curve(point, direction, _INNER_STEP / shorter)) - found) > _COARSE * off
                   for shorter in _SHORTER)

    def applied(self, point: Point, direction: Direction) -> Array:
        """What the claim says of the derivative along `direction`."""
        return np.asarray(_APPLIED[self.kind](self, point, direction))


def _moving_terms(f: Expr, moved: set[Expr]) -> Expr:
    """A sum without the terms that nothing moves: next to 10^10 the differences of x'x are round-off."""
    kept = [term for term in f.args if not moved.isdisjoint(map(whole, postorder(term)))] if f.kind is ADD else []
    return add(*kept) if kept else f


def _combined(a: Direction, h: float, b: Direction, k: float) -> dict[Expr, Any]:
    """h a + k b, where a and b may move different variables."""
    moved = {v: h * d for v, d in a.items()}
    return moved | {v: k * d + moved[v] if v in moved else k * d for v, d in b.items()}


def _bare(v: Expr) -> Expr:
    """A stand-in without properties, so that a direction is drawn freely."""
    return tangent_of(v, -1)


def _by_name(free: frozenset[Index]) -> tuple[Index, ...]:
    return tuple(sorted(free, key=lambda index: index.name))


def vec(x: Any) -> Array:
    """The entries column by column, member by member."""
    return np.ravel(x, order="F") if np.ndim(x) <= 2 else np.ravel(np.swapaxes(x, -1, -2))


def weights(claim: Claim, v: Expr, x: Any) -> Any:
    """A cookbook gradient counts each off-diagonal entry of a symmetric variable twice; this undoes it."""
    if claim.structure != "cookbook" or not v.data.props & {"sym", "spd", "psd", "skew"}:
        return 1.0
    is_matrix = np.ndim(x) == 4 and v.is_scalar
    weight = (1.0 + np.eye(np.shape(x)[1 if is_matrix else -1])) / 2
    return weight[..., None, None] if is_matrix else weight


def scaled_gradient(claim: Claim, point: Point) -> Any:
    """The claimed gradient as a linear map pairs with it: in independent entries."""
    (v,) = claim.moved
    return claim.stated(point) * weights(claim, v, point.values[v])


def outside(claim: Claim, point: Point) -> Any:
    """The part of a gradient that does not belong to the declared structure; what a Jacobian makes of directions
    that leave it."""
    if claim.kind not in ("gradient", "jacobian") or claim.structure == "free":
        return 0.0
    (v,) = claim.moved
    if claim.kind == "gradient":
        g = scaled_gradient(claim, point)
        return g - claim.admissible(g, v, point.values)
    any_way = np.cos(1.0 + np.arange(np.size(point.values[v]))).reshape(np.shape(point.values[v]))
    return _matrix(claim, point, {v: any_way - claim.admissible(any_way, v, point.values)})


def _pairing(claim: Claim, point: Point, direction: Direction) -> Any:
    paired = np.asarray(scaled_gradient(claim, point) * direction[claim.moved[0]])
    return np.sum(paired, axis=tuple(range(len(claim.rows), paired.ndim)))


def _matrix(claim: Claim, point: Point, direction: Direction) -> Any:
    v = claim.moved[0]
    weighted = direction[v] * weights(claim, v, point.values[v])
    return _flat(claim.stated(point), len(claim.rows)) @ vec(weighted)


def _flat(derivative: Any, rows: int) -> Array:
    """The matrix of a derivative on vec, whose value has axes of indices, the first `rows` of them those of f."""
    array = np.atleast_2d(derivative)
    if array.ndim == 2:
        return array
    *axes, entries, moved = array.shape
    outer = prod(axes[:rows])
    return array.reshape(outer, -1, entries, moved).transpose(0, 2, 1, 3).reshape(outer * entries, -1)


def _bilinear(claim: Claim, point: Point, direction: Direction) -> Any:
    assert claim.second is not None
    return vec(point.second[claim.second]) @ _matrix(claim, point, direction)


def _form(claim: Claim, point: Point, direction: Direction) -> Any:
    e = claim.derivative
    value = run(e, {**point.values, **{t: direction[v] for t, v in claim.tangents.items()}}, point.sizes)
    return vec(ordered(e, value, point.sizes, claim.rows))


_APPLIED: dict[str, Callable[[Claim, Point, Direction], Any]] = {
    "gradient": _pairing, "jacobian": _matrix, "hessian": _bilinear, "differential": _form,
    "covariant": _matrix,
}
