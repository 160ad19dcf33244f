"""What a point is, from a few Hessian products and a few values: minimum, saddle, maximum, or the slope of a function
that falls without end.

The eigenvalues come from the whole Hessian, for thousands of parameters from Lanczos iterations with full
reorthogonalisation (Golub & Van Loan 2013, ch. 10) and a bound on what they may have missed. A direction counts as
downhill only where the value falls along it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Value = Callable[[Vector], float]
Unstable = Literal["saddle", "maximum"]
Fall = Literal["", "unbounded", "pole", "unattained", "lower"]
DENSE = 1000  # parameters up to which the whole Hessian is formed
MOST = 300  # Hessian products of Lanczos iterations
_NEGATIVE, _FLAT = 1e-6, 1e-4  # relative to the largest eigenvalue
_ROUNDING = 1e-12
_UNLIKELY = 1e-9  # the chance that a Lanczos bound does not hold
_DECADES = range(-2, 40)
_FAR = 1e250  # beyond it there is no room to look further
_NEAR, _HALVINGS, _APART = 1e-6, 100, 1e-13
_STEADY = 0.5  # a fall from decade to decade that does not shrink to less


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Eigenvalues of the Hessian from below with their vectors: all of them, or Ritz values, below whose least an
    eigenvalue may lie by `doubt`."""

    values: Vector
    vectors: Matrix
    doubt: float = 0.0

    @property
    def least(self) -> float:
        """The least eigenvalue known."""
        return float(self.values[0])

    @property
    def largest(self) -> float:
        """The largest eigenvalue known."""
        return float(self.values[-1])

    @property
    def direction(self) -> Vector:
        """Where the curvature is least."""
        return np.asarray(self.vectors[:, 0])

    @property
    def size(self) -> float:
        """The largest absolute value of an eigenvalue."""
        return max(abs(self.least), abs(self.largest))

    @property
    def is_negative(self) -> bool:
        """Whether some curvature is negative beyond rounding."""
        return self.least < -_NEGATIVE * self.size

    @property
    def is_flat(self) -> bool:
        """Whether some direction has hardly any curvature."""
        return self.least <= _FLAT * self.size

    @property
    def kind(self) -> Unstable:
        """Of a stationary point that is no minimum."""
        return "maximum" if self.largest <= _NEGATIVE * self.size else "saddle"


def spectrum(product: Callable[[Vector], Vector], n: int, rng: np.random.Generator) -> Spectrum:
    """The spectrum of a symmetric operator on vectors of length `n`, its ends where it is large."""
    basis, images = _whole(product, n) if n <= DENSE else _lanczos(product, n, rng)
    if not np.isfinite(images).all():
        return Spectrum(np.full(1, np.nan), np.zeros((n, 1)))
    small = images.T @ basis
    values, vectors = np.linalg.eigh((small + small.T) / 2)
    doubt = _doubt(n, len(values)) * float(values[-1] - values[0]) if len(values) == MOST else 0.0
    return Spectrum(values, basis @ vectors, doubt if n > DENSE else 0.0)


def _whole(product: Callable[[Vector], Vector], n: int) -> tuple[Matrix, Matrix]:
    return np.eye(n), np.array([product(q) for q in np.eye(n)]).reshape(n, n).T


def _doubt(n: int, steps: int) -> float:
    """How far below the least Ritz value an eigenvalue may lie, relative to the spread, but for an unlikely start
    (Kuczyński & Woźniakowski 1992)."""
    return float((np.log(1.648 * np.sqrt(n) / _UNLIKELY) / (2 * steps - 1)) ** 2)


def _lanczos(product: Callable[[Vector], Vector], n: int, rng: np.random.Generator) -> tuple[Matrix, Matrix]:
    """An orthonormal basis of a Krylov space, with its images; it is smaller than MOST where it is invariant."""
    basis, images = np.zeros((n, MOST)), np.zeros((n, MOST))
    q, scale = rng.standard_normal(n), 0.0
    for k in range(MOST):
        for _ in range(2):  # twice is enough
            q = q - basis[:, :k] @ (basis[:, :k].T @ q)
        length = float(np.linalg.norm(q))
        if not length > 1e-12 * scale:
            return basis[:, :k], images[:, :k]
        basis[:, k] = q / length
        q = images[:, k] = product(basis[:, k])
        scale = max(scale, float(np.linalg.norm(q)))
    return basis, images


def escape(value: Value, w: Vector, s: Spectrum, gradient: Vector,
           rng: np.random.Generator) -> tuple[Unstable, Vector] | None:
    """What kind of point `w` is, with a lower point beside it; None where none was found."""
    noise = rounding(value, w)
    if s.is_negative:
        for length in 10.0 ** -np.arange(7) * _reach(w):
            lower = _lower_side(value, w, length * s.direction, noise + 0.1 * abs(s.least) * length * length)
            if lower is not None:
                return s.kind, lower
    if not s.is_flat:
        return None
    return _degenerate(value, w, [s.direction, *_random(len(w), rng)], gradient, noise)


def rounding(value: Value, w: Vector) -> float:
    """How much of the value is rounding: what its last digits do where those of `w` move."""
    here, rng = value(w), np.random.default_rng(0)
    moved = [value(w * (1 + 4e-16 * rng.standard_normal(len(w)))) - here for _ in range(4)]
    return _ROUNDING * abs(here) + 10 * max(abs(m) if np.isfinite(m) else 0.0 for m in moved)


def _degenerate(value: Value, w: Vector, directions: list[Vector], gradient: Vector,
                noise: float) -> tuple[Unstable, Vector] | None:
    """The same where the Hessian does not tell: the value falls by more than the gradient explains."""
    length = 1e-2 * _reach(w)
    for d in directions:
        enough = noise + 10 * abs(float(gradient @ d)) * length
        sides = [_lower_side(value, w, step, enough, both=False) for step in (length * d, -length * d)]
        lower = [side for side in sides if side is not None]
        if lower:
            return "maximum" if len(lower) == 2 and len(w) == 1 else "saddle", lower[0]
    return None


def _lower_side(value: Value, w: Vector, step: Vector, enough: float, both: bool = True) -> Vector | None:
    """The lower of w + step and w − step, if it is lower than `w` by more than `enough` and rounding."""
    here = value(w)
    found = [(value(side), side) for side in ((w + step, w - step) if both else (w + step,))]
    low, side = min(found, key=lambda pair: pair[0] if np.isfinite(pair[0]) else np.inf)
    return side if np.isfinite(low) and here - low > enough else None


def _random(n: int, rng: np.random.Generator) -> Iterator[Vector]:
    for _ in range(min(n, 4) if n > 1 else 0):
        d = rng.standard_normal(n)
        yield d / np.linalg.norm(d)


def _reach(w: Vector) -> float:
    return max(1.0, float(np.abs(w).max(initial=0.0)))


def falling(value: Value, w: Vector, direction: Vector, before: float) -> Fall:
    """What happens along a straight line: “unbounded” where the value falls ever on, decade by decade, “pole” where it
    falls below every number at a point, “unattained” where it falls towards a limit, “lower” where it falls to a value
    that it keeps, “” where it rises."""
    with np.errstate(all="ignore"):
        length = float(np.linalg.norm(direction))
    if not length or not np.isfinite(length) or _reach(w) > _FAR:
        return ""
    along = _reach(w) / length * direction
    values = [value(w)]
    for k in _DECADES:
        now = value(w + 10.0**k * along)
        if now == -np.inf and len(values) > 1:
            return "unbounded" if value(w + (1 - 1e-3) * 10.0**k * along) < -_FAR else "pole"
        if not np.isfinite(now) or now > values[-1]:
            return ""
        values.append(now)
    falls = -np.diff(values)
    if values[0] - values[-1] <= _ROUNDING * abs(values[0]) + 1e-9 * abs(before - values[0]):
        return ""
    if falls[-1] > 0 and min(falls[-3:]) >= _STEADY * falls[-4]:
        return "unbounded"
    return "lower" if _arrives(lambda t: value(w + t * along), values[-1]) else "unattained"


def _arrives(value: Callable[[float], float], limit: float) -> bool:
    """Whether a limit is reached at a corner or a jump, and not by rounding: then the value is still well apart from
    it a little before."""
    low, high = _NEAR, 10.0 ** (_DECADES[-1] - 1)
    if value(high) != limit:
        return False
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if value(middle) == limit else (middle, high)
    return value(0.9 * high) - limit > _APART * (value(0.0) - limit)
