"""The identity behind a step: the rule block's own field where a function is involved, a law of the calculus otherwise.

The field d of a block becomes “d f(X) = …”, an adjoint “⟨G, f(dX)⟩ = ⟨…, dX⟩”, a matrix “vec(f(dX)) = … vec(dX)”.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from matcalc.algebra import apply, num, size, substitute, tangent
from matcalc.algebra.application import is_linear_in
from matcalc.algebra.make import instantiate, param_leaf
from matcalc.core.dims import Dim, named
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    HAD,
    MATPOW,
    MUL,
    ONES,
    POW,
    SLICE,
    TRACE,
    TRANSPOSE,
    Expr,
    node,
    postorder,
)
from matcalc.core.function import Function
from matcalc.explanation.facing import faced
from matcalc.explanation.laws import Because, Identity, law
from matcalc.explanation.raw import ONE, multiple
from matcalc.rulebook.book import Rulebook


def differential_rule(e: Expr, moving: Callable[[Expr], bool], book: Rulebook) -> Identity:
    """The rule that takes d inside the operation of `e`; `moving` tells which operands are not constant."""
    if e.kind is CALL:
        return of_function(e.data, e.is_scalar)
    if e.kind is MATPOW and e.data == -1:
        return of_function(book.core("inv"), False)
    if e.kind is POW:
        return law("exponential" if moving(e.args[1]) else "power")
    return law(_product(e, moving) if e.kind in (MUL, CHAIN, HAD) else _LINEAR[e.kind])


def _product(e: Expr, moving: Callable[[Expr], bool]) -> str:
    still = [arg for arg in e.args if not moving(arg)]
    if len(e.args) - len(still) == 1:
        return "number" if not still else "total" if all(arg.kind is ONES for arg in still) else "factor"
    return "elementwise product" if e.kind is HAD else "product"


_LINEAR = {ADD: "sum", TRANSPOSE: "transpose", TRACE: "trace", SLICE: "entries",
           BLOCK: "blocks", MATPOW: "matrix power"}


def leaves(function: Function) -> tuple[Expr, ...]:
    """The parameters of a block as expressions."""
    return tuple(size(named(p.name)) if p.kind == "dimension" else param_leaf(function, i)
                 for i, p in enumerate(function.params))


def called(function: Function, args: tuple[Expr, ...]) -> Expr:
    """f(args) as it is written: no law is applied. What the expression has an operation for is that operation."""
    core = "core" in function.fields
    return apply(function, *args) if core else node(CALL, args, function, function.result)


def of_function(function: Function, scalar: bool = False) -> Identity:
    """d f(X) as the block of f states it."""
    args = leaves(function)
    entrywise = function.form in ("elementwise", "unspecified")
    dims: dict[str, Dim] = ({"m": 1, "n": 1} if scalar else {"n": 1}) if entrywise else {}
    said = _stated(function, args)
    sized = [substitute(part, {}, dims) if dims and isinstance(part, Expr) else part for part in said]
    because = tuple(faced(part) if isinstance(part, Expr) else part for part in sized)
    title = f"the differential of {function.name}"
    return Identity(function.name, title, because, function.fields.get("ref", ""))


def _stated(function: Function, args: tuple[Expr, ...]) -> Because:
    whole = called(function, args)
    left: Because = ("d(", whole, ") = ") if "unicode" in function.fields else ("d ", whole, " = ")
    if function.form in ("elementwise", "unspecified") and len(args) == 1:
        slope, dx = instantiate(function, "d", args), tangent(function.params[0].name, function.params[0].shape)
        return (*left, node(HAD, (slope, dx), None, whole.shape))
    if "d" in function.fields and function.form != "elementwise":
        return (*left, function.template("d") or num(0))
    parts = [part for i in range(len(args)) for part in _partial(function, args, i)]
    return (*left, *parts[1:])


def _partial(function: Function, args: tuple[Expr, ...], i: int) -> Because:
    """What one argument contributes."""
    param = function.params[i]
    dx = tangent(param.name, param.shape)
    if is_linear_in(function, i):
        return (" + ", called(function, (*args[:i], dx, *args[i + 1:])))
    main = function.form == "elementwise" and param.shape != (1, 1)
    slope = function.template("d" if main else f"d.{param.name}")
    if slope is None:
        return ()
    if function.form != "elementwise":
        return (" + ", slope)
    return (" + ", node(HAD, (slope, dx), None, slope.shape) if main else multiple(ONE, (dx,), slope))


def adjoint_of(function: Function, i: int) -> Identity:
    """How a linear function crosses the inner product."""
    args, param = leaves(function), function.params[i]
    dx = tangent(param.name, param.shape)
    moved = called(function, (*args[:i], dx, *args[i + 1:]))
    crossed = function.template(function.field_for("adjoint", i)) or dx
    because: Because = ("<G, ", moved, "> = <", crossed, ", ", dx, ">")
    return Identity(function.name, f"{function.name} changes sides in an inner product", because,
                    function.fields.get("ref", ""))


def tricks(linear: Expr) -> list[Identity]:
    """The laws by which `linear` becomes tr(G' dX): those of the operations on the way down to dX."""
    found: dict[str, Identity] = {}
    for e in postorder(linear, varying=True):
        for identity in _tricks(e):
            found.setdefault(identity.name, identity)
    return list(found.values())


def _tricks(e: Expr) -> Iterable[Identity]:
    if e.kind is TRANSPOSE:
        yield law("transpose of a scalar" if e.shape[0] == 1 else "transpose in a trace")
    elif e.kind is HAD:
        yield law("elementwise")
    elif (e.kind is TRACE and _turns(e.args[0])) or (e.is_scalar and _turns(e) and not e.args[0].varies):
        yield law("cyclic")
    elif e.kind in (SLICE, BLOCK):
        yield law("inner product")
    elif e.kind is CALL:
        yield adjoint_of(e.data, next(i for i, arg in enumerate(e.args) if arg.varies))


def _turns(e: Expr) -> bool:
    """A product that does not end in its differential."""
    return e.kind is CHAIN and not e.args[-1].varies


def maps(linear: Expr) -> list[Identity]:
    """The laws by which `linear` becomes a matrix times dx."""
    found: dict[str, Identity] = {}
    for e in postorder(linear, varying=True):
        if e.kind is CALL:
            i = next(i for i, arg in enumerate(e.args) if arg.varies)
            found.setdefault(e.data.name, matrix_of(e.data, i))
        elif e.kind is HAD:
            found.setdefault("linear", law("linear map"))
        elif e.kind is MUL and not e.is_scalar and not e.args[-1].varies:
            found.setdefault("scalar", law("scalar factor"))
    return list(found.values())


def matrix_of(function: Function, i: int) -> Identity:
    """The matrix of a linear function on stacked columns."""
    args, param = leaves(function), function.params[i]
    dx = tangent(param.name, param.shape)
    matrix = function.template(function.field_for("matrix", i)) or dx
    moved = called(function, (*args[:i], dx, *args[i + 1:]))
    return Identity(function.name, f"the matrix of {function.name}", ("vec(", moved, ") = ", matrix, " vec(", dx, ")"),
                    function.fields.get("ref", ""))


def of_body(function: Function) -> Identity:
    """A known body folded back into the function it defines."""
    because: Because = (called(function, leaves(function)), " = ", function.template("body") or num(0))
    return Identity(function.name, f"{function.name} recognised", because, function.fields.get("ref", ""))


def rule_identity(function: Function) -> Identity | None:
    """The differential that a block states; a notation and a constant have none."""
    return of_function(function) if function.form in ("function", "linear", "elementwise") else None
