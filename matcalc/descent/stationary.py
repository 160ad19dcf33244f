"""Stationary points: Newton's last steps, whether they are the last, and what makes the point a minimum.

A point is settled where nothing near lowers the value. The test is made at the point itself, of the step that is still
to go and of what it would gain there; how steep the way was says nothing. Values are too coarse to see a gradient
vanish, so a step may also halve the gradient. A settled point is a minimum by curvature that is positive around it, by
a proof, or by a look along a valley. A proof is a quadratic form without negative eigenvalue, or a bound that the
formula cannot fall below and that is met. Where one direction has no curvature the value is followed along it, the
other directions being minimised: it has to rise, or to stay. With several such directions nothing is concluded from a
rise, and nothing from a function whose derivatives vanish by underflow.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from matcalc.algebra.facts import is_nonnegative, is_positive
from matcalc.core.expr import CALL, MATPOW, POW, Expr, postorder
from matcalc.core.parts import terms
from matcalc.descent.curvature import Spectrum, rounding
from matcalc.descent.objective import BottomlessError, DivergedError, Objective, Vector, Way, largest, norm
from matcalc.numeric.evaluate import silence
from matcalc.records import NamedTuple

FEW = 100  # parameters for which Newton's steps have the whole Hessian
STEPS = 60
STEP = 1e-6  # of the parameters: a step to go that does not count
_LONGEST = 1e-2  # of the parameters: longer steps count whatever they gain
_GAIN = 1e-12  # of the value: a gain that does not count
_CUT = 1e-12  # of the largest eigenvalue: what may be a zero
_HARDLY = 1e-6  # the same: a curvature that may be there unseen
_ROUNDING = 1e-14
_ZERO = 1e-9  # of parameters near zero
_STRIDES = (2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 32.0)  # where a minimum is flat, steps are short by its order
_HALVES = tuple(0.25**k for k in range(1, 12))
FLAT = "the function is flat here as far as numbers tell; whether it is a minimum is undecided"
DEGENERATE = "the curvature has a zero direction; whether it is a minimum is undecided"
MANY = "too many parameters to be sure that no curvature is negative"
_SURE = 1e-10  # of the largest eigenvalue
_UNBENT = 1e-7  # the same: a direction without curvature
_PLATEAU = 1e-13  # of the value: curvature that would change less
_MET = 1e-12
_NONE = 1e-14  # of the value at zero, where the terms of a form do not cancel
_SEEN = 1e-8  # a rise around that shows where a bound is met, and is no rounding
_LENGTHS = (1e-3, 1e-2, 1e-1)
_BACK = 10  # steps back into a valley


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
    for t in _STRIDES if norm(found[1]) > 0.3 * norm(g) else ():
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


def doubt(f: Objective, w: Vector, value: float, g: Vector, s: Spectrum) -> tuple[str, Vector | None]:
    """Why `w` may be no minimum, with a lower point if there is one; “” where it is one."""
    known = s.least - s.doubt >= -1e-13 * np.sqrt(len(w)) * s.size
    if is_quadratic(f) and (known or has_bound(f)):
        sure = s.doubt or s.least > _MET * s.size or (has_bound(f) and abs(value) <= _NONE * f.look(0 * w))
        return "", None if sure else _along_valleys(f, w, value, s)[1]
    if meets_bound(f, w, value, s) or _is_bent(f, w, g, s):
        return "", None
    if s.doubt:
        return MANY, None
    return _along_valleys(f, w, value, s)


def is_plateau(w: Vector, value: float, s: Spectrum) -> bool:
    """Whether the curvature is lost in the rounding of the value: it says nothing then."""
    return s.size * _reach(w) * _reach(w) <= _PLATEAU * abs(value)


def is_quadratic(f: Objective) -> bool:
    """Whether the second derivative is one and the same everywhere: no corner, no jump, no parameter in it."""
    if not all(chart.is_linear for chart in f.charts.values()):
        return False
    wrt = set(f.wrt)
    moving = _depending(f.f, wrt)
    return not any(e.kind is CALL for e in moving) and not any(_depending(e, wrt) for e in f.second)


def _depending(e: Expr, wrt: set[Expr]) -> set[Expr]:
    """The parts of `e` in which a parameter occurs."""
    found: set[Expr] = set()
    for part in postorder(e):
        if part in wrt or any(arg in found for arg in part.args):
            found.add(part)
    return found


def has_bound(f: Objective) -> bool:
    """Whether the value is certainly not below the sum of its constant terms; a quadratic form then bends upwards."""
    moving = _depending(f.f, set(f.wrt))
    return all(is_nonnegative(term) for term in terms(f.f) if term in moving)


def meets_bound(f: Objective, w: Vector, value: float, s: Spectrum) -> bool:
    """Whether the value is the sum of the constant terms, and all others are certainly nonnegative and may be 0."""
    summands, moving = terms(f.f), _depending(f.f, set(f.wrt))
    if not has_bound(f) or any(is_positive(term) for term in summands if term in moving):
        return False
    constants = [float(np.real(c)) for c in f.compute([term for term in summands if term not in moving], f.unpack(w))]
    above = value - sum(constants)
    along = _reach(w) * s.direction  # where the value varies least
    around = [f.look(w + sign * length * along) - value for length in _LENGTHS for sign in (1, -1)]
    scale = max([abs(x) for x in around if np.isfinite(x)], default=0.0)
    if scale <= _SEEN * max([1.0, *map(abs, constants)]) and not all(map(_is_exact, moving)):
        return False
    return above <= _MET * max([scale, *map(abs, constants)])


def _is_exact(e: Expr) -> bool:
    """Whether a zero of `e` is none by underflow or saturation, as those of exp(x), 1 − tanh(x) and 1/x² are."""
    if e.kind in (POW, MATPOW):
        power = e.data if e.kind is MATPOW else e.args[1].data
        return isinstance(power, int | Fraction) and power > 0
    return e.kind is not CALL or not (e.data.has("bounded") or e.data.has("positive"))


def _is_bent(f: Objective, w: Vector, g: Vector, s: Spectrum) -> bool:
    """Whether the least curvature is positive beyond rounding, and stays so around the point: where it halves within
    the step that is still to go, there may be no minimum at all."""
    if not s.least - s.doubt > _SURE * s.size:
        return False
    step = newton(s, g).step
    moves = [t * length * s.direction for length in (1e-6 * _reach(w), 2 * largest(step)) for t in (1, -1)]
    bent = [float(s.direction @ f.product(w + move, s.direction)) for move in moves]
    return all(np.isfinite(b) and b - s.doubt >= s.least / 2 for b in bent)


def _along_valleys(f: Objective, w: Vector, value: float, s: Spectrum) -> tuple[str, Vector | None]:
    zeros = max(1, int(np.sum(s.values <= _UNBENT * s.size)))
    noise = rounding(f.look, w)
    rises: list[float] = []
    for d in _combinations(s.vectors[:, :zeros]):
        for length in (sign * t * _reach(w) for t in _LENGTHS for sign in (1, -1)):
            p = _back(f, w + length * d, s, zeros)
            now = f.look(p)
            if now < value - noise:
                return "", p
            rises.append(now - value)
    if zeros == 1 and all(r > noise for r in rises[-2:]):
        return "", None
    stays = all(abs(r) <= noise for r in rises)
    flat = is_plateau(w, value, s) or any(not f.product(w, d).any() for d in s.vectors[:, :zeros].T)
    return (FLAT if flat else "") if stays else DEGENERATE, None


def _combinations(kernel: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Iterator[Vector]:
    yield from kernel.T[:8]
    rng = np.random.default_rng(0)
    for _ in range(8 if kernel.shape[1] > 1 else 0):
        d = kernel @ rng.standard_normal(kernel.shape[1])
        yield d / np.linalg.norm(d)


def _back(f: Objective, p: Vector, s: Spectrum, zeros: int) -> Vector:
    """From a point beside a valley down into it, across the directions without curvature."""
    across, values = s.vectors[:, zeros:], s.values[zeros:]
    for _ in range(_BACK if len(values) else 0):
        try:
            with silence():
                following = p - across @ ((across.T @ f(p)[1]) / values)
            if not f.look(following) < f.look(p):
                break
        except DivergedError:
            break
        p = following
    return p


def _reach(w: Vector) -> float:
    return max(1.0, largest(w))
