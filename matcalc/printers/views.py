"""The view of every kind of node: the table from the operations of an expression to what a textbook shows."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.core.expr import Expr, Kind
from matcalc.printers import chains, monomials, sums
from matcalc.printers.view import View

_PRIMES = {0: "unspecified", 1: "derivative", 2: "second derivative"}


def view(e: Expr) -> View:
    """What is shown of one node."""
    return _VIEWS[e.kind](e)


def _ones(e: Expr) -> View:
    rows, columns = e.shape
    if columns == 1:
        return View("ones vector", (), (rows,))
    if rows == 1:
        return View("transpose", (View("ones vector", (), (columns,)),))
    return View("ones", (), e.shape)


def _slice(e: Expr) -> View:
    turned = chains.view_upright(e)
    if isinstance(turned, View):
        return turned
    (x,), (row, rows, column, columns) = e.args, e.data
    if x.shape[1] == 1:
        return View("vector slice", (x,), ((row, rows, x.shape[0]),))
    return View("slice", (x,), ((row, rows, x.shape[0]), (column, columns, x.shape[1])))


def _call(e: Expr) -> View:
    """An unspecified function shows the order of its derivative; all others look as their rules say."""
    if e.data.form != "unspecified":
        return View("call", e.args, (e.data,))
    return View(_PRIMES.get(e.data.order, "higher derivative"), e.args, (e.data.order, e.data.name))


_VIEWS: dict[Kind, Callable[[Expr], View]] = {
    Kind.NUM: sums.view_number,
    Kind.DIM: lambda e: View("dimension", (), (e.data,)),
    Kind.CONST: lambda e: View("constant", (), (e.data,)),
    Kind.VAR: lambda e: View("name", (), (e.data.name,)),
    Kind.TANGENT: lambda e: View("tangent", (), e.data),
    Kind.EYE: lambda e: View("eye", (), (e.shape[0],)),
    Kind.ONES: _ones,
    Kind.ZEROS: lambda e: View("zeros", (), e.shape) if e.shape[1] != 1 else View("zeros vector", (), e.shape[:1]),
    Kind.UNIT: lambda e: View("unit", (), (e.data, e.shape[0])),
    Kind.ADD: sums.view_sum,
    Kind.MUL: monomials.view_product,
    Kind.POW: monomials.view_power,
    Kind.HAD: monomials.view_hadamard,
    Kind.CHAIN: chains.view_chain,
    Kind.TRANSPOSE: chains.view_transpose,
    Kind.MATPOW: chains.view_matrix_power,
    Kind.TRACE: chains.view_trace,
    Kind.BLOCK: lambda e: View("block", e.args, e.data),
    Kind.SLICE: _slice,
    Kind.CALL: _call,
}
