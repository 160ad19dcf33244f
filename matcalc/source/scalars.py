"""Operators between what a program computes with: numbers, sizes, arrays, comparisons, indices of loops."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from matcalc.source import leaf as pieces
from matcalc.source.broadcast import Array, Cond
from matcalc.source.extents import Dim, minus, plus, times
from matcalc.source.leaf import Leaf
from matcalc.source.marks import Labels, Size
from matcalc.source.places_in import Index
from matcalc.source.refusal import BRANCH, STATEMENT, VALUE, RefusalError

if TYPE_CHECKING:
    from matcalc.source.calling import Library

_NUMBERS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge}
_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_LONGEST = 12  # characters of a number that is computed here


def calculated(library: Library, op: ast.operator, a: Any, b: Any) -> Any:
    """a op b."""
    if isinstance(a, tuple | list) and isinstance(b, tuple | list) and isinstance(op, ast.Add):
        return [*a, *b] if isinstance(a, list) else (*a, *b)
    if isinstance(a, list) and isinstance(b, int) and isinstance(op, ast.Mult):
        return a * b
    plain = [isinstance(one, int | float) and not isinstance(one, Size) for one in (a, b)]
    if all(plain) and (found := _number(op, a, b)) is not None:
        return found
    if all(p or isinstance(one, Size) for p, one in zip(plain, (a, b), strict=True)) and not all(plain):
        sized = _size(op, a, b)
        if sized is not None:
            return sized if isinstance(sized, int) else Size(sized)
    if isinstance(a, Index) or isinstance(b, Index):
        raise RefusalError(VALUE, "the index of a loop is read behind an array, and compared with another index")
    w = library.world
    if isinstance(op, ast.MatMult):
        return library.axes.matmul(a, b)
    x, y = library.array(a), library.array(b)
    join = {ast.Add: w.add, ast.Sub: w.subtract, ast.Mult: w.multiply, ast.Div: w.divide, ast.Pow: w.power}.get(
        type(op)
    )
    if join is None:
        raise RefusalError(STATEMENT, "this operator is not read between arrays")
    return join(x, y)


def _number(op: ast.operator, a: float, b: float) -> float | None:
    """The number, None where it stands in the formula as it is written: 1/3."""
    if type(op) not in _NUMBERS:
        return None
    try:
        found = _NUMBERS[type(op)](a, b)
    except (ArithmeticError, ValueError, TypeError):
        raise RefusalError(VALUE, "this has no value") from None
    if isinstance(found, complex):
        raise RefusalError(VALUE, "complex numbers are not read")
    return found if isinstance(found, int) or len(repr(found)) <= _LONGEST else None


def _size(op: ast.operator, a: Any, b: Any) -> Dim | None:
    """A size from sizes and whole numbers."""
    if any(isinstance(one, float) for one in (a, b)):
        return None
    x: Dim = str(a) if isinstance(a, Size) else int(a)
    y: Dim = str(b) if isinstance(b, Size) else int(b)
    if isinstance(op, ast.Add):
        return plus(x, y)
    if isinstance(op, ast.Sub) and isinstance(y, int) and y >= 0:
        return minus(x, y)
    return times(x, y) if isinstance(op, ast.Mult) else None


def compared(library: Library, ops: Sequence[ast.cmpop], values: Sequence[Any]) -> Any:
    """A comparison: of numbers and texts its truth, of arrays entry by entry, of indices of loops zeros and ones."""
    if len(ops) == 1 and isinstance(ops[0], ast.Is | ast.IsNot):
        if values[1] is None or values[0] is None:
            return (values[0] is values[1]) == isinstance(ops[0], ast.Is)
        raise RefusalError(BRANCH, "is compares with None only")
    if len(ops) == 1 and isinstance(ops[0], ast.In | ast.NotIn) and isinstance(values[1], tuple | list | dict | str):
        return (values[0] in values[1]) == isinstance(ops[0], ast.In)
    if all(isinstance(one, int | float | str | bool | None) and not isinstance(one, Size) for one in values):
        return all(_COMPARED[type(op)](a, b) for op, a, b in zip(ops, values, values[1:], strict=False))
    if len(ops) != 1:
        raise RefusalError(BRANCH, "of arrays one comparison at a time is read")
    a, b = values
    if isinstance(a, Size | int) and isinstance(b, Size | int):
        one, other = (library.world.dims.find(str(v) if isinstance(v, Size) else int(v)) for v in (a, b))
        if one == other and isinstance(ops[0], ast.Eq | ast.NotEq):
            return isinstance(ops[0], ast.Eq)
        raise RefusalError(BRANCH, "which sizes are equal is not known here")
    if isinstance(a, Index) and isinstance(b, Index):
        return _of_indices(library, ops[0], a, b)
    if isinstance(a, Array | float | int) and isinstance(b, Array | float | int) and \
            isinstance(ops[0], ast.Eq | ast.NotEq):
        return Cond(library.array(a), "==" if isinstance(ops[0], ast.Eq) else "!=", library.array(b))
    if isinstance(a, tuple) or isinstance(b, tuple) or type(ops[0]) not in _SIGNS:
        raise RefusalError(BRANCH, "== between arrays is not read: which entries are equal depends on values"
                      if not isinstance(a, Labels) else "labels are read as an index only")
    return Cond(library.array(a), _SIGNS[type(ops[0])], library.array(b))


def _of_indices(library: Library, op: ast.cmpop, a: Index, b: Index) -> Array:
    """[i = j] and its kin, as a matrix of zeros and ones."""
    n = library.world.dims.same(a.dim, b.dim, "the loops")
    same, every, below = f"eye({n})", f"ones({n},{n})", f"triu(ones({n},{n}))"
    texts = {ast.Eq: same, ast.NotEq: f"({every} - {same})", ast.Lt: f"({below} - {same})", ast.LtE: below}
    swapped = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
    kind = swapped.get(type(op), type(op))
    if type(op) in swapped:
        a, b = b, a
    if kind not in texts:
        raise RefusalError(BRANCH, "this comparison of indices is not read")
    return Array((), ((Leaf(texts[kind], pieces.ATOM, (a.letter, b.letter)),),))
