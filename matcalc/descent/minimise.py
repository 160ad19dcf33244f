"""From a formula to fitted parameters: the way down, by SciPy's optimisers or by plain steepest descent.

Steepest descent is the update w ← w − η ∇f(w), with η given or found by halving. Where a way ends is looked at before
anything is said of it: only a small gradient with no downhill direction is a minimum; a saddle or a maximum is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from matcalc.descent.charts import vanishes
from matcalc.descent.curvature import Fall, Spectrum, escape, falling
from matcalc.descent.families_given import as_given
from matcalc.descent.objective import (
    BottomlessError,
    DivergedError,
    Objective,
    Point,
    Vector,
    Watch,
    Way,
    largest,
    norm,
)
from matcalc.descent.stationary import FEW, doubt, is_plateau, is_settled, polish
from matcalc.diagnostics import fail
from matcalc.numeric.draws import Array
from matcalc.numeric.evaluate import silence

Method = Literal["lbfgs", "newton", "gd"]
Status = Literal["converged", "limit", "diverged", "undecided", "saddle", "maximum", "unbounded", "unattained",
                 "boundary", "stationary"]
Stop = Literal["", "diverged", "bottomless"]
METHODS: tuple[Method, ...] = get_args(Method)
TOLERANCE = 1e-6  # of a gradient, relative to the largest on the way; of a Newton step, to the parameters
LIMIT = "the limit of steps is reached"
STUCK = "no step that was tried makes the value smaller, and the gradient is not small"
LEAVINGS = 8
_ROUNDS = 30
_RESCUES, _RESCUE = 4, 5  # plain steps where an optimiser steps out of the domain
_OPEN_EDGE = 1e-4  # numbers so much smaller than the others, with a slope that leads on, are at an edge


@dataclass(frozen=True, slots=True)
class Left:
    """A stationary point that is no minimum: where it was, what it was, and the least eigenvalue there."""

    step: int
    kind: Status | Literal["flat point"]
    curvature: float


@dataclass(frozen=True, slots=True)
class Descent:
    """How it ended.

    `evaluations` counts values with their gradient; `curvature` is the least eigenvalue of the Hessian that was found.
    """

    method: str
    status: Status
    value: float
    gradient: float
    evaluations: int
    products: int
    way: list[Point]
    parameters: dict[str, Array]
    message: str = ""
    curvature: float | None = None
    left: list[Left] = field(default_factory=list)


def descend(f: Objective, start: Vector, method: Method = "lbfgs", limit: int = 200, rate: float | None = None,
            watch: Watch | None = None) -> Descent:
    """Minimise from `start` in at most `limit` steps; `watch` sees every step. Raises InputError at a bad start."""
    try:
        way = Way(f, start, watch)
    except (DivergedError, BottomlessError):
        raise fail("M1008", "the function has no finite value at the start; choose another with --start",
                   f.gradients[0].problem.source) from None
    left: list[Left] = []
    endless: Stop | Fall = "" if method == "gd" else _bottomless(f, start, -f(start)[1], way)
    while True:
        stop, message = (endless, "") if endless else _run(f, way, method, limit, rate)
        found = _landed(f, way, stop, message, start)
        if found.lower is None or way.taken >= limit or len(left) >= LEAVINGS:
            break
        kind: Status | Literal["flat point"] = "flat point" if found.status == "undecided" else found.status
        left.append(Left(way.taken, kind, found.curvature or 0.0))
        downhill = found.lower - way.w
        try:
            way.step(found.lower)
        except (DivergedError, BottomlessError):  # a value and no gradient
            break
        endless = _bottomless(f, way.w, downhill, way)
    last = way.points[-1]
    reached = {f.names.get(x, x.data.name): as_given(x, v) for x, v in f.unpack(way.w).items()}
    return Descent(method, found.status, last.value, last.gradient, f.evaluations, f.products, way.points, reached,
                   found.message, found.curvature, left)


@dataclass(frozen=True, slots=True)
class _Landing:
    """What is said of the point reached; `lower` is a better one beside a saddle."""

    status: Status
    message: str
    curvature: float | None = None
    lower: Vector | None = None


def _run(f: Objective, way: Way, method: Method, limit: int, rate: float | None) -> tuple[Stop, str]:
    """Run the method to its end: why it needs no look at the point, and the method's own message."""
    try:
        for _ in range(_RESCUES):
            try:
                return "", _again(f, way, method, limit, rate)
            except DivergedError:
                if method == "gd":
                    raise
                _steepest(f, way, min(_RESCUE, limit - way.taken), None)
        return "", _steepest(f, way, limit - way.taken, None)
    except BottomlessError:
        return "bottomless", ""
    except DivergedError:
        return "diverged", f"the value left all bounds after step {way.points[-1].step}"


def _again(f: Objective, way: Way, method: Method, limit: int, rate: float | None) -> str:
    """The method from where it ends, as long as that lowers the value: its own tests know the first gradient only."""
    message = ""
    for _ in range(_ROUNDS):
        before = way.points[-1]
        message = RUNS[method](f, way, limit - way.taken, rate)
        if method != "gd":
            polish(f, way, limit)
        now = way.points[-1]
        gained = before.value - now.value > 1e-12 * abs(now.value) or now.gradient < before.gradient / 2
        if way.taken >= limit or not gained or (len(way.w) <= FEW and _is_settled(f, way)):
            break
    return LIMIT if way.taken >= limit else message


def _is_settled(f: Objective, way: Way) -> bool:
    value, g = f(way.w)
    s = f.spectrum(way.w)
    return bool(np.isfinite(s.size)) and is_settled(way.w, value, way.fallen, g, s)


def _landed(f: Objective, way: Way, stop: Stop | Fall, message: str, start: Vector) -> _Landing:
    """Look at the point: is the gradient small, does the Hessian bend downwards, does the value fall without end?"""
    w, (value, g) = way.w, f(way.w)
    before = way.points[0].value
    word = stop if stop in _WORDS else _endless(f, w, [-g, w - start], before)
    if word in _BOTTOMLESS:
        return _Landing("unbounded", _WORDS[word])
    if stop:
        return _Landing("diverged", message)
    if message == LIMIT and largest(g) > TOLERANCE * way.steepest:
        return _Landing("limit", message)
    s = f.spectrum(w)
    if not np.isfinite(s.size):
        return _Landing("limit", message or STUCK)
    if not is_settled(w, value, way.fallen, g, s):
        far = _at_an_edge(f, way, s) or _far(f, way, s, start, settled=False)
        return far or _Landing("limit", message or STUCK, s.least)
    return _stationary(f, way, s, start)


def _stationary(f: Objective, way: Way, s: Spectrum, start: Vector) -> _Landing:
    """What a point without slope is: it is left, or named, or certified."""
    w, (value, g) = way.w, f(way.w)
    lower = None if is_plateau(w, value, s) else escape(f.look, w, s, g, np.random.default_rng(0))
    if lower is not None:
        return _Landing(lower[0], f"a {lower[0]} and no minimum", s.least, lower[1])
    found = _at_an_edge(f, way, s) or _far(f, way, s, start, settled=True)
    if found:
        return found
    why, below = doubt(f, w, value, g, s)
    if below is not None:
        return _Landing("undecided", "the value is lower near by", s.least, below)
    return _Landing("undecided" if why else "converged", why, s.least)


def _endless(f: Objective, w: Vector, directions: list[Vector], before: float) -> Fall:
    """The worst that happens along straight lines."""
    sparse = [np.where(np.abs(d) > 1e-6 * largest(d), d, 0.0) for d in directions]  # small parts add up far out
    found = {falling(f.look, w, d, before) for d in (*directions, *sparse)}
    return next((word for word in _WORST_FIRST if word in found), "")


def _bottomless(f: Objective, w: Vector, direction: Vector, way: Way) -> Fall:
    word = _endless(f, w, [direction], way.points[0].value)
    return word if word in _BOTTOMLESS else ""


def _far(f: Objective, way: Way, s: Spectrum, start: Vector, settled: bool) -> _Landing | None:
    """A small gradient far out on a slope that only gets flatter is no minimum."""
    w, before, (_, g) = way.w, way.points[0].value, f(way.w)
    flat = [s.direction, -s.direction] if s.is_flat else []
    word = _endless(f, w, [-g, w - start, *flat], before)
    if not word and (s.is_flat or not settled) and falling(f.look, start, w - start, before) == "unattained":
        word = "unattained"  # the value is that of the limit already, but for rounding
    if word == "lower":
        return _Landing("undecided", _WORDS[word], s.least) if settled else None
    return _Landing("unbounded" if word in _BOTTOMLESS else "unattained", _WORDS[word], s.least) if word else None


_WORST_FIRST: tuple[Fall, ...] = ("unbounded", "pole", "lower", "unattained")
_BOTTOMLESS = ("unbounded", "bottomless", "pole")
_WORDS: dict[Stop | Fall, str] = {"unbounded": "the value falls without end along a straight line",
          "bottomless": "the value falls below every number on the way",
          "pole": "the value falls below every number at a pole",
          "lower": "it is flat here, and the value is lower further on",
          "unattained": "along a straight line the value falls on towards a limit that it does not attain"}


def _at_an_edge(f: Objective, way: Way, s: Spectrum) -> _Landing | None:
    """Where a gradient is small only because the chart is flat, the point is at the edge of the declared structure; so
    it is where an invertible matrix tends to a singular one."""
    w, steepest, starts = way.w, way.steepest, f.unpack(way.start)
    for x, value in f.unpack(w).items():
        if edge := vanishes(x.data.props, value, starts[x]):
            return _Landing("boundary", f"{x.data.name} tends to {edge}", s.least)
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


def _steepest(f: Objective, way: Way, limit: int, rate: float | None) -> str:
    """w ← w − η ∇f(w). Without a rate η is halved until the value falls enough (Armijo), and doubled after success."""
    eta, steepest = rate or 1.0, largest(f(way.w)[1])
    for _ in range(limit):
        w = way.w
        value, g = f(w)
        steepest = max(steepest, largest(g))
        if largest(g) <= TOLERANCE / 10 * steepest:
            return ""
        following = w - eta * g
        while rate is None and not _falls(f, following, value - 1e-4 * eta * norm(g) ** 2):
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
        unit = largest(g) or 1.0

        def scaled(w: Vector) -> tuple[float, Vector]:
            value, slope = f(w)
            return (value - offset) / unit, slope / unit

        more: dict[str, Any] = {"hessp": lambda w, v: f.product(w, v) / unit} if name == "trust-ncg" else {}
        with silence():
            found = minimize(scaled, way.w, jac=True, method=name, callback=way.step,
                             options={"maxiter": limit, **options}, **more)
        return "" if found.success else LIMIT if found.nit >= limit else STUCK

    return run


RUNS: dict[Method, Callable[..., str]] = {
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
