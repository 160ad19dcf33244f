"""Whether a condition holds at given values, and what is certain of conditions on constants.

I − 𝟏𝟏'/n, which centres, and I + K, which adds the transpose, are singular in every size: what is inverted there is so
whatever the data are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from matcalc.calculus.regularity import Condition
from matcalc.core.expr import VAR, Expr, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.limits import LimitError
from matcalc.numeric.evaluate import run, silence
from matcalc.numeric.sizes import affordable_sizes, dims_of
from matcalc.solving.nature import COLUMN_RANK, POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE, ROW_RANK

_CLEAR, _CONDITION = 1e-2, 1e4  # how well a condition has to hold at data that are tried
_CHOICES = 3  # of sizes


def is_constant(c: Condition) -> bool:
    """Whether nothing but sizes stands in a condition."""
    return all(e.kind is not VAR and not e.varies for part in (c.expr, c.partner) if part for e in postorder(part))


def holds_nowhere(c: Condition) -> bool:
    """Whether a condition on constants fails in all sizes that are tried."""
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


def holds(c: Condition, value: Callable[[Expr], Any]) -> bool:
    """Whether a condition holds well, of what has a `value`: what is inverted is far from singular."""
    x = np.atleast_2d(value(c.expr))
    if not np.all(np.isfinite(x)):
        return False
    if c.word == "without common eigenvalue" and c.partner is not None:
        other = np.linalg.eigvals(np.atleast_2d(value(c.partner)))
        return bool(np.abs(np.subtract.outer(np.linalg.eigvals(x), other)).min() > _CLEAR)
    if c.word in (COLUMN_RANK, ROW_RANK):
        rows, columns = x.shape if c.word == COLUMN_RANK else x.shape[::-1]
        return rows >= columns and bool(np.linalg.cond(x) < _CONDITION)
    if c.word == "invertible":
        return bool(np.linalg.cond(x) < _CONDITION)
    if c.word in (POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE):
        return bool(np.linalg.eigvalsh(x).min() > _CLEAR)
    if c.word in ("positive", "nonnegative"):
        return bool(x.min() > _CLEAR)
    if c.word == "nonzero":
        return bool(np.abs(x).min() > _CLEAR)
    return bool(np.linalg.norm(x) > _CLEAR)
