"""Whether a condition holds at given values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from matcalc.calculus.regularity import Condition
from matcalc.core.expr import Expr
from matcalc.solving.nature import COLUMN_RANK, POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE, ROW_RANK

_CLEAR, _CONDITION = 1e-2, 1e4  # how well a condition has to hold at data that are tried


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
