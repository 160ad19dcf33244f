"""Families as data and as parameters: the values of all members behind their axes, and as one table for a chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from matcalc.core.dims import Dim, Shape, rank
from matcalc.core.expr import Expr
from matcalc.core.indices import Index
from matcalc.descent.charts import Chart, broken, chart_of, check
from matcalc.descent.complex_charts import ComplexChart, complex_chart
from matcalc.diagnostics import NoRuleError, fail
from matcalc.language import name_of
from matcalc.language.letters import split_name
from matcalc.numeric.draws import Array
from matcalc.numeric.evaluate import ordered
from matcalc.numeric.sizes import Sizes, shape_of, size, stacked_shape

_ENTRYWISE = frozenset({"positive", "nonnegative", "free", "const", "complex"})


def table_shape(x: Expr, sizes: Sizes) -> tuple[int, int]:
    """Rows and columns of a parameter; of a family one row for each value of its first index."""
    if not x.data.axes:
        return shape_of(x.shape, sizes)
    lengths = [size(dim, sizes) for dim in stacked_shape(x)]
    return lengths[0], prod(lengths[1:])


def chart(x: Expr, sizes: Sizes | None, source: str) -> Chart | ComplexChart:
    """The chart of a parameter; of a family only what is declared of its entries is kept."""
    if x.data.axes and not x.data.props <= _ENTRYWISE:
        words = " and ".join(sorted(x.data.props - _ENTRYWISE))
        raise fail("M0515", f"descend does not keep the members of {x.data.name} {words}, so they cannot be declared "
                   "so here", source, error=NoRuleError)
    shape = (1, 1) if sizes is None else table_shape(x, sizes)
    return complex_chart(x, shape, source) if x.complex else chart_of(x, shape, source)


def inside(x: Expr, table: Any, sizes: Sizes) -> Any:
    """The value of a parameter as it is evaluated."""
    if x.data.axes:
        return np.reshape(table, [size(dim, sizes) for dim in stacked_shape(x)])
    number = np.complex128 if x.complex else np.float64
    return number(table[0, 0]) if table.shape == (1, 1) else table


def outside(e: Expr, value: Any, member: Sequence[Index], sizes: Sizes) -> Any:
    """The value of a gradient by a family as a table; another as it is."""
    if not member:
        return value
    found = ordered(e, value, sizes, member)
    return np.reshape(found, (np.shape(found)[0], -1))


def as_given(x: Expr, value: Any) -> Array:
    """A number, a vector or a matrix as users have them, a family with its axes first."""
    array = np.asarray(value)
    if x.data.axes:
        return array[..., 0, 0] if x.is_scalar else array[..., 0] if x.shape[1] == 1 else array
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def checked(x: Expr, value: Any, what: str, source: str) -> None:
    """Refuse a value that is not what is declared, of a family of any member, or of the matrix of its numbers."""
    if not x.data.axes:
        check(x, value, what, source)
        return
    rows = np.shape(value)[0]
    members = [np.reshape(value, (rows, -1))] if x.is_scalar else np.reshape(value, (-1, *np.shape(value)[-2:]))
    word = next(filter(None, (broken(x.data.props, member) for member in members)), "")
    if word:
        name = x.data.name
        raise fail("M1010", f"the {what} of {name} is not {word}, as {name} is declared", source)


def as_typed(x: Expr) -> Shape:
    """The shape in which a value is typed: a vector for numbers x_i, a matrix for vectors x_i."""
    dims: list[Dim] = [*stacked_shape(x)]
    kept = dims[:len(dims) - 2 + rank(x.shape)] if x.data.axes else dims
    return (kept[0], kept[1]) if len(kept) > 1 else (kept[0], 1)


def undeclared(values: Mapping[str, Any], declared: Iterable[str]) -> dict[str, Any]:
    """The values that may tell what their variables are: not those of families that are declared as x_i."""
    known = {split_name(name_of(name))[0] for name in declared}
    return {name: value for name, value in values.items() if name not in known}
