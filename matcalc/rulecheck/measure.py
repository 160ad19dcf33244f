"""How two numbers are compared, and how a claimed derivative is compared with differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from matcalc.algebra import tangent
from matcalc.checking.differences import richardson, size
from matcalc.expr import Expr
from matcalc.numeric.draws import Rng
from matcalc.rulecheck.block import POINTS, Block, Curve
from matcalc.rulecheck.report import Check

EXACT = 1e-10
DIFFERENCES = 1e-6
SMALLEST = 1e-3  # below this size an error counts absolutely
_STEPS = (2e-3, 1e-3)
_UNSETTLED = "the differences do not settle: a kink or a singular point in the domain"

Trial = Callable[[Rng, int], tuple[Curve, Callable[[], Any]]]


def relative(a: Any, b: Any) -> float:
    """‖a − b‖ relative to the larger one; infinite where shapes differ or a number is missing."""
    if np.shape(a) != np.shape(b):
        return float("inf")
    return finite(size(np.asarray(a) - np.asarray(b)) / max(size(a), size(b), SMALLEST))


def finite(error: float) -> float:
    return error if error == error else float("inf")


def judged(name: str, errors: Iterable[float], tolerance: float = EXACT) -> Check:
    worst = max(errors, default=0.0)
    return Check(name, worst <= tolerance, f"relative error {worst:.1e}")


def differences_agree(name: str, block: Block, trial: Trial) -> Check:
    """A trial gives a curve and its claimed slope at 0; where the differences do not settle another point is taken."""
    rng = block.rng()
    errors: list[float] = []
    for choice in range(3 * POINTS):
        curve, claimed = trial(rng, choice)
        measured, finer = (richardson(curve, h) for h in _STEPS)
        if relative(measured, finer) < DIFFERENCES:
            errors.append(relative(np.asarray(claimed()), measured))
        if len(errors) == POINTS:
            return judged(name, errors, DIFFERENCES)
    return Check(name, False, _UNSETTLED)


def tangent_leaf(leaf: Expr, index: int = 0) -> Expr:
    return tangent(leaf.data.name, leaf.shape, index)
