"""Entries and ranges, X[i, j] and X[a:b, :]: which part of a matrix they are."""

from __future__ import annotations

from matcalc.dims import Dim, Shape, subtract
from matcalc.language.infer import Inference, ShapeError
from matcalc.language.literals import to_dim
from matcalc.language.syntax import Op, Syntax


def index(inference: Inference, syntax: Syntax) -> Shape:
    """Records (offset, length) per axis for the builder."""
    shape = inference.shape(syntax.args[0])
    axes = list(syntax.data)
    if len(axes) == 1:
        if 1 not in shape:
            asked = axes[0] if isinstance(axes[0], Syntax) and axes[0].op is Op.NUMBER else None
            fixes = ("{0}[{1}, :]", "{0}[:, {1}]") if asked else ()
            raise ShapeError("M0318", "an entry of a matrix has two indices", syntax, syntax.args, fixes,
                             extra=(asked,) if asked else ())
        axes = [*axes, 1] if shape[1] == 1 else [1, *axes]
    ranges = [_axis(inference, axis, size) for axis, size in zip(axes, shape, strict=True)]
    inference.choices[syntax] = ranges
    return ranges[0][1], ranges[1][1]


def _axis(inference: Inference, axis: Syntax | tuple[Syntax, Syntax] | int | None, size: Dim) -> tuple[Dim, Dim]:
    if axis is None:
        return 0, size
    if isinstance(axis, int):
        return 0, 1
    first = to_dim(inference, axis[0] if isinstance(axis, tuple) else axis)
    last = to_dim(inference, axis[1]) if isinstance(axis, tuple) else first
    length = subtract(last, first) + 1
    if (isinstance(length, int) and length < 1) or (isinstance(first, int) and first < 1) \
            or (isinstance(size, int) and isinstance(last, int) and last > size):
        place = axis[0] if isinstance(axis, tuple) else axis
        raise ShapeError("M0318", f"the index is outside 1 … {size}", place, (), ("1",))
    return subtract(first, 1), length
