"""Whether a condition can hold at all: what is nowhere defined has no derivative, however short its formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from matcalc.calculus.regularity import Condition
from matcalc.core.expr import givens, postorder
from matcalc.limits import too_large
from matcalc.numeric.draws import Array, draw
from matcalc.numeric.evaluate import program, silence
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import dims_of, footprint, shape_of, sizes_for

TRIES = 30
_ROUND_OFF = 1e-12  # relative to the largest number on the way: what is smaller is 0
_SINGULAR = 1e12


def never(found: Sequence[Condition]) -> Condition | None:
    """A condition that holds at none of many random points; None where all hold somewhere, or nobody can tell."""
    return next((c for c in found if c.word in _HOLDS and not _somewhere(c)), None)


def _somewhere(c: Condition) -> bool:
    leaves, parts = givens(c.expr), postorder(c.expr)
    dims, known = dims_of(c.expr), program(c.expr)
    for attempt, mode in enumerate(modes(TRIES)):
        sizes = sizes_for(dims, attempt // 2)
        if too_large([shape_of(footprint(e), sizes) for e in parts]):
            return True
        values = draw(leaves, np.random.default_rng((0, attempt)), sizes, mode, attempt)
        try:
            with silence():
                run = known.at(values, sizes)
        except np.linalg.LinAlgError:
            continue
        largest, found = run.largest, np.atleast_2d(run[c.expr])
        members = found.reshape(-1, *found.shape[-2:])
        if np.isfinite(largest) and any(_HOLDS[c.word](x, _ROUND_OFF * largest) for x in members):
            return True
    return False


_HOLDS: dict[str, Callable[[Array, float], bool]] = {
    "positive": lambda x, zero: bool(np.min(x) > zero),
    "nonnegative": lambda x, zero: bool(np.min(x) >= -zero),
    "nonzero": lambda x, zero: bool(np.min(np.abs(x)) > zero),
    "!= 0": lambda x, zero: bool(np.max(np.abs(x)) > zero),
    "invertible": lambda x, zero: bool(np.linalg.cond(x) < _SINGULAR),
}
