"""From a formula to fitted parameters: the way down, by SciPy's optimisers or by plain steepest descent.

Steepest descent is the update w ← w − η ∇f(w), with η given or found by halving. Where a way ends is looked at before
anything is said of it: only a small gradient with no downhill direction is a minimum; a saddle or a maximum is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from matcalc.descent.curvature import Spectrum, escape, falling, spectrum
from matcalc.descent.objective import BottomlessError, DivergedError, Objective, Vector
from matcalc.diagnostics import fail
from matcalc.numeric.evaluate import silence
from matcalc.tracing.values import Array

Watch = Callable[["Point"], None]
METHODS = ("lbfgs", "newton", "gd")
TOLERANCE = 1e-6  # of a gradient, relative to the largest on the way; of a Newton step, to the parameters
LIMIT = "the limit of steps is reached"
STUCK = "no step makes the value smaller, and the gradient is not small"
LEAVINGS = 8
_ROUNDING = 1e-9  # of parameters near zero
_REFINEMENTS = 20
_RESCUES, _RESCUE = 4, 5  # plain steps where an optimiser steps out of the domain
_OPEN_EDGE = 1e-4  # numbers so much smaller than the others, with a slope that leads on, are at an edge


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the way."""

    step: int
    value: float
    gradient: float


@dataclass(frozen=True, slots=True)
class Left:
    """A stationary point that is no minimum: where it was, what it was, and the least eigenvalue there."""

    step: int
    kind: str
    curvature: float


@dataclass(frozen=True, slots=True)
class Descent:
    """How it ended: `status` is converged, limit, diverged, saddle, maximum, unbounded, unattained or boundary.

    `evaluations` counts values with their gradient; `curvature` is the least eigenvalue of the Hessian that was found.
    """

    method: str
    status: str
    value: float
    gradient: float
    evaluations: int
    products: int
    way: list[Point]
    parameters: dict[str, Array]
    message: str = ""
    curvature: float | None = None
    left: list[Left] = field(default_factory=list)


class Way:
    """The steps so far, the point reached, and the largest gradient met."""

    def __init__(self, f: Objective, start: Vector, watch: Watch | None) -> None:
        value, g = f(start)
        self.f, self.watch, self.start, self.w = f, watch, start.copy(), start.copy()
        self.points = [Point(0, value, _norm(g))]
        self.steepest = _largest(g)

    def step(self, w: Vector) -> None:
        value, g = self.f(w)
        self.w = w.copy()
        self.steepest = max(self.steepest, _largest(g))
        self.points.append(Point(len(self.points), value, _norm(g)))
        if self.watch:
            self.watch(self.points[-1])

    @property
    def taken(self) -> int:
        return len(self.points) - 1


def descend(f: Objective, start: Vector, method: str = "lbfgs", limit: int = 200, rate: float | None = None,
            watch: Watch | None = None) -> Descent:
    """Minimise from `start` in at most `limit` steps; `watch` sees every step. Raises InputError at a bad start."""
    try:
        way = Way(f, start, watch)
    except (DivergedError, BottomlessError):
        raise fail("M1008", "the function has no finite value at the start; choose another with --start",
                   f.gradients[0].problem.source) from None
    left: list[Left] = []
    endless = method != "gd" and _endless(f, start, [-f(start)[1]], way.points[0].value) == "unbounded"
    while True:
        status, message = ("unbounded", "") if endless else _run(f, way, method, limit, rate)
        found = _landed(f, way, status, message, start)
        if found.lower is None or way.taken >= limit or len(left) >= LEAVINGS:
            break
        left.append(Left(way.taken, found.status, found.curvature or 0.0))
        downhill = found.lower - way.w
        way.step(found.lower)
        endless = _endless(f, way.w, [downhill], way.points[0].value) == "unbounded"
    last = way.points[-1]
    reached = {x.data.name: _as_given(v) for x, v in f.unpack(way.w).items()}
    return Descent(method, found.status, last.value, last.gradient, f.evaluations, f.products, way.points, reached,
                   found.message, found.curvature, left)


@dataclass(frozen=True, slots=True)
class _Landing:
    """What is said of the point reached; `lower` is a better one beside a saddle."""

    status: str
    message: str
    curvature: float | None = None
    lower: Vector | None = None


def _run(f: Objective, way: Way, method: str, limit: int, rate: float | None) -> tuple[str, str]:
    """Run the method to its end: a status for what needs no look at the point, and the method's own message."""
    try:
        for _ in range(_RESCUES):
            try:
                message = _RUNS[method](f, way, limit - way.taken, rate)
                if method != "gd":
                    _refined(f, way, limit)
                return "", message
            except DivergedError:
                if method == "gd":
                    raise
                _steepest(f, way, min(_RESCUE, limit - way.taken), None)
        return "", _steepest(f, way, limit - way.taken, None)
    except BottomlessError:
        return "unbounded", ""
    except DivergedError:
        return "diverged", f"the value left all bounds after step {way.points[-1].step}"


def _refined(f: Objective, way: Way, limit: int) -> None:
    """Newton steps by conjugate gradients on ∇f alone, where values are too coarse to see the gradient vanish."""
    from scipy.sparse.linalg import LinearOperator, cg

    for _ in range(min(_REFINEMENTS, limit - way.taken)):
        w, (value, g) = way.w, f(way.w)
        if _largest(g) <= TOLERANCE / 10 * way.steepest:
            return
        hessian: Any = LinearOperator((len(w), len(w)), matvec=partial(f.product, w), dtype=np.dtype(float))
        with silence():
            following = w + cg(hessian, -g, maxiter=_REFINEMENTS * 2)[0]
        if not np.isfinite(following).all():
            return
        try:
            now, slope = f(following)
        except DivergedError:
            return
        if now > value + 1e-13 * abs(value) or not _norm(slope) < _norm(g) / 2:
            return
        way.step(following)


def _landed(f: Objective, way: Way, status: str, message: str, start: Vector) -> _Landing:
    """Look at the point: is the gradient small, does the Hessian bend downwards, does the value fall without end?"""
    w, (_, g) = way.w, f(way.w)
    before = way.points[0].value
    if status == "unbounded" or _endless(f, w, [-g, w - start], before) == "unbounded":
        return _Landing("unbounded", _WORDS["unbounded"])
    if status:
        return _Landing(status, message)
    if message == LIMIT and _largest(g) > TOLERANCE * way.steepest:
        return _Landing("limit", message)
    rng = np.random.default_rng(0)
    s = spectrum(lambda v: f.product(w, v), len(w), rng)
    if not np.isfinite(s.size) or not _is_small(way, g, s):
        return _Landing("limit", message or STUCK, s.least)
    lower = escape(f.look, w, s, g, rng, before)
    if lower is not None:
        return _Landing(lower[0], f"a {lower[0]} and no minimum", s.least, lower[1])
    return _at_an_edge(f, w, way.steepest, s) or _far(f, w, s, g, start, before) or _Landing("converged", "", s.least)


def _is_small(way: Way, g: Vector, s: Spectrum) -> bool:
    """Whether the gradient is small beside the largest on the way, or explained by a tiny Newton step; or, where the
    start was already as low, by rounding."""
    largest, reach = _largest(g), max(_ROUNDING, _largest(way.w))
    if largest <= TOLERANCE * max(way.steepest, s.least * reach):
        return True
    near = min(_largest(way.start), reach)
    fallen = way.points[0].value - way.points[-1].value
    return fallen <= 1e-14 * s.size * near**2 and largest <= 1e-14 * s.size * near


def _endless(f: Objective, w: Vector, directions: list[Vector], before: float) -> str:
    """The worst that happens along straight lines."""
    sparse = [np.where(np.abs(d) > 1e-6 * _largest(d), d, 0.0) for d in directions]  # small parts add up far out
    found = {falling(f.look, w, d, before) for d in (*directions, *sparse)}
    return next((word for word in ("unbounded", "unattained") if word in found), "")


def _far(f: Objective, w: Vector, s: Spectrum, g: Vector, start: Vector, before: float) -> _Landing | None:
    """A small gradient far out on a slope that only gets flatter is no minimum."""
    flat = [s.direction, -s.direction] if s.is_flat else []
    word = _endless(f, w, [-g, w - start, *flat], before)
    return _Landing(word, _WORDS[word], s.least) if word else None


_WORDS = {"unbounded": "the value falls without end along a straight line",
          "unattained": "the value falls on towards a limit that no point attains"}


def _at_an_edge(f: Objective, w: Vector, steepest: float, s: Spectrum) -> _Landing | None:
    """Where a gradient is small only because the chart is flat, the point is at the edge of the declared structure."""
    for x, (chart, g) in zip(f.wrt, f.slopes(w), strict=True):
        if chart.open_ and _leads_out(f.unpack(w)[x], g, chart.gram, steepest):
            edge = "positive definite" if chart.gram else f"{x.data.name} > 0"
            return _Landing("boundary", f"{x.data.name} tends to the edge of {edge}, which is not attained", s.least)
    return None


def _leads_out(x: Any, g: Any, gram: bool, steepest: float) -> bool:
    """Whether small numbers of the parameter, its eigenvalues or its entries, would have to fall on to nothing."""
    if gram:
        values, vectors = np.linalg.eigh(np.atleast_2d(x))
        slopes = np.einsum("ij,ij->j", vectors, np.atleast_2d(g) @ vectors)
    else:
        values, slopes = np.ravel(x), np.ravel(g)
    small = np.abs(values) < _OPEN_EDGE * max(1.0, float(np.abs(values).max()))
    return bool(np.any(small & (slopes > 1e2 * TOLERANCE * steepest)))


def _norm(g: Vector) -> float:
    with silence():
        return float(np.linalg.norm(g))


def _largest(g: Vector) -> float:
    return float(np.abs(g).max(initial=0.0))


def _as_given(value: Any) -> Array:
    """A number, a vector or a matrix as users have them."""
    array = np.asarray(value)
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def _steepest(f: Objective, way: Way, limit: int, rate: float | None) -> str:
    """w ← w − η ∇f(w). Without a rate η is halved until the value falls enough (Armijo), and doubled after success."""
    eta = rate or 1.0
    for _ in range(limit):
        w = way.w
        value, g = f(w)
        if _largest(g) <= TOLERANCE / 10 * way.steepest:
            return ""
        following = w - eta * g
        while rate is None and not _falls(f, following, value - 1e-4 * eta * _norm(g) ** 2):
            eta /= 2
            if eta < 1e-18:
                return STUCK
            following = w - eta * g
        eta = eta if rate else 2 * eta
        way.step(following)
    return LIMIT


def _falls(f: Objective, w: Vector, bound: float) -> bool:
    try:
        return f(w)[0] <= bound
    except DivergedError:
        return False


def _scipy(name: str, **options: Any) -> Callable[..., str]:
    """A method of SciPy on f, less its first value and in units of the first gradient, so that nothing is absolute."""

    def run(f: Objective, way: Way, limit: int, _rate: float | None) -> str:
        from scipy import optimize

        if limit <= 0:
            return LIMIT
        minimize: Any = optimize.minimize  # its stubs know no callable object
        offset, g = f(way.w)
        unit = _largest(g) or 1.0

        def scaled(w: Vector) -> tuple[float, Vector]:
            value, slope = f(w)
            return (value - offset) / unit, slope / unit

        more: dict[str, Any] = {"hessp": lambda w, v: f.product(w, v) / unit} if name == "trust-ncg" else {}
        with silence():
            found = minimize(scaled, way.w, jac=True, method=name, callback=way.step,
                             options={"maxiter": limit, **options}, **more)
        return "" if found.success else LIMIT if found.nit >= limit else STUCK

    return run


_RUNS: dict[str, Callable[..., str]] = {
    "gd": _steepest,
    "lbfgs": _scipy("L-BFGS-B", maxfun=10**6, gtol=1e-7, ftol=1e-15),
    "newton": _scipy("trust-ncg", gtol=1e-7, max_trust_radius=1e15),
}


def by_differences(f: Objective, start: Vector, limit: int = 200) -> tuple[float, int]:
    """What SciPy reaches from the same start when it takes finite differences itself: value and evaluations."""
    from scipy.optimize import minimize

    f.evaluations = 0
    found = minimize(f.value, start, method="L-BFGS-B",
                     options={"maxiter": limit, "maxfun": 10**7, "gtol": 1e-7, "ftol": 1e-12})
    return float(found.fun), f.evaluations
