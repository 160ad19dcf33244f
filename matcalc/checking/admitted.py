"""Whether a random point lies where the functions of a formula are stated to hold.

Most functions have no value elsewhere, which shows in the numbers: log(−1). Some are computed without asking: the
weights of a tail are numbers for every fraction, and mean something between 0 and 1 only. Such a point proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from matcalc.algebra.demands import demands
from matcalc.core.expr import CALL, Expr, postorder
from matcalc.numeric.evaluate import run
from matcalc.numeric.sizes import Sizes

_MEANS: dict[str, Callable[[Any], Any]] = {
    "positive": lambda x: x > 0,
    "nonnegative": lambda x: x >= 0,
    "between 0 and 1": lambda x: (x >= 0) & (x <= 1),
    "between -1 and 1": lambda x: (x >= -1) & (x <= 1),
}


def is_admitted(f: Expr, values: Mapping[Expr, Any], sizes: Sizes) -> bool:
    """Whether all that the functions in `f` demand of the signs and sizes of entries is true at a point."""
    asked = [demand for e in postorder(f) if e.kind is CALL for demand in demands(e) if demand.word in _MEANS]
    return all(np.all(_MEANS[demand.word](run(demand.expr, values, sizes))) for demand in asked)
