"""Indices as Python counts them, X[0, -1] and x[1:-1]: from 0, from the end where they are negative, without the last
one of a range. What is written with numbers is counted from 1 here; what has names in it, x[n-1], when these are known
to be dimensions, since a letter that a sum binds counts the members as they are.
"""

from __future__ import annotations

import re
from fractions import Fraction

from matcalc.language.suggest import table
from matcalc.language.syntax import Op, Syntax, node, postorder

REVERSED = "reversed"  # all of an axis from its end, x[::-1], as another such word
END = "end"  # the last index of an axis, as a reserved word that nobody can type
Axis = Syntax | tuple[Syntax, Syntax] | None


def is_end(text: str, i: int) -> bool:
    """Whether end may stand at `i` for the last place of an index, x(2:end)."""
    return re.compile(r"(?<![A-Za-z0-9_])end(?=\s*[-+),:\]])").match(text, i) is not None


def picked(s: Syntax) -> Syntax:
    """x[::-1] and x[[0, 2]], X[:, [2, 0]]: entries in another order, before an index that takes them as they stand."""
    base, axes = s.args[0], list(s.data)
    for k, axis in enumerate(axes):
        if isinstance(axis, Syntax) and axis.op is Op.RESERVED and axis.data == REVERSED:
            base, axes[k] = node(Op.CALL, (base,), s.span, table("reversed")[str(k)]), None
    lists = [k for k, axis in enumerate(axes) if isinstance(axis, Syntax) and is_list_of_places(axis)]
    if len(lists) == 1 and all(axis is None for k, axis in enumerate(axes) if k not in lists):
        (k,) = lists
        parts = [_one(base, place, k, len(axes)) for place in axes[k].args]
        if len(parts) == 1:
            return parts[0]
        if k == 0:
            return node(Op.BLOCK, tuple(parts), s.span, (1,) * len(parts))
        rows = tuple(node(Op.TRANSPOSE, (part,), s.span) for part in parts)
        return node(Op.TRANSPOSE, (node(Op.BLOCK, rows, s.span, (1,) * len(parts)),), s.span)
    if base is s.args[0]:
        return s
    return base if all(axis is None for axis in axes) else node(Op.INDEX, (base,), s.span, tuple(axes))


def is_list_of_places(axis: Syntax) -> bool:
    """Whether it is [0, 2]."""
    return axis.op is Op.BLOCK and (len(axis.data) == 1 or set(axis.data) == {1}) and all(
        part.op is Op.NUMBER and Fraction(part.data).denominator == 1 for part in axis.args)


def _one(base: Syntax, place: Syntax, k: int, count: int) -> Syntax:
    """The slice with one place along axis k, counted from 1."""
    at = node(Op.NUMBER, (), place.span, place.data + 1)
    return node(Op.INDEX, (base,), place.span, tuple((at, at) if j == k else None for j in range(count)))


def counted_from_0(s: Syntax) -> Syntax:
    """The same entries counted from 1; a row X[0, :] has one axis in NumPy, hence is a column."""
    if s.op is not Op.INDEX:
        return s  # x[:, None], which is no entry
    axes = tuple(_axis(axis) for axis in s.data)
    found = node(Op.INDEX, s.args, s.span, axes)
    is_row = len(axes) == 2 and isinstance(axes[0], Syntax) and not isinstance(axes[1], Syntax)
    return node(Op.TRANSPOSE, (found,), s.span) if is_row else found


def is_row(s: Syntax) -> bool:
    """Whether one number stands in the brackets, which of a matrix is a row."""
    return len(s.data) == 1 and isinstance(s.data[0], Syntax)


def has_names(s: Syntax) -> bool:
    """Whether an index is no number, and yet to be counted from 1."""
    return any(part.op is Op.NAME for part in postorder(s))


def _axis(axis: Axis) -> Axis:
    if isinstance(axis, tuple):
        start, stop = axis
        return _place(start, 1), stop if stop.data == END else _place(stop, 0)
    return axis if axis is None else _place(axis, 1)


def _place(s: Syntax, first: int) -> Syntax:
    """The number as it is counted from 1, or the distance from the end; anything else as it is."""
    if s.op is Op.NUMBER and Fraction(s.data).denominator == 1:
        return node(Op.NUMBER, (), s.span, s.data + first)
    if s.op is Op.NEGATE and (number := s.args[0]).op is Op.NUMBER:
        if number.data == 0:
            return _place(number, first)
        back = number.data - first
        end = node(Op.RESERVED, (), s.span, END)
        return node(Op.SUM, (end, node(Op.NUMBER, (), s.span, back)), s.span, (1, -1)) if back else end
    return s

