"""Building a node again from new operands, and substitution: the normal form is made anew on the way up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from matcalc.algebra import atoms, blocks, calls, elementwise, flip, matpow, powers, products, sums, traces
from matcalc.core.dims import Dim, Shape
from matcalc.core.dims import substitute as substitute_dim
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
    TRACE,
    TRANSPOSE,
    UNIT,
    ZEROS,
    Expr,
    Kind,
    node,
    postorder,
)

_BUILD: dict[Kind, Callable[[Expr, list[Expr]], Expr]] = {
    ADD: lambda e, args: sums.add(*args),
    MUL: lambda e, args: products.multiply(atoms.num(e.data), *args),
    POW: lambda e, args: powers.power(args[0], args[1]),
    HAD: lambda e, args: elementwise.hadamard(*args),
    CHAIN: lambda e, args: products.multiply(*args),
    TRANSPOSE: lambda e, args: flip.transpose(args[0]),
    MATPOW: lambda e, args: matpow.matrix_power(args[0], e.data),
    TRACE: lambda e, args: traces.trace(args[0]),
    CALL: lambda e, args: calls.apply(e.data, *args),
    BLOCK: lambda e, args: blocks.block(_rows(e.data, args)),
    SLICE: lambda e, args: blocks.slice_(args[0], *e.data),
}


def _rows(counts: tuple[int, ...], args: list[Expr]) -> list[list[Expr]]:
    rest = iter(args)
    return [[next(rest) for _ in range(count)] for count in counts]


def rebuild(e: Expr, args: list[Expr]) -> Expr:
    """The operation of `e` on new operands."""
    return e if list(e.args) == args else _BUILD[e.kind](e, args)


def substitute(e: Expr, leaves: Mapping[Expr, Expr], dims: Mapping[str, Dim] | None = None) -> Expr:
    """Replace nodes by expressions, and dimension names by dimensions, all at once."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        if part in leaves:
            done[part] = leaves[part]
            continue
        args = [done[arg] for arg in part.args]
        if dims and part.kind is CALL:
            args = _sizes(part, args, dims)
        if dims and not part.args:
            done[part] = _leaf(part, dims)
        elif dims and part.kind is SLICE:
            done[part] = blocks.slice_(args[0], *(substitute_dim(d, dims) for d in part.data))
        else:
            done[part] = rebuild(part, args)
    return done[e]


def _sizes(call: Expr, args: list[Expr], dims: Mapping[str, Dim]) -> list[Expr]:
    """A dimension that is an argument stays one size, whatever polynomial it becomes."""
    return [atoms.size(substitute_dim(old.data, dims)) if p.kind == "dimension" and old.kind is DIM else new
            for p, old, new in zip(call.data.params, call.args, args, strict=True)]


def _leaf(e: Expr, dims: Mapping[str, Dim]) -> Expr:
    rows, columns = shape = tuple(substitute_dim(d, dims) for d in e.shape)
    if e.kind is DIM:
        return products.dimension(substitute_dim(e.data, dims))
    if shape == e.shape or e.kind in (NUM, CONST):
        return e
    makers = {EYE: lambda: atoms.eye(rows), ONES: lambda: atoms.ones(rows, columns),
              ZEROS: lambda: atoms.zeros(rows, columns), UNIT: lambda: atoms.unit(e.data, rows)}
    maker = makers.get(e.kind)
    return maker() if maker else node(e.kind, (), e.data, cast(Shape, shape))
