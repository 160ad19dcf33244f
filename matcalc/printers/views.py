"""The view of every kind of node: the table from the operations of an expression to what a textbook shows.

Where exp(X) would be asked about when it is read again, it is written exp.(X): every entry, nothing else. That is under
a trace, a determinant, an inverse or a power, where square matrices are taken as a whole; in a notation of books, such
as LaTeX, wherever the matrix is square.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from fractions import Fraction

from matcalc.algebra.conjugation import barred
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONJ,
    CONST,
    DIM,
    EYE,
    HAD,
    INDEX,
    IVERSON,
    MATPOW,
    MUL,
    NUM,
    ONES,
    OVER,
    POW,
    SLICE,
    SYMPOW,
    TANGENT,
    TRACE,
    TRANSPOSE,
    UNIT,
    VAR,
    ZEROS,
    Expr,
    Kind,
)
from matcalc.core.function import Function
from matcalc.printers import matrix_products, polynomials, reductions
from matcalc.printers.view import Part, View, ratio

_PRIMES = {0: "unspecified", 1: "derivative", 2: "second derivative"}


def view(e: Expr) -> View:
    """What is shown of one node."""
    return _VIEWS[e.kind](e)


def _ones(e: Expr) -> View:
    rows, columns = e.shape
    op = "one" if e.data == matrix_products.ANCHORED else "ones vector"
    if columns == 1:
        return View(op, (), (rows,))
    if rows == 1:
        return View("transpose", (View(op, (), (columns,)),))
    return View("ones", (), e.shape)


def _slice(e: Expr) -> View:
    turned = matrix_products.view_upright(e)
    if isinstance(turned, View):
        return turned
    (x,), (row, rows, column, columns) = e.args, e.data
    if x.shape[1] == 1:
        return View("vector slice", (x,), ((row, rows, x.shape[0]),))
    return View("slice", (x,), ((row, rows, x.shape[0]), (column, columns, x.shape[1])))


def _call(e: Expr) -> View:
    """An unspecified function shows the order of its derivative; all others look as their rules say."""
    if (bare := barred(e)) is not None:
        return View("conjugate", (bare,))
    if "abstract" in e.data.fields:
        return _declared(e)
    if e.complex and e.is_scalar and e.data.name in ("abs", "norm2"):  # as only real_parts makes them
        return View("modulus" if e.data.name == "abs" else "norm2" if e.args[0].shape[1] == 1 else "normF", e.args)
    if e.data.form != "unspecified":
        return View("call", e.args, (e.data,))
    return View(_PRIMES.get(e.data.order, "higher derivative"), e.args, (e.data.order, e.data.name))


_RATES = ("dependent", "rate", "second rate", "third rate")


def _declared(e: Expr) -> View:
    """A part of a function of which only shapes are declared: what was declared, or a derivative of it."""
    said = e.data.fields
    kind = said["abstract"]
    if kind in ("pushed", "pulled"):
        return View("call", e.args, (e.data,))
    op = _RATES[e.data.order] if kind == "dependent" else f"declared {kind}"
    return View(op, e.args, (said.get("by", ""), said["of"]))


_VIEWS: dict[Kind, Callable[[Expr], View]] = {
    NUM: polynomials.view_number,
    DIM: lambda e: View("dimension", (), (e.data,)),
    CONST: lambda e: View("imaginary unit") if e.data == "i" else View("constant", (), (e.data,)),
    VAR: reductions.view_variable,
    TANGENT: reductions.view_tangent,
    EYE: lambda e: View("eye", (), (e.shape[0],)),
    ONES: _ones,
    ZEROS: lambda e: View("zeros", (), e.shape) if e.shape[1] != 1 else View("zeros vector", (), e.shape[:1]),
    UNIT: lambda e: View("unit", (), (e.data, e.shape[0])),
    ADD: polynomials.view_sum,
    MUL: polynomials.view_product,
    POW: polynomials.view_power,
    HAD: polynomials.view_hadamard,
    CHAIN: matrix_products.view_chain,
    TRANSPOSE: matrix_products.view_transpose,
    CONJ: matrix_products.view_conjugate,
    MATPOW: matrix_products.view_matrix_power,
    SYMPOW: lambda e: View("power", e.args),
    TRACE: matrix_products.view_trace,
    BLOCK: lambda e: View("block", e.args, e.data),
    SLICE: _slice,
    CALL: _call,
    INDEX: reductions.view_index,
    IVERSON: reductions.view_relation,
    OVER: reductions.view_reduction,
}


_ROOTS = ("elementwise root", "roots of entries")
_WHOLES = (TRACE, MATPOW, SYMPOW)


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
    return e.kind in _WHOLES or (e.kind is TRANSPOSE and e.args[0].kind in (MATPOW, SYMPOW))


def _has_counterpart(function: Function, x: Expr) -> bool:
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
