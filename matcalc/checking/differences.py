"""Central differences: their error falls as h² and then meets round-off, and Richardson's step removes the h² term.

φ is a curve, φ(h) = f(X + hV). The derivative at 0 is estimated without knowing what is claimed of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log10
from typing import Any

import numpy as np

from matcalc.numeric.draws import Array
from matcalc.records import NamedTuple

Curve = Callable[[float], Any]
STEP = 1e-3
FLAT = 1e-5  # a right derivative gets closer than this at some step
STEPS = tuple(10.0 ** (-k / 2) for k in range(2, 15))


def central(curve: Curve, h: float) -> Array:
    """The central difference with step `h`."""
    return np.asarray((curve(h) - curve(-h)) / (2 * h))


def richardson(curve: Curve, h: float = STEP) -> Array:
    """Two central differences combined, so that the error is of order h⁴."""
    return (4 * central(curve, h / 2) - central(curve, h)) / 3


def size(x: Any) -> float:
    """The Euclidean norm; what is not finite is infinitely large."""
    found = float(np.linalg.norm(np.ravel(x)))
    return found if np.isfinite(found) else float("inf")


class Sweep(NamedTuple):
    """Central differences over STEPS, the best extrapolated value, its step, and how far its neighbour is from it."""

    differences: tuple[Array, ...]
    value: Array
    step: float
    uncertainty: float


def sweep(curve: Curve) -> Sweep:
    """Extrapolate between neighbouring steps; the value that changes least from one pair to the next is the best."""
    differences = [central(curve, h) for h in STEPS]
    ratios = [(a / b) ** 2 for a, b in pairwise(STEPS)]
    values = [(r * b - a) / (r - 1) for r, (a, b) in zip(ratios, pairwise(differences), strict=True)]
    changes = [size(b - a) for a, b in pairwise(values)]
    best = int(np.argmin(changes))
    return Sweep(tuple(differences), values[best], STEPS[best + 1], changes[best])


def jump(curve: Curve, h: float) -> float:
    """How much the one-sided derivatives differ: of order h where φ is smooth, constant at a kink."""
    middle = curve(0.0)
    return size((curve(h) - middle) / h - (middle - curve(-h)) / h)


def slope(steps: Sequence[tuple[float, float]]) -> float | None:
    """The slope of error against step on a log-log plot before round-off; None where round-off is all there is."""
    usable = [(h, error) for h, error in steps if 0 < error < float("inf")]
    least = min((error for _, error in usable), default=0.0)
    if least > FLAT:
        falling = usable
    else:
        bottom = next((i for i, (_, error) in enumerate(usable) if error < 30 * least), 0)
        falling = usable[:bottom]
    if len(falling) < 3:
        return None
    local = [(log10(e1) - log10(e0)) / (log10(h1) - log10(h0)) for (h0, e0), (h1, e1) in pairwise(falling)]
    return round(float(np.median(local)), 2)
