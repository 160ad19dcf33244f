"""Indices as Python counts them, X[0, -1] and x[1:-1]: from 0, from the end where they are negative, without the last
one of a range. What is written with numbers is counted from 1 here; what has names in it, x[n-1], when these are known
to be dimensions, since a letter that a sum binds counts the members as they are.
"""

from __future__ import annotations

import re
from fractions import Fraction

from matcalc.diagnostics import Span
from matcalc.language.syntax import Op, Syntax, node, postorder
from matcalc.records import NamedTuple

NEW = ("None", "newaxis")
ELLIPSIS = "..."  # all axes that are not typed
END = "end"  # the last index of an axis, as a reserved word that nobody can type


class Steps(NamedTuple):
    """Python's slice: the first place, the one before which it ends, and the step."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None


ALL_BACKWARDS = Steps(None, None, -1)  # x[::-1]
Axis = Syntax | tuple[Syntax, Syntax] | None


def typed_out(axes: list[Axis]) -> list[Axis]:
    """The axes without “...” where it stands for none or for what follows anyhow: x[..., i] alone keeps it."""
    rest = [axis for axis in axes if not is_ellipsis(axis)]
    if len(rest) == len(axes) or (len(rest) == 1 and is_ellipsis(axes[0]) and not is_new(rest[0])):
        return axes
    if len(rest) == 1 and is_ellipsis(axes[0]):
        return [None, *rest]  # x[..., None]
    return rest or [None]


def is_ellipsis(axis: Axis) -> bool:
    """Whether it is the “...” of x[..., 0]."""
    return isinstance(axis, Syntax) and axis.op is Op.RESERVED and axis.data == ELLIPSIS


def is_new(axis: Axis) -> bool:
    """Whether it is the None of x[:, None], which adds an axis."""
    return isinstance(axis, Syntax) and axis.op is Op.NAME and axis.data in NEW


def is_end(text: str, i: int) -> bool:
    """Whether end may stand at `i` for the last place of an index, x(2:end)."""
    return re.compile(r"(?<![A-Za-z0-9_])end(?=\s*[-+),:\]])").match(text, i) is not None


def is_picked(axis: Axis) -> bool:
    """Whether an axis holds ::-1, 1::2 or a list of places."""
    return isinstance(axis, Syntax) and (is_list_of_places(axis) or (
        axis.op is Op.RESERVED and isinstance(axis.data, Steps)))


def picked(s: Syntax, first: int = 1) -> Syntax:
    """x[::-1], X[:, 1::2], x[[0, 2]] and X[:, [2, -1]]: entries in another order, before an index that takes them as
    they stand. `first` is 1 where places are counted from 0; two lists are then those of entries, else of a block."""
    base, axes = s.args[0], list(s.data)
    lists = [k for k, axis in enumerate(axes) if isinstance(axis, Syntax) and is_list_of_places(axis)]
    if first and len(lists) == len(axes) == 2:
        pairs = zip(axes[0].args, axes[1].args, strict=False)
        entries = [node(Op.INDEX, (base,), s.span, tuple(_at(place, first) for place in pair)) for pair in pairs]
        is_even = len(axes[0].args) == len(axes[1].args) == len(entries)
        return _block(entries, 0, s.span) if is_even else s
    for k, axis in enumerate(axes):
        if k in lists:
            ones = [tuple((_at(place, first),) * 2 if j == k else None for j in range(len(axes)))
                    for place in axis.args]
            base, axes[k] = _block([node(Op.INDEX, (base,), s.span, one) for one in ones], k, s.span), None
        elif is_picked(axis):
            base, axes[k] = node(Op.STEPPED, (base,), s.span, (k, axis.data, len(axes))), None
    if base is s.args[0]:
        return s
    return base if all(axis is None for axis in axes) else node(Op.INDEX, (base,), s.span, tuple(axes))


def is_list_of_places(axis: Syntax) -> bool:
    """Whether it is [0, 2] or [0, -1]."""
    numbers = (part.args[0] if part.op is Op.NEGATE else part for part in axis.args)
    return axis.op is Op.BLOCK and (len(axis.data) == 1 or set(axis.data) == {1}) and all(
        part.op is Op.NUMBER and Fraction(part.data).denominator == 1 for part in numbers)


def _at(place: Syntax, first: int) -> Syntax:
    """A place of a list counted from 1, which the index of the entry keeps as it is."""
    return _place(place, first) if first or place.op is not Op.NEGATE else place


def _block(parts: list[Syntax], axis: int, span: Span) -> Syntax:
    """The parts below each other, or side by side."""
    if axis == 0 or len(parts) == 1:
        return node(Op.BLOCK, tuple(parts), span, (1,) * len(parts))
    rows = tuple(node(Op.TRANSPOSE, (part,), span) for part in parts)
    return node(Op.TRANSPOSE, (node(Op.BLOCK, rows, span, (1,) * len(parts)),), span)


def entry_from_0(s: Syntax) -> Syntax:
    """A[0, 1] as A[1, 2], where places that are numbers are counted from 0."""
    if any(axis is not None and not (isinstance(axis, Syntax) and axis.op is Op.NUMBER) for axis in s.data):
        return s
    return node(Op.INDEX, s.args, s.span, tuple(axis if axis is None else _place(axis, 1) for axis in s.data))


def counted_from_0(s: Syntax) -> Syntax:
    """The same entries counted from 1; a row X[0, :] has one axis in NumPy, hence is a column."""
    if s.op is not Op.INDEX:
        return s  # x[:, None], which is no entry
    axes = tuple(_axis(axis) for axis in s.data)
    found = node(Op.INDEX, s.args, s.span, axes)
    is_row = len(axes) == 2 and isinstance(axes[0], Syntax) and not isinstance(axes[1], Syntax) \
        and not is_ellipsis(axes[0])
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

