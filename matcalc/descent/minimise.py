"""From a formula to fitted parameters: the way down, by SciPy's optimisers or by plain steepest descent.

Steepest descent is the update w ← w − η ∇f(w), with η given or found by halving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcalc.descent.objective import DivergedError, Objective, Vector
from matcalc.diagnostics import fail
from matcalc.tracing.values import Array

Watch = Callable[["Point"], None]
METHODS = ("lbfgs", "newton", "gd")
TOLERANCE = 1e-6
LIMIT = "the limit of steps is reached"


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the way."""

    step: int
    value: float
    gradient: float


@dataclass(frozen=True, slots=True)
class Descent:
    """How it ended: `status` is converged, limit or diverged. `evaluations` counts values with their gradient."""

    method: str
    status: str
    value: float
    gradient: float
    evaluations: int
    products: int
    way: list[Point]
    parameters: dict[str, Array]
    message: str = ""


def descend(f: Objective, start: Vector, method: str = "lbfgs", limit: int = 200, rate: float | None = None,
            watch: Watch | None = None) -> Descent:
    """Minimise from `start` in at most `limit` steps; `watch` sees every step. Raises InputError at a bad start."""
    try:
        value, g = f(start)
    except DivergedError:
        raise fail("M1008", "the function has no finite value at the start; choose another with --start",
                   f.gradients[0].problem.source) from None
    way = [Point(0, value, _norm(g))]
    found = start.copy()

    def step(w: Vector) -> None:
        nonlocal found
        found = w.copy()
        now, slope = f(w)
        way.append(Point(len(way), now, _norm(slope)))
        if watch:
            watch(way[-1])

    try:
        message = _RUNS[method](f, start, limit, rate, step)
        status = "converged" if way[-1].gradient <= _small(way[-1].value) or not message else "limit"
    except DivergedError:
        status, message = "diverged", f"the value left all bounds after step {way[-1].step}"
    return Descent(method, status, way[-1].value, way[-1].gradient, f.evaluations, f.products, way,
                   {x.data.name: _as_given(v) for x, v in f.unpack(found).items()}, message)


def _norm(g: Vector) -> float:
    return float(np.linalg.norm(g))


def _small(value: float) -> float:
    return TOLERANCE * max(1.0, abs(value))


def _as_given(value: Any) -> Array:
    """A number, a vector or a matrix as users have them."""
    array = np.asarray(value)
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def _steepest(f: Objective, w: Vector, limit: int, rate: float | None, step: Callable[[Vector], None]) -> str:
    """w ← w − η ∇f(w). Without a rate η is halved until the value falls enough (Armijo), and doubled after success."""
    eta = rate or 1.0
    for _ in range(limit):
        value, g = f(w)
        if _norm(g) <= _small(value):
            return ""
        following = w - eta * g
        while rate is None and not _falls(f, following, value - 1e-4 * eta * float(g @ g)):
            eta /= 2
            if eta < 1e-18:
                return "no step makes the value smaller"
            following = w - eta * g
        w, eta = following, eta if rate else 2 * eta
        step(w)
    return LIMIT


def _falls(f: Objective, w: Vector, bound: float) -> bool:
    try:
        return f(w)[0] <= bound
    except DivergedError:
        return False


def _scipy(name: str, **options: Any) -> Callable[..., str]:
    def run(f: Objective, w: Vector, limit: int, _rate: float | None, step: Callable[[Vector], None]) -> str:
        from scipy import optimize

        minimize: Any = optimize.minimize  # its stubs know no callable object
        more: dict[str, Any] = {"hessp": f.product} if name == "trust-ncg" else {}
        found = minimize(f, w, jac=True, method=name, callback=step, options={"maxiter": limit, **options}, **more)
        return "" if found.success else LIMIT if found.nit >= limit else str(found.message).capitalize()

    return run


_RUNS: dict[str, Callable[..., str]] = {
    "gd": _steepest,
    "lbfgs": _scipy("L-BFGS-B", maxfun=10**6, gtol=1e-7, ftol=1e-12),
    "newton": _scipy("trust-ncg", gtol=1e-6),
}


def by_differences(f: Objective, start: Vector, limit: int = 200) -> tuple[float, int]:
    """What SciPy reaches from the same start when it takes finite differences itself: value and evaluations."""
    from scipy.optimize import minimize

    f.evaluations = 0
    found = minimize(f.value, start, method="L-BFGS-B",
                     options={"maxiter": limit, "maxfun": 10**7, "gtol": 1e-7, "ftol": 1e-12})
    return float(found.fun), f.evaluations
