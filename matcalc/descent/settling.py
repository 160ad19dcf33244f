"""Newton's last steps, and whether they are the last: a point is settled where nothing near lowers the value.

The test is made at the point itself, of the step that is still to go and of what it would gain there; how steep the way
was says nothing. Values are too coarse to see a gradient vanish, so a step may also halve the gradient.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from matcalc.descent.curvature import Spectrum
from matcalc.descent.objective import BottomlessError, DivergedError, Objective, Vector
from matcalc.descent.way import Way, largest, norm
from matcalc.numeric.evaluate import silence

FEW = 100  # parameters for which Newton's steps have the whole Hessian
STEPS = 60
STEP = 1e-6  # of the parameters: a step to go that does not count
_LONGEST = 1e-2  # of the parameters: longer steps count whatever they gain
_GAIN = 1e-12  # of the value: a gain that does not count
_CUT = 1e-12  # of the largest eigenvalue: what may be a zero
_HARDLY = 1e-6  # the same: a curvature that may be there unseen
_ROUNDING = 1e-14
_ZERO = 1e-9  # of parameters near zero
_LENGTHS = (2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0)  # where a minimum is flat, steps are short by its order
_HALVES = tuple(0.25**k for k in range(1, 12))


class Newton(NamedTuple):
    """The step to a minimum of the quadratic model, what it gains there, and the gradient where the model is flat."""

    step: Vector
    gain: float
    rest: Vector


def newton(s: Spectrum, g: Vector) -> Newton:
    """The step in the space that the spectrum knows; negative curvature counts by its size."""
    parts = s.vectors.T @ g
    bent = np.abs(s.values) > _CUT * s.size
    sizes = np.where(bent, np.abs(s.values), 1.0)
    with silence():
        moves = np.where(bent, parts / sizes, 0.0)
        rest = g - s.vectors[:, bent] @ parts[bent]
        found = Newton(-s.vectors @ moves, float(moves @ parts) / 2, rest)
        return found if s.vectors.shape[1] == len(g) else _with_unknown(found, s)


def _with_unknown(found: Newton, s: Spectrum) -> Newton:
    """What the spectrum does not know is bent at least as its bound says, or hardly where there is no bound."""
    low = max(s.least - s.doubt, _HARDLY * s.size)
    if not low > 0:
        return found
    more = found.rest / low
    return Newton(found.step - more, found.gain + float(more @ found.rest) / 2, np.zeros_like(more))


def is_settled(w: Vector, value: float, fallen: float, g: Vector, s: Spectrum) -> bool:
    """Whether the gradient is zero but for rounding, or the step to go too short to count."""
    if not g.any():
        return True
    to_go = newton(s, g)
    far, step = largest(w), largest(to_go.step)
    reach = max(far, _ZERO)
    flat = max(_ROUNDING * s.size * far * reach, _GAIN * abs(value))
    if largest(to_go.rest) * reach > flat or step > _LONGEST * reach:
        return False
    if to_go.gain <= _GAIN * abs(value) or largest(g) <= _ROUNDING * s.size * far:
        return True
    return step <= STEP * far or (step <= STEP * reach and to_go.gain <= _GAIN * fallen)


def polish(f: Objective, way: Way, limit: int) -> None:
    """Newton steps as long as they lower the value, or halve the gradient where the value cannot tell."""
    for _ in range(min(STEPS, limit - way.taken)):
        value, g = f(way.w)
        if not g.any():
            return
        step = _step(f, way.w, g)
        with silence():
            rounding = STEP / 10 if abs(float(step @ g)) <= _GAIN * abs(value) else _ROUNDING
        if not np.isfinite(step).all() or largest(step) <= rounding * largest(way.w):
            return
        following = _better(f, way.w, value, g, step)
        if following is None:
            return
        way.step(following)


def _step(f: Objective, w: Vector, g: Vector) -> Vector:
    if len(w) <= FEW:
        s = f.spectrum(w)
        found = newton(s, g) if np.isfinite(s.size) else Newton(np.full_like(w, np.nan), 0.0, g)
        return found.step
    from scipy.sparse.linalg import LinearOperator, cg

    hessian: Any = LinearOperator((len(w), len(w)), matvec=partial(f.product, w), dtype=np.dtype(float))
    with silence():
        return np.asarray(cg(hessian, -g, maxiter=40)[0])


def _better(f: Objective, w: Vector, value: float, g: Vector, step: Vector) -> Vector | None:
    """The best point along the step: longer where the gradient hardly fell, shorter where the value did not."""
    found = _at(f, w + step)
    if found is None or not _is_better(found, value, g):
        shorter = (w + t * step for t in _HALVES)
        return next((v for v in shorter if (at := _at(f, v)) and at[0] < value - _GAIN * abs(value)), None)
    best, length = found, 1.0
    for t in _LENGTHS if norm(found[1]) > 0.3 * norm(g) else ():
        further = _at(f, w + t * step)
        if further is None or not further[0] < best[0]:
            break
        best, length = further, t
    return w + length * step


def _is_better(found: tuple[float, Vector], value: float, g: Vector) -> bool:
    lower = found[0] < value - _GAIN * abs(value)
    return lower or (found[0] <= value + 1e-13 * abs(value) and norm(found[1]) < norm(g) / 2)


def _at(f: Objective, w: Vector) -> tuple[float, Vector] | None:
    try:
        return f(w)
    except (DivergedError, BottomlessError):
        return None
