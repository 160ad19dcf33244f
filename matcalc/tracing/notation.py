"""How the names, formulas and values of a trace look: v̄₂→₅ = v̄₅ cos(v₂) = −0.284, [1, 2; 3, 4], 3×2."""

from __future__ import annotations

from typing import Any

import numpy as np

from matcalc.algebra.indexed import at
from matcalc.core.expr import VAR, Expr
from matcalc.core.indices import Index, Ref
from matcalc.numeric.draws import table
from matcalc.printers import inline
from matcalc.printers.dialects import dialect_named

WIDEST = 34


def said(e: Expr, dialect: str) -> str:
    """A formula of a trace, whose tangents and adjoints have a dot or a bar above a letter; a family by its member."""
    e = at(e, *map(Ref, places(e))) if e.kind is VAR and e.data.axes and not e.data.refs else e
    return dialect_named(dialect).trace_text(inline(e, dialect))


def places(v: Expr) -> tuple[Index, ...]:
    """Indices, as of a sum around it, for a member of a line that is a family."""
    return tuple(Index(f"p.{k}", *axis) for k, axis in enumerate(v.data.axes))


def flow(adjoint: Expr, user: int, dialect: str) -> str:
    """The part of an adjoint that comes back from the line `user`: v̄₂→₅."""
    shown = said(adjoint, dialect)
    return dialect_named(dialect).flow_text(shown, user)


def number(x: float) -> str:
    """Three decimals, or three digits where the number is small."""
    x = float(x)
    if not np.isfinite(x):
        return str(x)
    if x == 0 or 0.0995 <= abs(x) < 1e6:
        return f"{x:.3f}".rstrip("0").rstrip(".") if round(x, 3) else "0"
    return f"{x:.3g}"


def value(x: Any, widest: int = WIDEST) -> str:
    """A number, or the rows of an array as they are typed; the norm where the rows are long."""
    if np.ndim(x) == 0:
        return number(x)
    x = table(x)
    if x.size <= widest:
        columns = x.shape[1] == 1 and x.shape[0] > 1
        shown = "[" + ("; " if columns else ", ").join(map(number, x.ravel())) + "]" if 1 in x.shape else \
            "[" + "; ".join(", ".join(map(number, row)) for row in x) + "]"
        if len(shown) <= widest:
            return shown
    return f"norm {number(float(np.linalg.norm(x)))}"


def shape(x: Any) -> str:
    """3×2; 4×3×2 for four members."""
    sizes = list(np.shape(x))
    while len(sizes) > 2 and sizes[-1] == 1:
        sizes.pop()
    return "×".join(map(str, sizes))


def as_data(x: Any) -> Any:
    """For JSON: a number, a list for a column, a list of rows; None for what is not finite."""
    if np.ndim(x) == 0:
        return float(x) if np.isfinite(x) else None
    x = table(x)
    rows = x[:, 0].tolist() if x.shape[1] == 1 else x.tolist()
    return rows if np.isfinite(x).all() else None
