"""Where exp(X) would be asked about when it is read again, it is written exp.(X): every entry, nothing else.

That is under a trace, a determinant, an inverse or a power, where square matrices are taken as a whole; in a notation
of books, such as LaTeX, wherever the matrix is square.
"""

from __future__ import annotations

from collections.abc import Container
from fractions import Fraction
from typing import Any

from matcalc.core.expr import CALL, CHAIN, MATPOW, TRACE, TRANSPOSE, Expr
from matcalc.printers.view import Part, View, ratio
from matcalc.printers.views import view

_ROOTS = ("elementwise root", "roots of entries")
_WHOLES = (TRACE, MATPOW)


def dotted(e: Expr, seen: View, leaves: Container[Part]) -> View:
    """The view `seen` of `e` with dots at the functions of entries directly below it, where they are needed."""
    if not _takes_whole(e):
        return seen
    only = seen.parts[0] if len(seen.parts) == 1 else None
    if isinstance(only, Expr) and only not in leaves and view(only).op == "unspecified" and only.is_square:
        return View(seen.op, (View("unspecified entries", only.args, view(only).data),), seen.data)
    return _with_dots(seen, leaves)


def is_dotted(seen: View, of_books: bool) -> bool:
    """Whether a call is written with a dot."""
    x = seen.parts[0] if of_books and len(seen.parts) == 1 else None
    return len(seen.data) > 1 or (isinstance(x, Expr) and x.is_square and _has_counterpart(seen.data[0], x))


def _takes_whole(e: Expr) -> bool:
    if e.kind is CALL and len(e.data.params) == 1:
        rows, columns = e.data.params[0].shape
        return bool(rows == columns != 1)
    return e.kind in _WHOLES or (e.kind is TRANSPOSE and e.args[0].kind is MATPOW)


def _has_counterpart(function: Any, x: Expr) -> bool:
    """Whether a function of the same name takes the matrix `x`, which may yet turn out square, as a whole."""
    return "whole" in function.fields and 1 not in x.shape


def _with_dots(seen: View, leaves: Container[Part]) -> View:
    parts = tuple(_part(part, leaves) for part in seen.parts)
    return seen if all(a is b for a, b in zip(parts, seen.parts, strict=True)) else View(seen.op, parts, seen.data)


def _part(part: Part, leaves: Container[Part]) -> Part:
    if part in leaves:
        return part
    if isinstance(part, View):
        return _with_dots(part, leaves) if part.op in ("chain", "transpose") else part
    if part.kind is CALL and len(part.args) == 1 and _has_counterpart(part.data, part.args[0]):
        return View("call", part.args, (part.data, "dotted"))
    seen = view(part)
    if seen.op in _ROOTS:
        return View("elementwise power", (*seen.parts, ratio(Fraction(1, 2))))
    if part.kind in (CHAIN, TRANSPOSE):
        marked = _with_dots(seen, leaves)
        return part if marked is seen else marked
    return part
