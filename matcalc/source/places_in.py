"""Indices behind an array: rows, columns, ranges, new axes, the index of a loop, labels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from matcalc.source import leaf as pieces
from matcalc.source.broadcast import Array
from matcalc.source.extents import Dim, minus
from matcalc.source.leaf import Key, Leaf
from matcalc.source.marks import Labels, Range, Size
from matcalc.source.refusal import SHAPES, VALUE, RefusalError

if TYPE_CHECKING:
    from matcalc.source.calling import Library


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a loop: its letter, and how many turns there are."""

    letter: str
    dim: Dim


class Label:
    """One of many labels, in a loop over them: the vector with a one at its class."""

    def __init__(self, vector: Array) -> None:
        self.vector = vector


def _of_label(library: Library, a: Array, label: Label) -> Array:
    """The entry, or the row, of a class."""
    w = library.world
    w.dims.same(label.vector.shape[0], a.shape[0] if a.rank else 1, "labels and entries")
    return w.einsum([label.vector, a], ["a", "ab"[:a.rank]], "b" * (a.rank - 1))


def entry(library: Library, target: Any, index: Any) -> Any:
    """target[index]."""
    if isinstance(target, dict | list | tuple) and isinstance(index, int | str | slice):
        try:
            return target[index]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            raise RefusalError(VALUE, f"there is no [{index}] here") from None
    if isinstance(target, Labels):
        if not isinstance(index, Index):
            raise RefusalError(VALUE, "labels are read as a whole, or in a loop over all of them")
        return Label(_at_index(library, target.matrix, 0, index))
    a = library.array(target)
    if isinstance(index, Label):
        return _of_label(library, a, index)
    parts = list(index) if isinstance(index, tuple) else [index]
    if len(parts) == 2 and isinstance(parts[1], Labels):
        return _of_labels(library, a, parts[0], parts[1])
    if len(parts) == 1 and isinstance(parts[0], Labels):
        return _rows_of_labels(library, a, parts[0])
    taken = sum(part is not None and part is not Ellipsis for part in parts)
    if taken > a.rank:
        raise RefusalError(SHAPES, f"{taken} indices behind an array with {a.rank} axes")
    if Ellipsis not in parts:
        parts.append(Ellipsis)
    place = parts.index(Ellipsis)
    parts[place:place + 1] = [slice(None)] * (a.rank - taken)
    axis = 0
    for part in parts:
        if part is None:
            a = library.world.with_axis(a, axis)
            axis += 1
        elif isinstance(part, slice):
            a = _range(library, a, axis, part)
            axis += 1
        elif isinstance(part, Index):
            a = _at_index(library, a, axis, part)
        else:
            a = _one(library, a, axis, part)
    return a


def _at_index(library: Library, a: Array, axis: int, index: Index) -> Array:
    """The entries at the index of a loop, which runs over all of the axis."""
    w, key = library.world, axis - a.rank
    if w.dims.find(a.shape[axis]) == 1 and w.dims.find(index.dim) != 1:
        raise RefusalError(SHAPES, "the axis has length one")
    w.dims.same(a.shape[axis], index.dim, "the loop and the axis")
    shape = [*a.shape[:axis], *a.shape[axis + 1:]]
    keys: dict[Key, Key] = {i - a.rank: (i - (i > axis)) - len(shape) for i in range(a.rank)}
    return w.renamed(a, {**keys, key: index.letter}, shape)


def _one(library: Library, a: Array, axis: int, place: Any) -> Array:
    """The entries at one place, counted from 0 or from the end."""
    if not isinstance(place, int) or isinstance(place, bool):
        raise RefusalError(
            VALUE, "this index is not read: a whole number, a range, None, or the index of a loop over all rows"
        )
    dim = library.world.dims.find(a.shape[axis])
    if isinstance(dim, int) and not -dim <= place < dim:
        raise RefusalError(SHAPES, f"there is no place {place} in an axis of {dim}")
    if dim == 1:
        return library.world.without(a, [axis - a.rank])
    text = str(place + 1) if place >= 0 else str(minus(dim, -place - 1)).replace(" ", "")
    cut = _cut(library, a, axis, text, 1)
    return library.world.without(cut, [axis - a.rank])


def _range(library: Library, a: Array, axis: int, part: slice) -> Array:
    if part.step not in (None, 1):
        raise RefusalError(VALUE, "ranges with a step are not read")
    if part.start in (None, 0) and part.stop is None:
        return a
    w = library.world
    dim = w.dims.find(a.shape[axis])
    if dim == 1:
        raise RefusalError(SHAPES, "a range of an axis of length one is not read")
    start = 0 if part.start is None else part.start
    if not isinstance(start, int) or (part.stop is not None and not isinstance(part.stop, int | Size)):
        raise RefusalError(VALUE, "a range is read with whole numbers, X[:, :3]")
    low: Dim = start if start >= 0 else minus(dim, -start)
    high: Dim = dim if part.stop is None else (
        minus(dim, -part.stop) if isinstance(part.stop, int) and part.stop < 0 else library.axes.dim(part.stop))
    if isinstance(high, int) and isinstance(dim, int):
        high = min(high, dim)
    size: Dim = minus(high, low) if isinstance(low, int) else -start
    if isinstance(size, int) and size < 1:
        raise RefusalError(SHAPES, "an empty range is not read")
    first = str(low + 1 if isinstance(low, int) else minus(dim, -start - 1))
    return _cut(library, a, axis, f"{first}:{high}".replace(" ", ""), size)


def _cut(library: Library, a: Array, axis: int, text: str, size: Dim) -> Array:
    """Some places of an axis; with size one it stays as an axis of length one."""
    w, key = library.world, axis - a.rank
    shape = tuple(size if i == axis else dim for i, dim in enumerate(a.shape))
    found = w.single(a)
    if key not in found.keys:
        return replace(a, shape=shape)
    inside = text if len(found.keys) == 1 else f"{text},:" if found.keys[0] == key else f":,{text}"
    base = found.text if found.level == pieces.ATOM else f"({found.text})"
    made = Leaf(f"{base}[{inside}]", pieces.ATOM, tuple(k for k in found.keys if k != key or size != 1))
    if size == 1 and len(found.keys) == 2 and found.keys[0] == key:  # a row is written as one, and is a vector here
        made = Leaf(f"{made.text}'", pieces.POWER, made.keys)
    return Array(shape, ((made,),), a.guess)


def _of_labels(library: Library, a: Array, rows: Any, labels: Labels) -> Array:
    """logp[np.arange(n), y]: in every row the entry of its label."""
    w = library.world
    if not isinstance(rows, Range) or a.rank != 2:
        raise RefusalError(VALUE, "labels are read behind np.arange(n), p[np.arange(n), y]")
    w.dims.same(rows.size, a.shape[0], "the rows")
    for one, other in zip(labels.matrix.shape, a.shape, strict=True):
        w.dims.same(one, other, "labels and scores")
    return library.axes.sum(w.multiply(labels.matrix, a), 1)


def _rows_of_labels(library: Library, a: Array, labels: Labels) -> Array:
    """W[y]: for every label its row."""
    library.world.dims.same(labels.matrix.shape[1], a.shape[0], "labels and rows")
    return library.world.matmul(labels.matrix, a)
