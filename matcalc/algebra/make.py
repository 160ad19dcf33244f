"""Making a node by its kind: one table of constructors, building again from new operands, and substitution.

Each module of constructors enters its own in MAKE, so what builds again whatever it finds need not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from matcalc.algebra.leaves import eye, ones, size, unit, variable, zeros
from matcalc.core.dims import Dim, Poly, Shape, bind, named, names
from matcalc.core.dims import substitute as substitute_dim
from matcalc.core.expr import (
    CALL,
    CONST,
    DIM,
    EYE,
    INDEX,
    IVERSON,
    NUM,
    ONES,
    OVER,
    SLICE,
    TANGENT,
    UNIT,
    VAR,
    ZEROS,
    Direction,
    Expr,
    Kind,
    node,
    postorder,
)
from matcalc.core.function import Function, Param
from matcalc.core.indices import Index

MEMBERS = named("k")  # how many arguments a function is lifted over

# Of every kind the constructor, which takes the literal part and the operands of a node.
MAKE: dict[Kind, Callable[[Any, Sequence[Expr]], Expr]] = {}


def rebuild(e: Expr, args: list[Expr]) -> Expr:
    """The operation of `e` on new operands."""
    return e if list(e.args) == args else MAKE[e.kind](e.data, args)


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
        elif dims and part.kind is OVER:
            word, index = part.data
            done[part] = MAKE[OVER]((word, Index(index.name, *(substitute_dim(d, dims) for d in index.axis))), args)
        elif dims and part.kind is SLICE:
            done[part] = MAKE[SLICE](tuple(substitute_dim(d, dims) for d in part.data), args)
        else:
            done[part] = rebuild(part, args)
    return done[e]


def _sizes(call: Expr, args: list[Expr], dims: Mapping[str, Dim]) -> list[Expr]:
    """A dimension that is an argument stays one size, whatever polynomial it becomes."""
    return [size(substitute_dim(old.data, dims)) if p.kind != "value" and old.kind is DIM else new
            for p, old, new in zip(call.data.params, call.args, args, strict=True)]


def _leaf(e: Expr, dims: Mapping[str, Dim]) -> Expr:
    rows, columns = shape = tuple(substitute_dim(d, dims) for d in e.shape)
    if e.kind in (VAR, TANGENT, INDEX, IVERSON) and (e.free or (e.kind in (VAR, TANGENT) and e.data.axes)):
        return node(e.kind, (), e.data.sized(lambda d: substitute_dim(d, dims)), cast(Shape, shape))
    if e.kind is DIM:
        return MAKE[DIM](substitute_dim(e.data, dims), ())
    if shape == e.shape or e.kind in (NUM, CONST):
        return e
    makers = {EYE: lambda: eye(rows), ONES: lambda: ones(rows, columns),
              ZEROS: lambda: zeros(rows, columns), UNIT: lambda: unit(e.data, rows)}
    maker = makers.get(e.kind)
    return maker() if maker else node(e.kind, (), e.data, cast(Shape, shape))


def instantiate(function: Function, field: str | Expr, args: tuple[Expr, ...],
                more: dict[Expr, Expr] | None = None) -> Expr:
    """The expression of a field (or one in the parameters) with `args` put in; `more` replaces further leaves."""
    template = function.template(field) if isinstance(field, str) else field
    assert template is not None, (function.name, field)
    leaves = dict(more or {})
    leaves |= {param_leaf(function, i): arg for i, arg in enumerate(args)}
    return substitute(template, leaves, bind_dims(function, args))


def bind_dims(function: Function, args: tuple[Expr, ...]) -> dict[str, Dim]:
    """The dimensions that the names of the block stand for, given its arguments."""
    dims: dict[str, Dim] = {param.name: int(arg.data) if arg.kind is NUM else arg.data
                            for param, arg in zip(function.params, args, strict=True) if param.kind != "value"}
    waiting = [pair for param, arg in zip(function.params, args, strict=True) if param.kind == "value"
               for pair in zip(param.shape, arg.shape, strict=True)]
    for _ in range(2):  # n of n + w - 1 is known when w is, which a later argument may tell
        late: list[tuple[Dim, Dim]] = []
        for pattern, dim in waiting:
            bound = bind(pattern, dim, dims)
            if bound is dims and isinstance(pattern, Poly) and not names(pattern) <= dims.keys():
                late.append((pattern, dim))
            dims = dict(bound) if bound is not None else dims
        waiting = late
    return dims


def places_within(function: Function, args: tuple[Expr, ...]) -> Iterator[tuple[Param, Dim, Dim]]:
    """The parameters that are places among so many: each with the place, and how many there are."""
    dims = bind_dims(function, args) if any(param.within for param in function.params) else {}
    for param in function.params:
        for bound in param.within:
            yield param, dims[param.name], substitute_dim(bound, dims)


def param_leaf(function: Function, i: int) -> Expr:
    """The variable that stands for the i-th parameter in the block's expressions."""
    param = function.params[i]
    return variable(param.name, param.shape, param.props)


def tangent_leaf(function: Function, i: int) -> Expr:
    """The tangent of the i-th parameter in the block's differential."""
    leaf = param_leaf(function, i)
    return node(TANGENT, (), Direction(leaf.data.name, complex=leaf.complex), leaf.shape)


def complex_leaf(function: Function, i: int) -> Expr:
    """What stands for the i-th parameter in the body for complex arguments."""
    param = function.params[i]
    return variable(param.name, param.shape, param.props | {"complex"})


def members_leaf(function: Function, i: int) -> Expr:
    """What the field lift says of many arguments: for a parameter x: [n] the matrix X with k of them as rows, and for
    X: [m,n] the matrix of numbers itself."""
    param = function.params[i]
    is_row = param.shape[1] == 1 != param.shape[0]
    return variable(param.name.upper(), (MEMBERS, param.shape[0])) if is_row else param_leaf(function, i)


def unknown_leaf(function: Function) -> Expr:
    """The variable that stands for the value in the equation that a block states."""
    return variable(function.unknown, function.result, frozenset({"sym"}) if function.has("symmetric") else frozenset())


def cotangent(function: Function) -> Expr:
    """G, the name under which an adjoint speaks of what arrives: it has the shape of the result."""
    return variable("G", function.result, frozenset({"complex"} if function.plain else ()))
