"""The view of every kind of node: the table from the operations of an expression to what a textbook shows."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONST,
    DIM,
    EYE,
    HAD,
    MATPOW,
    MUL,
    NUM,
    ONES,
    POW,
    SLICE,
    TANGENT,
    TRACE,
    TRANSPOSE,
    UNIT,
    VAR,
    ZEROS,
    Expr,
    Kind,
)
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
    NUM: sums.view_number,
    DIM: lambda e: View("dimension", (), (e.data,)),
    CONST: lambda e: View("constant", (), (e.data,)),
    VAR: lambda e: View("name", (), (e.data.name,)),
    TANGENT: lambda e: View("tangent", (), e.data),
    EYE: lambda e: View("eye", (), (e.shape[0],)),
    ONES: _ones,
    ZEROS: lambda e: View("zeros", (), e.shape) if e.shape[1] != 1 else View("zeros vector", (), e.shape[:1]),
    UNIT: lambda e: View("unit", (), (e.data, e.shape[0])),
    ADD: sums.view_sum,
    MUL: monomials.view_product,
    POW: monomials.view_power,
    HAD: monomials.view_hadamard,
    CHAIN: chains.view_chain,
    TRANSPOSE: chains.view_transpose,
    MATPOW: chains.view_matrix_power,
    TRACE: chains.view_trace,
    BLOCK: lambda e: View("block", e.args, e.data),
    SLICE: _slice,
    CALL: _call,
}
