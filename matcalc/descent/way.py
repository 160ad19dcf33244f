"""The steps of a descent so far, and the point reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matcalc.descent.objective import Objective, Vector
from matcalc.numeric.evaluate import silence


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the way."""

    step: int
    value: float
    gradient: float


Watch = Callable[[Point], None]


class Way:
    """The steps so far, the point reached, and the largest gradient met."""

    def __init__(self, f: Objective, start: Vector, watch: Watch | None) -> None:
        value, g = f(start)
        self.f, self.watch, self.start, self.w = f, watch, start.copy(), start.copy()
        self.points = [Point(0, value, norm(g))]
        self.steepest = largest(g)

    def step(self, w: Vector) -> None:
        value, g = self.f(w)
        self.w = w.copy()
        self.steepest = max(self.steepest, largest(g))
        self.points.append(Point(len(self.points), value, norm(g)))
        if self.watch:
            self.watch(self.points[-1])

    @property
    def taken(self) -> int:
        return len(self.points) - 1

    @property
    def fallen(self) -> float:
        return max(0.0, self.points[0].value - self.points[-1].value)


def norm(g: Vector) -> float:
    with silence():
        return float(np.linalg.norm(g))


def largest(g: Vector) -> float:
    return float(np.abs(g).max(initial=0.0))
