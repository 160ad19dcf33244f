"""NumPy's axes: sums along one of them, new ones, entries of an axis at equal steps.

Where a text says x[:, None] or keepdims=True, a column is one; any other vector has one axis, and beside a matrix it
runs along the columns.
"""

from __future__ import annotations

from collections.abc import Callable

from matcalc import algebra
from matcalc.core.dims import Dim, Shape, subtract
from matcalc.core.expr import Expr
from matcalc.language.broadcasting import TWO_AXES, has_one_axis, is_flat_row
from matcalc.language.construct import Builder, Construct
from matcalc.language.inference import SCALAR, Inference, ShapeError
from matcalc.language.overloads import choose, chosen, given
from matcalc.language.python_indices import ALL_BACKWARDS
from matcalc.language.suggest import table
from matcalc.language.syntax import Op, Syntax

ALL, EACH, COLUMN, LAYERS = "all", "each", "column", "layers"  # sums, means, and axes that are added
LARGEST = 200  # entries at equal steps, which are taken one by one
PICKED, PICKED_ALL, PICKED_EACH = "picked", "picked all", "picked each"  # entries where a mask is 1
KEPT = "kept"  # an array of which the mask is known to fit
SPREAD = "spread"  # an array in the shape of itself and another one, along the axes where it has one entry
COUNT = "count"  # how many entries stand along an axis
ONE_AXIS = "one axis"  # a row x @ A as the vector that it is for NumPy
FLAT = "flat"  # a column as the vector that it is without its second axis
_SUMS = (ALL, EACH, COLUMN, FLAT, LAYERS)  # any other word is a function of the rows of a matrix


def _along(inference: Inference, s: Syntax) -> Shape:
    word, axis, keeps = s.data
    x = s.args[0]
    rows, cols = inference.shape(x)
    if word in (PICKED, PICKED_ALL, PICKED_EACH, KEPT):
        return _picked(inference, s)
    if word in (SPREAD, COUNT):
        return _spread(inference, s) if word == SPREAD else _counted(inference, s, x)
    if word == ONE_AXIS:
        if x in inference.columns_typed:
            inference.columns_typed.add(s)
        return (cols, rows) if is_flat_row(inference, x) else (rows, cols)
    if word not in _SUMS:
        return _gathered(inference, s, x)
    if word == FLAT:
        return (rows, cols) if rows != 1 else (cols, rows)
    if word == LAYERS and axis == 0 and cols == 1 and x not in inference.columns_typed:
        return cols, rows  # x[None]
    if word == LAYERS:
        raise ShapeError("M0216", "an array with three axes is read in the squared distances of rows only, "
                         "((X[:, None, :] - Y[None, :, :])**2).sum(-1)", s, (), hard=True)
    if word == COLUMN:
        if cols != 1 and is_flat_row(inference, x):
            rows, cols = cols, rows
        if cols != 1:
            raise ShapeError("M0216", "[:, None] is read behind a vector", s, (x,), wide=True)
        inference.columns_typed.add(s)
        return rows, cols
    if has_one_axis(inference, x):
        if axis not in (0, -1):
            raise ShapeError("M0318", f"a vector has no axis {axis}", s, (x,), wide=True)
        return SCALAR
    if axis not in (0, 1, -1, -2):
        raise ShapeError("M0318", f"a matrix has no axis {axis}", s, (x,), hard=True)
    if axis in (0, -2):
        return (1, cols) if keeps else (cols, 1)
    if keeps:
        inference.columns_typed.add(s)
    return rows, 1


def _spread(inference: Inference, s: Syntax) -> Shape:
    """The shape of two arrays that MATLAB spreads over each other; the first is a number where that is said."""
    if s.data[2] == TWO_AXES and has_one_axis(inference, s.args[0]):
        raise ShapeError("M0364", "vmap of a function of rows is given matrices", s, s.args[:1], wide=True)
    if s.data[2] is True and not inference.is_scalar(s.args[0]):
        raise ShapeError("M0216", "beside what a function is applied to one by one stand numbers only", s, s.args[:1])
    found: list[Dim] = []
    for own, other in zip(*(inference.shape(x) for x in s.args), strict=True):
        if 1 not in (own, other) and not inference.equate(own, other):
            raise ShapeError("M0302", "cannot spread these over each other", s, s.args, wide=True)
        found.append(other if own == 1 else own)
    return inference.resolved((found[0], found[1]))


def _build_spread(b: Builder, s: Syntax) -> Expr:
    (rows, cols), x = b.shape(s), b.done[s.args[0]]
    left = () if x.shape[0] == rows else (algebra.ones(rows, 1),)
    return algebra.multiply(*left, x, *(() if x.shape[1] == cols else (algebra.ones(1, cols),)))


def _counted(inference: Inference, s: Syntax, x: Syntax) -> Shape:
    """x.shape[0], a number."""
    axis = s.data[1]
    count = 1 if has_one_axis(inference, x) else 2
    if inference.is_scalar(x) or (axis is not None and not -count <= axis < count):
        raise ShapeError("M0318", f"there is no axis {axis} here", s, (x,), hard=not inference.is_open(x))
    if s.data[2] and 1 not in inference.shape(x):
        raise ShapeError("M0318", "the length of a matrix is the larger one of its sizes; size(X, 1) is one of them", s,
                         (x,), hard=True)
    return SCALAR


def _build_counted(b: Builder, s: Syntax) -> Expr:
    (rows, cols), axis = b.done[s.args[0]].shape, s.data[1]
    if axis is None or has_one_axis(b.inference, s.args[0]):
        return algebra.dimension(rows * cols)
    return algebra.dimension((rows, cols)[axis])


def _picked(inference: Inference, s: Syntax) -> Shape:
    """Entries that a mask picks, which are read where they are summed."""
    x, mask = s.args[:2]
    if s.data[0] == PICKED and s.data[2] and inference.is_scalar(x):
        return inference.shape(mask)  # t(t > 0)
    if s.data[0] == PICKED:
        raise ShapeError("M0361", "how many entries a mask picks is no size that is known; they are read where they "
                         "are put together, x[x > 0].sum()", s, (x, mask), ("{0}.*({1})",) if s.data[2] else (),
                         hard=True)
    same = (x in inference.columns_typed) == (mask in inference.columns_typed)
    if not same or not inference.equate_shapes(inference.shape(x), inference.shape(mask)):
        raise ShapeError("M0361", "a mask that picks entries has the shape of what it picks from", s, (x, mask),
                         hard=True)
    return inference.shape(s.args[2]) if s.data[0] == KEPT else SCALAR


def _gathered(inference: Inference, s: Syntax, x: Syntax) -> Shape:
    """A function of the rows of a matrix, along axis 1; along axis 0 of those of its transpose. A vector is given to
    the function of vectors that goes by the same word."""
    word, axis, keeps = s.data
    rows, cols = inference.shape(x)
    is_flat = is_flat_row(inference, x)
    one_axis = has_one_axis(inference, x)
    if is_flat:
        rows, cols = cols, rows
        inference.rows.add(s)
    if axis not in ((0, -1) if one_axis else (0, 1, -1, -2)):
        raise ShapeError("M0318", f"a {'vector' if one_axis else 'matrix'} has no axis {axis}", s, (x,), wide=one_axis)
    alone = next((name for name, how in table("along").items() if how == word != name), "") if one_axis else ""
    if alone and (found := choose(inference, s, alone, (rows, cols), *s.args[1:])) is not None:
        return found
    turned = one_axis or axis in (0, -2)
    if turned:
        (inference.rows.discard if is_flat else inference.rows.add)(s)
    found = chosen(inference, s, word, (cols, rows) if turned else (rows, cols), *s.args[1:])
    if one_axis:
        return found[::-1]
    if found[1] != 1 or inference.functions[s].result[1] != 1:
        return found[::-1] if turned else found  # a row for each row
    if keeps and not turned:
        inference.columns_typed.add(s)
    return found[::-1] if keeps and turned else found


def _build_gathered(b: Builder, s: Syntax, x: Expr) -> Expr:
    found = b.applied(s, algebra.transpose(x) if s in b.inference.rows else x, *given(b, s, 1))
    is_turned = s in b.inference.rows and 1 not in b.inference.functions[s].result
    return algebra.transpose(found) if is_turned or found.shape != b.shape(s) else found


def _build_along(b: Builder, s: Syntax) -> Expr:
    word, axis, keeps = s.data
    x = b.done[s.args[0]]
    if word == PICKED:
        return algebra.multiply(*b.args(s))
    if word == SPREAD:
        return _build_spread(b, s)
    if word == KEPT:
        return b.done[s.args[2]]
    if word in (PICKED_ALL, PICKED_EACH):
        totals = [algebra.multiply(algebra.ones(1, e.shape[0]), e, algebra.ones(e.shape[1], 1))
                  for e in (b.done[s.args[2]], b.done[s.args[1]])]
        return totals[0] if word == PICKED_ALL else algebra.divide(*totals)
    if word == COUNT:
        return _build_counted(b, s)
    if word == ONE_AXIS:
        return x if x.shape == b.shape(s) else algebra.transpose(x)
    if word not in _SUMS:
        return _build_gathered(b, s, x)
    if word in (COLUMN, FLAT, LAYERS):
        return x if x.shape == b.shape(s) else algebra.transpose(x)
    rows, cols = x.shape
    is_flat = is_flat_row(b.inference, s.args[0])
    if not is_flat and (axis in (0, -2) or (cols == 1 and s.args[0] not in b.inference.columns_typed)):
        total, size = algebra.multiply(algebra.transpose(x), algebra.ones(rows, 1)), rows
    else:
        total, size = algebra.multiply(x, algebra.ones(cols, 1)), cols
    if word == EACH:
        total = algebra.divide(total, algebra.dimension(size))
    return algebra.transpose(total) if keeps and axis in (0, -2) and not total.is_scalar else total


def keeps_column(inference: Inference, syntax: Syntax, shape: Shape) -> bool:
    """Whether what is made of a column with two axes is one as well."""
    if shape[1] != 1 or shape == SCALAR or syntax.op is Op.ALONG:
        return False
    if syntax.op is Op.TRANSPOSE and (syntax.args[0].op is Op.ALONG or syntax.args[0].data == TWO_AXES):
        return True
    if syntax.op is Op.INDEX and len(syntax.data) == 2:  # X[:, :1]
        return not any(isinstance(axis, Syntax) for axis in syntax.data)
    is_entry = syntax.op is Op.INDEX and isinstance(syntax.data[0], Syntax)
    return not is_entry and any(arg in inference.columns_typed for arg in syntax.args)


def _places(s: Syntax, size: Dim) -> list[int]:
    """The places that are taken, from 0."""
    steps = s.data[1]
    start, stop, step = steps
    if not isinstance(size, int):
        if step < 0 or stop is None or stop < 0 or (start or 0) < 0:
            raise ShapeError("M0360", "how many entries these are depends on the size of the axis: say it as a number",
                             s, (), (), hard=True)
        size = int(stop)
    found = list(range(*slice(start, stop, step).indices(size)))
    if not found or len(found) > LARGEST:
        what = "no entry is" if not found else f"more than {LARGEST} entries are"
        raise ShapeError("M0360", f"{what} taken at these steps", s, (), (), hard=True)
    return found


def _axis_of(s: Syntax, rows: Dim, cols: Dim) -> int:
    """The axis along which entries are taken: a row is indexed by one place as well, but for NumPy's with two axes."""
    is_row = s.args[0].op is Op.ALONG or s.args[0].data == TWO_AXES
    return 1 if s.data[2] == 1 and cols != 1 and rows == 1 and not is_row else int(s.data[0])


def _stepped(inference: Inference, s: Syntax) -> Shape:
    rows, cols = inference.shape(s.args[0])
    axis, count = _axis_of(s, rows, cols), s.data[2]
    if count == 1 and 1 not in (rows, cols) and not inference.scope.numpy:
        raise ShapeError("M0318", "an entry of a matrix has two indices", s, s.args)
    if axis == 1 and cols == 1 and count == 2:
        raise ShapeError("M0318", "a vector has one index", s, s.args, wide=True)
    if s.data[1] == ALL_BACKWARDS:
        return chosen(inference, s, table("reversed")[str(axis)], (rows, cols))
    length = len(_places(s, (rows, cols)[axis]))
    return (length, cols) if axis == 0 else (rows, length)


def _build_stepped(b: Builder, s: Syntax) -> Expr:
    (x,) = b.args(s)
    if s in b.inference.functions:
        return b.applied(s, x)
    rows, cols = x.shape
    axis = _axis_of(s, rows, cols)
    places = _places(s, (rows, cols)[axis])
    if axis == 0:
        return algebra.block([[algebra.slice_(x, place, 1, 0, cols)] for place in places])
    return algebra.block([[algebra.slice_(x, 0, rows, place, 1) for place in places]])


def _replaced(inference: Inference, s: Syntax) -> Shape:
    """An array with something put into the places of an index of it."""
    entry, value = s.args
    x = _indexed(entry).args[0]
    shape, place = inference.shape(value), inference.shape(entry)
    shape = shape[::-1] if is_flat_row(inference, value) and place[1] == 1 else shape
    if shape != SCALAR and not inference.equate_shapes(shape, place):
        raise ShapeError("M0363", "what is put into places of an array is a number, or has their shape", s, s.args,
                         wide=True)
    if x in inference.columns_typed:
        inference.columns_typed.add(s)
    return inference.shape(x)


def _indexed(entry: Syntax) -> Syntax:
    return entry.args[0] if entry.op is Op.TRANSPOSE else entry


def _build_replaced(b: Builder, s: Syntax) -> Expr:
    inner = _indexed(s.args[0])
    x, value = b.done[inner.args[0]], b.done[s.args[1]]
    (row, rows), (col, cols) = [(b.dim(first), b.dim(count)) for first, count in b.inference.ranges[inner]]
    if value.is_scalar:
        value = algebra.multiply(value, algebra.ones(rows, cols))
    elif value.shape != (rows, cols):
        value = algebra.transpose(value)
    if s.data != "set":
        value = _UPDATES[s.data](algebra.slice_(x, row, rows, col, cols), value)
    end, last = row + rows, col + cols
    below, right = subtract(x.shape[0], end), subtract(x.shape[1], last)
    kept = [algebra.slice_(x, row, rows, 0, col)] if col != 0 else []
    kept += [value, *([algebra.slice_(x, row, rows, last, right)] if right != 0 else [])]
    bands = [[algebra.slice_(x, first, count, 0, x.shape[1])] if count != 0 else []
             for first, count in ((0, row), (end, below))]
    return algebra.block([part for part in (bands[0], kept, bands[1]) if part])


def _widths(inference: Inference, s: Syntax) -> tuple[tuple[int, int], tuple[int, int]]:
    """How much is put before and behind the rows and the columns."""
    x, sizes = s.args[0], s.data
    is_matrix = inference.shape(x)[1] != 1 or x in inference.columns_typed
    if sizes[-1] == (-1, -1):  # the same along all axes
        sizes = sizes[:1] * (2 if is_matrix else 1)
    if len(sizes) > 1 + is_matrix or is_flat_row(inference, x):
        raise ShapeError("M0318", "more axes are padded than there are", s, (x,), wide=True)
    if not is_matrix:
        return sizes[0], (0, 0)
    return sizes[1] if len(sizes) > 1 else (0, 0), sizes[0]


def _padded(inference: Inference, s: Syntax) -> Shape:
    if not inference.is_scalar(s.args[1]):
        raise ShapeError("M0318", "what is put around an array is a number", s, s.args[1:], wide=True)
    (above, below), (left, right) = _widths(inference, s)
    rows, cols = inference.shape(s.args[0])
    if s.args[0] in inference.columns_typed and not left + right:
        inference.columns_typed.add(s)
    return rows + above + below, cols + left + right


def _build_padded(b: Builder, s: Syntax) -> Expr:
    (above, below), (left, right) = _widths(b.inference, s)
    x, value = b.args(s)
    rows, cols = x.shape

    def filled(m: Dim, n: Dim) -> list[Expr]:
        return [algebra.multiply(value, algebra.ones(m, n))] if m != 0 != n else []

    middle = [*filled(rows, left), x, *filled(rows, right)]
    bands = filled(above, cols + left + right), middle, filled(below, cols + left + right)
    return algebra.block([band for band in bands if band])


_UPDATES: dict[str, Callable[..., Expr]] = {"add": algebra.add, "multiply": algebra.hadamard}
CONSTRUCTS = {
    Op.ALONG: Construct(_along, _build_along, "Σ"), Op.STEPPED: Construct(_stepped, _build_stepped, "::"),
    Op.REPLACED: Construct(_replaced, _build_replaced, "[ ]"), Op.PADDED: Construct(_padded, _build_padded, "[ ]")}
