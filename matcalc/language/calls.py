"""Calls: the first overload whose shapes fit, sizes as arguments, norms and the Kronecker product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matcalc.diagnostics import Span
from matcalc.dims import Dim, Shape, names, substitute
from matcalc.language.infer import SCALAR, Inference, ShapeError
from matcalc.language.literals import literal, to_dim
from matcalc.language.syntax import Op, Syntax, node

NORM_RULES = {"": "norm2", "2": "norm2", "F": "normF", "1": "norm1", "inf": "normInf", "*": "norm_nuc", "op": "norm_op"}
COMMUTATION = "commutation"
_WHOLE = ("function", "linear")  # the forms of functions that do not work entry by entry


def spelled(inference: Inference, name: str) -> str:
    """K(m,n) is the commutation matrix."""
    return COMMUTATION if name == "K" and not inference.scope.rulebook.overloads("K") else name


def resolve(inference: Inference, name: str, shapes: Sequence[Shape]) -> Any:
    """The overload of `name` that takes arguments of these shapes; None where there is none."""
    for function in inference.scope.rulebook.overloads(name):
        if len(function.params) == len(shapes) and fits(inference, function, shapes) is not None:
            return function
    return None


def fits(inference: Inference, function: Any, shapes: Sequence[Shape | Dim]) -> Shape | None:
    """The shape of the result if the arguments fit the parameters; a dimension stands for itself."""
    mark = inference.mark()
    unknown = {name: inference.fresh() for name in _dim_names(function)}
    for param, shape in sorted(zip(function.params, shapes, strict=True), key=lambda pair: pair[0].kind != "dimension"):
        if param.kind == "dimension":
            assert not isinstance(shape, tuple)
            good = inference.same(unknown.setdefault(param.name, shape), shape)
        elif param.kind == "index":
            good = True
        else:
            assert isinstance(shape, tuple)
            rows, cols = (substitute(dim, unknown) for dim in param.shape)
            good = inference.same(rows, shape[0]) and inference.same(cols, shape[1])
        if not good:
            inference.undo(mark)
            return None
    return inference.resolved((substitute(function.result[0], unknown), substitute(function.result[1], unknown)))


def _dim_names(function: Any) -> list[str]:
    shapes = [function.result, *(param.shape for param in function.params if param.kind == "value")]
    return sorted({name for shape in shapes for dim in shape for name in names(dim)})


def call(inference: Inference, syntax: Syntax) -> Shape:
    name = spelled(inference, syntax.data)
    if name in SIZED:
        return SIZED[name](inference, syntax)
    overloads = inference.scope.rulebook.overloads(name) or _fallback(inference, name)
    same_count = [f for f in overloads if len(f.params) == len(syntax.args)]
    for function in same_count:
        shape = fits(inference, function, _arguments(inference, function, syntax))
        if shape is not None:
            if _is_idle(inference, function, syntax):
                inference.doubt_idle(syntax)
            inference.choices[syntax] = function
            return shape
    raise _misfit(syntax, name, list(overloads), same_count)


def dotted(inference: Inference, syntax: Syntax) -> Shape:
    """f.(X): only a function that works entry by entry."""
    shape = call(inference, syntax)
    function = inference.choices.get(syntax)
    if function is None or function.form in _WHOLE or function.result != function.params[0].shape:
        raise ShapeError("M0324", f"{syntax.data} does not work entry by entry", syntax, syntax.args,
                         ("{call}({0})",), hard=True)
    return shape


def _is_idle(inference: Inference, function: Any, syntax: Syntax) -> bool:
    """Whether a function that gathers or rearranges entries is given a number: the sum, the softmax of one entry."""
    whole = len(function.params) == 1 and function.form in _WHOLE
    given = [arg for param, arg in zip(function.params, syntax.args, strict=True)
             if param.kind == "value" and param.shape != SCALAR and (whole or param.shape != function.result)]
    return any(inference.is_open(arg) for arg in given)


def _fallback(inference: Inference, name: str) -> tuple[Any, ...]:
    function = inference.scope.rulebook.fallback(name)
    return (function,) if function is not None else ()


def _arguments(inference: Inference, function: Any, syntax: Syntax) -> list[Shape | Dim]:
    return [inference.shape(arg) if param.kind == "value" else to_dim(inference, arg)
            for param, arg in zip(function.params, syntax.args, strict=True)]


def _misfit(syntax: Syntax, name: str, overloads: list[Any], same_count: list[Any]) -> ShapeError:
    if not overloads:
        return ShapeError("M0319", f"there is no function {name} of these arguments", syntax, (), (), hard=True)
    if not same_count:
        counts = " or ".join(sorted({str(len(f.params)) for f in overloads}))
        return ShapeError("M0319", f"{name} takes {counts} argument{'s' * (counts != '1')}", syntax, (),
                        (f"{name}({', '.join('x' * min(len(f.params), 3) for f in overloads[:1])})",), hard=True)
    wanted = same_count[0].params[0].shape
    square = len(same_count[0].params) == 1 and wanted[0] == wanted[1]
    if square and wanted != SCALAR:
        return ShapeError("M0303", f"{name} needs a square matrix", syntax, syntax.args, ("{call}({0}'*{0})",),
                          wide=True)
    signature = " or ".join(f"{name}({', '.join(_wanted(p) for p in f.params)})" for f in same_count[:2])
    message = f"{name} does not take these shapes; it reads {signature}"
    return ShapeError("M0311", message, syntax, syntax.args, (), wide=True)


def _wanted(param: Any) -> str:
    if param.kind != "value":
        return str(param.name)
    rows, cols = param.shape
    return f"{param.name}: " + ("scalar" if param.shape == SCALAR else f"{rows}" if cols == 1 else f"{rows}×{cols}")


def _eye(inference: Inference, syntax: Syntax) -> Shape:
    dims = _sizes(inference, syntax, 1, 2)
    if len(dims) == 2 and not inference.same(*dims):
        raise ShapeError("M0303", "the identity is square", syntax, ())
    return dims[0], dims[0]


def _filled(inference: Inference, syntax: Syntax) -> Shape:
    dims = _sizes(inference, syntax, 1, 2)
    return dims[0], dims[1] if len(dims) == 2 else 1


def _unit(inference: Inference, syntax: Syntax) -> Shape:
    """unit(i, n): the i-th basis vector."""
    if len(syntax.args) != 2:
        raise ShapeError("M0319", "unit(i, n) is the i-th of n basis vectors", syntax, (), ("unit(1, n)",), hard=True)
    i, n = literal(syntax.args[0]), to_dim(inference, syntax.args[1])
    if i is None or i.denominator != 1 or i < 1 or (isinstance(n, int) and i > n):
        message = "the index of a basis vector is a number from 1 to n"
        raise ShapeError("M0313", message, syntax.args[0], (), (), hard=True)
    return n, 1


def _sizes(inference: Inference, syntax: Syntax, least: int, most: int) -> list[Dim]:
    if not least <= len(syntax.args) <= most:
        raise ShapeError("M0319", f"{syntax.data} takes one or two sizes", syntax, (), (f"{syntax.data}(n)",),
                         hard=True)
    return [inference.number(to_dim(inference, arg)) for arg in syntax.args]


SIZED: dict[str, Callable[[Inference, Syntax], Shape]] = {"eye": _eye, "ones": _filled, "zeros": _filled, "unit": _unit}


def norm(inference: Inference, syntax: Syntax) -> Shape:
    inside = syntax.args[0]
    shape = inference.shape(inside)
    kind = syntax.data
    if inference.is_open(inside):
        inference.doubt_idle(syntax)  # a number has an absolute value rather than a norm
    if kind == "" and 1 not in shape:
        inference.notes.append("frobenius")
        kind = "F"
    elif kind == "2" and 1 not in shape and inference.scope.numpy:
        kind = "op"
    elif kind == "2" and 1 not in shape:
        raise ShapeError("M0320", "‖X‖_2 of a matrix: Frobenius or spectral?", syntax, (inside,), ("‖{0}‖_F",
                         "‖{0}‖_op"))
    if shape[0] == 1 and shape != SCALAR:
        shape = (shape[1], 1)
    function = resolve(inference, NORM_RULES[kind], (shape,))
    if function is None:
        message = f"{NORM_RULES[kind]} does not take this shape"
        raise ShapeError("M0311", message, syntax, (inside,), (), hard=True)
    inference.choices[syntax] = function, shape
    return SCALAR


def refuse_short_argument(inference: Inference, syntax: Syntax) -> None:
    """∑ x∘y is (∑x)∘y by the rule for functions without parentheses, and ∑(x∘y) to most who write it."""
    call, whole = syntax.args[0], syntax.span
    argument = call.args[0] if call.op is Op.CALL and call.args else call
    if argument is call or argument.span.end != call.span.end or inference.is_scalar(argument):
        return
    parts = [(call.span.start, argument.span.start), (argument.span.start, whole.end), (call.span.end, whole.end)]
    extra = tuple(node(Op.HOLE, (), Span(i, j)) for i, j in parts)
    raise ShapeError("M0219", "how much is the argument?", syntax, (call,), ("{t1}({t2})", "({t0}){t3}"), extra=extra,
                     hard=True)


def kron(inference: Inference, syntax: Syntax) -> Shape:
    a, b = (inference.shape(arg) for arg in syntax.args)
    inference.doubt_idle(*(arg for arg in syntax.args if inference.is_open(arg)))
    function = resolve(inference, "kron", (a, b))
    inference.choices[syntax] = function
    return a[0] * b[0], a[1] * b[1]
