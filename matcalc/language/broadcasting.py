"""Arrays that NumPy spreads along the axis that they lack, X + b and x[:, None] - y[None, :].

A vector beside a matrix runs along its columns, unless it is a column with two axes.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc import algebra
from matcalc.core.dims import Shape
from matcalc.core.expr import Expr
from matcalc.core.function import Function, Param
from matcalc.language.construct import Builder
from matcalc.language.inference import SCALAR, Inference
from matcalc.language.syntax import Op, Syntax

TWO_AXES = "row"  # of a transpose that is x[None, :]
_BY_ENTRIES = (Op.SUM, Op.NEGATE, Op.HADAMARD, Op.HADAMARD_DIVIDE, Op.HADAMARD_POWER, Op.DIVIDE, Op.CALL, Op.DOTTED)


def spread(inference: Inference, syntax: Syntax) -> Shape | None:
    """The shape of an operation entry by entry on arrays of which some are spread; None where none is, or they do not
    fit. A vector beside a matrix runs along its columns unless it is a column with two axes."""
    arrays = [(arg, shape) for arg in syntax.args if (shape := inference.shape(arg)) != SCALAR]
    kinds = {_kind(inference, arg, shape) for arg, shape in arrays}
    if len(kinds) < 2:
        return None
    rows = next((s[0] for arg, s in arrays if _kind(inference, arg, s) in ("matrix", "column")), None)
    cols = next((s[1] if kind != "vector" else s[0] for arg, s in arrays
                 if (kind := _kind(inference, arg, s)) != "column"), None)
    if kinds == {"vector", "row"}:
        return _turned(inference, syntax, arrays)
    if rows is None or cols is None:
        return None
    mark = inference.mark()
    for arg, shape in arrays:
        kind = _kind(inference, arg, shape)
        along = shape[0] if kind == "vector" else shape[1]
        if not ((kind in ("vector", "row") or inference.equate(shape[0], rows))
                and (kind == "column" or inference.equate(along, cols))):
            inference.undo(mark)
            return None
    inference.spread.add(syntax)
    return inference.resolved((rows, cols))


def _kind(inference: Inference, arg: Syntax, shape: Shape) -> str:
    """Which axes an array has: both, the first kept as a column, the second as a row, or one."""
    if arg in inference.columns_typed:
        return "column"
    return "row" if shape[0] == 1 else "vector" if shape[1] == 1 else "matrix"


def _turned(inference: Inference, syntax: Syntax, arrays: Sequence[tuple[Syntax, Shape]]) -> Shape | None:
    """The shape of (x @ A) * y, where what is a row here has one axis."""
    lengths = [shape[0] if shape[1] == 1 else shape[1] for _, shape in arrays]
    rows = [arg for arg, shape in arrays if shape[0] == 1]
    mark = inference.mark()
    if all(is_flat_row(inference, arg) for arg in rows) and all(inference.equate(lengths[0], n) for n in lengths[1:]):
        inference.spread.add(syntax)
        return inference.resolved((lengths[0], 1))
    inference.undo(mark)
    return None


def _takes_flat_row(inference: Inference, arg: Syntax, param: Param) -> bool:
    return inference.scope.numpy and param.shape[1] == 1 != param.shape[0] and is_flat_row(inference, arg)


def shape_given(inference: Inference, arg: Syntax, param: Param) -> Shape:
    """The shape of what is given to a function; x @ A is a vector for a function of vectors."""
    shape = inference.shape(arg)
    return shape[::-1] if _takes_flat_row(inference, arg, param) else shape


def value_given(b: Builder, arg: Syntax, param: Param) -> Expr:
    """The expression of what is given, which is a vector where its shape was taken for one."""
    return algebra.transpose(b.done[arg]) if _takes_flat_row(b.inference, arg, param) else b.done[arg]


def is_flat_row(inference: Inference, s: Syntax) -> bool:
    """Whether a row is an array with one axis for NumPy: x @ A, and what is made of it entry by entry."""
    rows, cols = inference.shape(s)
    if rows != 1 or cols == 1:
        return False
    arrays = [arg for arg in s.args if inference.shape(arg) != SCALAR]
    if s.op in (Op.PRODUCT, Op.TRANSPOSE) and arrays and s.data != TWO_AXES:
        first = arrays[0]
        is_vector = inference.shape(first)[1] == 1 and first not in inference.columns_typed
        return is_vector or is_flat_row(inference, first)
    return bool(arrays) and s.op in _BY_ENTRIES and all(is_flat_row(inference, arg) for arg in arrays)


def has_one_axis(inference: Inference, s: Syntax) -> bool:
    """Whether a vector, or a row, is an array with one axis for NumPy: no column x[:, None], and no row but x @ A."""
    return (inference.shape(s)[1] == 1 and s not in inference.columns_typed) or is_flat_row(inference, s)


def is_mixed(inference: Inference, syntax: Syntax) -> bool:
    """Whether arrays with different axes are given to a function."""
    arrays = [(arg, shape) for arg in syntax.args if (shape := inference.shape(arg)) != SCALAR]
    return len({_kind(inference, arg, shape) for arg, shape in arrays}) > 1


def filled(b: Builder, syntax: Syntax, part: Syntax) -> Expr:
    """The expression of an operand, spread to the shape of the whole where it is to be."""
    e = b.done[part]
    if syntax not in b.inference.spread or e.is_scalar:
        return e
    rows, cols = b.shape(syntax)
    if e.shape == (rows, cols):
        return e
    if cols == 1:
        return algebra.transpose(e)
    if part in b.inference.columns_typed:
        return algebra.multiply(e, algebra.ones(1, cols))
    return algebra.multiply(algebra.ones(rows, 1), e if e.shape[0] == 1 else algebra.transpose(e))


def takes_column(inference: Inference, function: Function, syntax: Syntax) -> bool:
    """Whether x[:, None], which has two axes, is given to a function of vectors that makes more than a number of it."""
    return function.result != SCALAR and any(
        arg in inference.columns_typed and param.kind == "value" and param.shape[1] == 1 != param.shape[0]
        for param, arg in zip(function.params, syntax.args, strict=True))
