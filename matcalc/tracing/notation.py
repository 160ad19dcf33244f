"""How the names, formulas and values of a trace look: v̄₂→₅ = v̄₅ cos(v₂) = −0.284, [1, 2; 3, 4], 3×2."""

from __future__ import annotations

from typing import Any

import numpy as np

from matcalc.core.expr import Expr
from matcalc.printers import inline
from matcalc.printers.dialects import dialect_named

WIDEST = 34


def said(e: Expr, dialect: str) -> str:
    """A formula of a trace, whose tangents and adjoints have a dot or a bar above a letter."""
    return dialect_named(dialect).trace_text(inline(e, dialect))


def flow(adjoint: Expr, user: int, dialect: str) -> str:
    """The part of an adjoint that comes back from the line `user`: v̄₂→₅."""
    shown = said(adjoint, dialect)
    return dialect_named(dialect).flow_text(shown, user)


def number(x: complex) -> str:
    """Three decimals, or three digits where the number is small."""
    if isinstance(x, complex):
        imaginary = number(abs(x.imag))
        return f"{number(x.real)}{'-' if x.imag < 0 else '+'}{imaginary}i"
    x = float(x)
    if not np.isfinite(x):
        return str(x)
    if x == 0 or 0.0995 <= abs(x) < 1e6:
        return f"{x:.3f}".rstrip("0").rstrip(".") if round(x, 3) else "0"
    return f"{x:.3g}"


def stacked(x: Any) -> Any:
    """A value as its user sees it: of a family of numbers or of vectors without the axes that all members lack."""
    if np.ndim(x) <= 2:
        return x
    return x[..., 0, 0] if x.shape[-2:] == (1, 1) else x[..., 0] if x.shape[-1] == 1 else x


def value(x: Any, widest: int = WIDEST) -> str:
    """A number, or the rows of an array as they are typed; the norm where the rows are long or there are more axes.
    Numbers with one index are the entries of a column, vectors with one the rows of a matrix."""
    x = stacked(x)
    x = x[:, None] if np.ndim(x) == 1 else x
    if np.ndim(x) == 0:
        return number(x)
    if x.ndim == 2 and x.size <= widest:
        columns = x.shape[1] == 1 and x.shape[0] > 1
        shown = "[" + ("; " if columns else ", ").join(map(number, x.ravel())) + "]" if 1 in x.shape else \
            "[" + "; ".join(", ".join(map(number, row)) for row in x) + "]"
        if len(shown) <= widest:
            return shown
    return f"norm {number(float(np.linalg.norm(x)))}"


def shape(x: Any) -> str:
    """3×2; of a family 4 where its members are numbers, else 4 of 3×2."""
    lengths = [str(n) for n in np.shape(x)]
    members, member = "×".join(lengths[:-2]), "×".join(lengths[-2:])
    return member if len(lengths) <= 2 else members if member == "1×1" else f"{members} of {member}"


def as_data(x: Any) -> Any:
    """For JSON: a number, a list for a column, a list of rows, a list of members; None for what is not finite; of
    complex numbers the real and the imaginary parts."""
    if np.iscomplexobj(x):
        return {"real": as_data(np.real(x)), "imag": as_data(np.imag(x))}
    if np.ndim(x) == 0:
        return float(x) if np.isfinite(x) else None
    rows = x[:, 0].tolist() if x.ndim == 2 and x.shape[1] == 1 else stacked(x).tolist()
    return rows if np.isfinite(x).all() else None
