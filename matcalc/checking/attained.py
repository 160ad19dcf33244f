"""Whether conditions can hold at all: what is nowhere defined has no derivative, however short its formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from matcalc.calculus.regularity import Condition
from matcalc.core.expr import Expr, postorder, variables
from matcalc.limits import too_large
from matcalc.numeric.draws import Array, draw, modes
from matcalc.numeric.evaluate import silence, walk
from matcalc.numeric.sizes import dims_of, shape_of, sizes_for

TRIES = 30
_ROUND_OFF = 1e-12  # relative to the largest number on the way: what is smaller is 0
_SINGULAR = 1e12


def never(found: Sequence[Condition], seed: int = 0) -> Condition | None:
    """A condition that holds at none of many random points; None where all hold somewhere, or nobody can tell."""
    return next((c for c in found if c.word in _HOLDS and not _somewhere(c, seed)), None)


def _somewhere(c: Condition, seed: int) -> bool:
    leaves, parts = variables(c.expr), postorder(c.expr)
    dims = dims_of(c.expr)
    for attempt, mode in enumerate(modes(TRIES)):
        sizes = sizes_for(dims, attempt // 2)
        if too_large([shape_of(e.shape, sizes) for e in parts]):
            return True
        values: dict[Expr, Any] = dict(draw(leaves, np.random.default_rng((seed, attempt)), sizes, mode, attempt))
        try:
            with silence():
                walk(parts, values, sizes)
        except np.linalg.LinAlgError:
            continue
        largest = max(float(np.max(np.abs(value), initial=0.0)) for value in values.values())
        if np.isfinite(largest) and _HOLDS[c.word](np.atleast_2d(values[c.expr]), _ROUND_OFF * largest):
            return True
    return False


_HOLDS: dict[str, Callable[[Array, float], bool]] = {
    "positive": lambda x, zero: bool(np.min(x) > zero),
    "nonnegative": lambda x, zero: bool(np.min(x) >= -zero),
    "nonzero": lambda x, zero: bool(np.min(np.abs(x)) > zero),
    "!= 0": lambda x, zero: bool(np.max(np.abs(x)) > zero),
    "invertible": lambda x, zero: bool(np.linalg.cond(x) < _SINGULAR),
}
