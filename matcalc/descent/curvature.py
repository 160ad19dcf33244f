"""What a point is, from a few Hessian products and a few values: minimum, saddle, maximum, or the slope of a function
that falls without end.

The extreme eigenvalues come from the whole Hessian where it is small, else from Lanczos iterations with full
reorthogonalisation (Golub & Van Loan 2013, ch. 10). A direction counts as downhill only where the value falls along it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Value = Callable[[Vector], float]
MOST = 40  # Hessian products
_NEGATIVE, _FLAT = 1e-6, 1e-4  # relative to the largest eigenvalue
_ROUNDING = 1e-12
_DECADES = range(-2, 40)
_FAR = 1e250  # beyond it there is no room to look further
_STEADY = 0.5  # a fall from decade to decade that does not shrink to less


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The extreme eigenvalues of the Hessian as far as they were found, and a direction of the least."""

    least: float
    largest: float
    direction: Vector

    @property
    def size(self) -> float:
        return max(abs(self.least), abs(self.largest))

    @property
    def is_negative(self) -> bool:
        return self.least < -_NEGATIVE * self.size

    @property
    def is_flat(self) -> bool:
        return self.least <= _FLAT * self.size

    @property
    def kind(self) -> str:
        """Of a stationary point that is no minimum."""
        return "maximum" if self.largest <= _NEGATIVE * self.size else "saddle"


def spectrum(product: Callable[[Vector], Vector], n: int, rng: np.random.Generator) -> Spectrum:
    """The ends of the spectrum of a symmetric operator on vectors of length `n`."""
    basis = np.eye(n) if n <= MOST else _lanczos(product, n, rng)
    images = np.array([product(q) for q in basis.T]).T
    small = basis.T @ images
    values, vectors = np.linalg.eigh((small + small.T) / 2)
    return Spectrum(float(values[0]), float(values[-1]), basis @ vectors[:, 0])


def _lanczos(product: Callable[[Vector], Vector], n: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """An orthonormal basis of a Krylov space, half of the products being left for the projection."""
    found: list[Vector] = []
    q = rng.standard_normal(n)
    for _ in range(MOST // 2):
        for p in (*found, *found):  # twice is enough
            q = q - p * (p @ q)
        length = float(np.linalg.norm(q))
        if length < 1e-10:
            break
        found.append(q / length)
        q = product(found[-1])
    return np.array(found).T


def escape(value: Value, w: Vector, s: Spectrum, gradient: Vector, rng: np.random.Generator,
           before: float) -> tuple[str, Vector] | None:
    """What kind of point `w` is, with a lower point beside it; None at a minimum."""
    if s.is_negative:
        for length in 10.0 ** -np.arange(7) * _reach(w):
            lower = _lower_side(value, w, length * s.direction, 0.1 * abs(s.least) * length**2, before)
            if lower is not None:
                return s.kind, lower
    if not s.is_flat:
        return None
    return _degenerate(value, w, [s.direction, *_random(len(w), rng)], gradient, before)


def _degenerate(value: Value, w: Vector, directions: list[Vector], gradient: Vector,
                before: float) -> tuple[str, Vector] | None:
    """The same where the Hessian does not tell: the value falls by more than the gradient explains."""
    length = 1e-2 * _reach(w)
    for d in directions:
        enough = 10 * abs(float(gradient @ d)) * length
        sides = [_lower_side(value, w, step, enough, before, both=False) for step in (length * d, -length * d)]
        lower = [side for side in sides if side is not None]
        if lower:
            return "maximum" if len(lower) == 2 and len(w) == 1 else "saddle", lower[0]
    return None


def _lower_side(value: Value, w: Vector, step: Vector, enough: float, before: float,
                both: bool = True) -> Vector | None:
    """The lower of w + step and w − step, if it is lower than `w` by more than `enough` and rounding."""
    here = value(w)
    found = [(value(side), side) for side in ((w + step, w - step) if both else (w + step,))]
    low, side = min(found, key=lambda pair: pair[0] if np.isfinite(pair[0]) else np.inf)
    return side if np.isfinite(low) and here - low > enough + _ROUNDING * max(abs(here), abs(before)) else None


def _random(n: int, rng: np.random.Generator) -> Iterator[Vector]:
    for _ in range(min(n, 4) if n > 1 else 0):
        d = rng.standard_normal(n)
        yield d / np.linalg.norm(d)


def _reach(w: Vector) -> float:
    return max(1.0, float(np.abs(w).max(initial=0.0)))


def falling(value: Value, w: Vector, direction: Vector, before: float) -> str:
    """What happens along a straight line: “unbounded” where the value falls ever on, decade by decade, “unattained”
    where it falls towards a limit, “” where it rises."""
    with np.errstate(all="ignore"):
        length = float(np.linalg.norm(direction))
    if not length or not np.isfinite(length) or _reach(w) > _FAR:
        return ""
    last = here = value(w)
    falls: list[float] = []
    for k in _DECADES:
        now = value(w + 10.0**k * (_reach(w) / length) * direction)
        if now == -np.inf:
            return "unbounded" if falls else ""
        if not np.isfinite(now) or now > last:
            return ""
        falls.append(last - now)
        last = now
    if here - last <= _ROUNDING * abs(here) + 1e-9 * abs(before - here):
        return ""
    return "unbounded" if falls[-1] > 0 and min(falls[-3:]) >= _STEADY * falls[-4] else "unattained"
