"""The V-curve: the error of a finite difference over its step h, forward and central, on a log-log scale.

From the right the error falls as h (forward) or h² (central), the truncation; from the left it falls as ε/h, the
round-off. The two meet near √ε for forward and near ∛ε for central differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcalc.checking.claims import Claim, Point, vec
from matcalc.checking.differences import Array, Curve, central, size, slope
from matcalc.numeric.draws import draw, modes
from matcalc.numeric.evaluate import silence
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for

STEPS = tuple(10.0 ** (-k / 4) for k in range(61))
OPTIMA = {"forward": float(np.finfo(float).eps ** (1 / 2)), "central": float(np.finfo(float).eps ** (1 / 3))}
_DIRECTIONS = 9
_TRIES = 30
_LARGEST = 1e4
_FLOOR = 1e-17


@dataclass(frozen=True, slots=True)
class Branch:
    """One kind of difference: its errors over STEPS, the slope of the truncation, the best step and its error."""

    name: str
    errors: tuple[float, ...]
    slope: float | None
    best: float
    least: float
    optimum: float


def v_curve(claim: Claim, seed: int = 0, sizes: Sizes | None = None) -> tuple[Branch, ...]:
    """The forward and the central branch, each error the median over several points and directions; () without any."""
    tables = [table for k in range(_DIRECTIONS) if (table := _measured(claim, seed + k, sizes)) is not None]
    if not tables:
        return ()
    medians = np.nanmedian(np.array(tables), axis=0)
    return tuple(_branch(name, [float(e) for e in row]) for name, row in zip(OPTIMA, medians, strict=True))


def _branch(name: str, errors: list[float]) -> Branch:
    measured = list(zip(STEPS, errors, strict=True))
    usable = [(e, h) for h, e in measured if e > 0]
    least, best = min(usable, default=(0.0, 0.0))
    return Branch(name, tuple(max(e, _FLOOR) for e in errors), slope(measured), best, least, OPTIMA[name])


def _measured(claim: Claim, seed: int, sizes: Sizes | None) -> list[list[float]] | None:
    """Errors at one random point along one direction, relative to the derivative."""
    dims = dims_of(claim.f, claim.derivative, *claim.moved)
    for attempt, mode in enumerate(modes(_TRIES)):
        rng = np.random.default_rng((seed % (1 << 63), 11, attempt))
        try:
            with silence():
                point = _point(claim, sizes_for(dims, attempt, sizes), mode, rng)
                if not all(np.all(np.abs(value) < _LARGEST) for value in point.values.values()):
                    continue
                direction = claim.direction(point.values, point.sizes, rng)
                said = claim.applied(point, direction)
                return _errors(claim.curve(point, direction), vec(said))
        except np.linalg.LinAlgError:
            continue
    return None


def _point(claim: Claim, sizes: Sizes, mode: str, rng: np.random.Generator) -> Point:
    return claim.point(draw(claim.leaves, rng, sizes, mode), sizes, rng)


def _errors(curve: Curve, said: Array) -> list[list[float]]:
    middle, scale = curve(0.0), max(size(said), _FLOOR)
    forward = [size(vec((curve(h) - middle) / h) - said) / scale for h in STEPS]
    return [forward, [size(vec(central(curve, h)) - said) / scale for h in STEPS]]
