"""What a function of stacked arrays returns: an axis for each index, then those of a member.

A derivative has the axes of what is derived before those of the variable: its matrix on column-major vec is taken
apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.core.dims import Dim, Shape
from matcalc.core.expr import Expr
from matcalc.core.indices import Index
from matcalc.targets.batched import plan
from matcalc.targets.labelled import COLUMN, ROW, Label, Labelled, Value, member_axes
from matcalc.targets.target import Result


def _own(shape: Shape) -> tuple[Dim, ...]:
    """The axes of a member: none where there is one row or one column."""
    return tuple(d for d in shape if d != 1)


def axes_of(e: Expr, result: Result) -> tuple[Dim, ...]:
    """The shape of what is returned."""
    rows, columns = ([index.size for index in part] for part in (result.rows, result.columns))
    if result.outside is None:
        return (*rows, *columns, *_own(e.shape))
    return (*rows, *_own(result.outside), *columns, *_own(result.inside))


def written(body: Labelled, roots: Sequence[Expr], results: Sequence[Result]) -> list[str]:
    """Fill the lines of `body`; the texts of what is returned."""
    values = body.write(roots, plan)
    return [_returned(body, value, e, result) for value, e, result in zip(values, roots, results, strict=True)]


def _returned(body: Labelled, value: Value, e: Expr, result: Result) -> str:
    inner = member_axes(e)
    behind = result.outside is not None
    labels: tuple[Label, ...] = (*result.rows, *(x for x in inner if behind and x == ROW), *result.columns,
                                 *(x for x in inner if not behind or x == COLUMN))
    found = _complete(body, value, labels, e)
    if result.outside is not None and any(len(_own(shape)) == 2 for shape in (result.outside, result.inside)):
        return _taken_apart(body, found, result, result.outside)
    return found.text if labels else f"float({found.text})"


def _complete(body: Labelled, value: Value, labels: Sequence[Label], e: Expr) -> Value:
    """The value with all axes, repeated along the indices on which it does not depend."""
    if all(label in value.axes for label in labels if isinstance(label, Index)):
        return body.aligned(value, labels, whole=True)
    return body.repeated(value, labels, body.lengths(labels, e))


def _taken_apart(body: Labelled, value: Value, result: Result, outside: Shape) -> str:
    """Axes for rows and columns in the place of their column-major vec."""
    rows, columns = ([body.dim(index.size) for index in part] for part in (result.rows, result.columns))
    upper, lower = ([body.dim(d) for d in reversed(_own(shape))] for shape in (outside, result.inside))
    text = body.say.reshaped.format(x=value.text, shape=f"({', '.join([*rows, *upper, *columns, *lower])})")
    for axes, start in ((upper, len(rows)), (lower, len(rows) + len(upper) + len(columns))):
        if len(axes) == 2:
            text = body.say.swapped.format(x=text, first=start, second=start + 1)
    return text
