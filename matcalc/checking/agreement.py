"""Do two ways to write formulas give the same numbers? Values at random points, of what is given by families.

Sums in index notation are computed as they were typed, their matrix form with matrices that hold the families; so a
wrong step from the one to the other is seen, whatever it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from matcalc.checking.stated import Trials
from matcalc.checking.verdicts import Check, Verification, verdict
from matcalc.core.expr import Expr
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import as_result
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for

TOLERANCE = 1e-8
_TRIES = 20
Sides = Callable[[Mapping[Expr, Any], Sizes], Iterable[tuple[Any, Any]]]


def agreement(leaves: Sequence[Expr], roots: Sequence[Expr], sides: Sides, how: Trials) -> Verification:
    """Compare what `sides` makes of values of `leaves` in some sizes, pair by pair, where all of it is finite."""
    dims = dims_of(*leaves, *roots)
    checks: list[Check] = []
    for trial in range(how.number):
        for attempt, mode in enumerate(modes(_TRIES)):
            sizes = sizes_for(dims, trial + attempt // 2, how.sizes)
            rng = np.random.default_rng(((how.seed + trial) % (1 << 63), attempt))
            drawn = draw(leaves, rng, sizes, mode, None if attempt else trial)
            values = {leaf: as_result(value, leaf.shape) for leaf, value in drawn.items()}
            try:
                pairs = list(sides(values, sizes))
            except MatcalcError:
                continue
            if all(np.all(np.isfinite(side)) for pair in pairs for side in pair):
                checks.append(Check(how.seed + trial, sizes, max(_off(*pair) for pair in pairs)))
                break
    return verdict(checks, tolerance=TOLERANCE, trials=how.number, seed=how.seed, method="values of both forms",
                   reason="no point was found at which both forms have a value")


def _off(a: Any, b: Any) -> float:
    """How far apart two arrays are, relative to their size; an axis of length 1 may be one of a number."""
    a, b = np.squeeze(a), np.squeeze(b)
    if np.shape(a) != np.shape(b):
        return float("inf")
    return float(np.max(np.abs(np.subtract(a, b)), initial=0.0) / (1 + np.max(np.abs(b), initial=0.0)))
