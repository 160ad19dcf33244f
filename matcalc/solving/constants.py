"""What is certain of conditions on constants.

I − 𝟏𝟏'/n, which centres, and I + K, which adds the transpose, are singular in every size: what is inverted there is so
whatever the data are.
"""

from __future__ import annotations

from functools import partial

from matcalc.calculus.regularity import Condition
from matcalc.core.expr import VAR, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.limits import LimitError
from matcalc.numeric.sizes import affordable_sizes, dims_of

_CHOICES = 3  # of sizes


def is_constant(c: Condition) -> bool:
    """Whether nothing but sizes stands in a condition."""
    return all(e.kind is not VAR and not e.varies for part in (c.expr, c.partner) if part for e in postorder(part))


def holds_nowhere(c: Condition) -> bool:
    """Whether a condition on constants fails in all sizes tried; without NumPy, in a browser, nothing is known."""
    try:
        import numpy as np
    except ModuleNotFoundError:
        return False

    from matcalc.numeric.evaluate import run, silence
    from matcalc.solving.met import holds

    parts = [part for part in (c.expr, c.partner) if part is not None]
    dims = dims_of(*parts)
    for choice in range(_CHOICES):
        sizes, trouble = affordable_sizes(dims, [part.shape for part in parts], choice)
        try:
            with silence():
                if trouble or holds(c, partial(run, arrays={}, sizes=sizes)):
                    return False
        except LimitError:
            raise
        except (MatcalcError, np.linalg.LinAlgError):
            return False  # nothing is known
    return True
