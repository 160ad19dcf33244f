"""Tensor networks as matrix algebra: factors with named axes, multiplied, some axes summed over.

A factor has at most two axes, and so has all that arises on the way: an axis that meets one matrix is summed by a
product with a vector, one between two matrices by their product, with diag(v) between them where a vector of its own
stands there; matrices between the same two axes are multiplied entry by entry. These reductions find a matrix form
exactly where the graph of the factors has treewidth two, in whatever order they are tried (Duffin 1965, Topology of
series-parallel networks).
"""

from __future__ import annotations

from collections.abc import Iterable

from matcalc.algebra import add, apply, dimension, eye, hadamard, multiply, negate, ones, trace, transpose
from matcalc.core.dims import Dim
from matcalc.core.expr import ADD, CALL, EYE, ONES, Expr
from matcalc.core.indices import Index
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification.traces import joined

Axes = tuple[Index, ...]


class Array(NamedTuple):
    """What lies along at most two axes: a scalar, a column, or a matrix with rows along the first axis. It is `rough`
    where a sum was multiplied out, of which rounding may carry a small value to the other side of 0."""

    axes: Axes
    value: Expr
    rough: bool = False


def oriented(array: Array, axes: Axes) -> Expr:
    """The value with its axes in the order of `axes`, repeated along those that it does not have."""
    if array.axes == axes:
        return array.value
    if array.axes == axes[::-1]:
        return transpose(array.value)
    sizes = tuple(axis.size for axis in axes)
    if not array.axes:
        return multiply(array.value, ones(sizes[0], sizes[1] if len(axes) > 1 else 1))
    if array.axes[0] == axes[0]:
        return multiply(array.value, ones(1, sizes[1]))
    return multiply(ones(sizes[0], 1), transpose(array.value))


def together(found: Iterable[Array | None]) -> Array | None:
    """The sum of arrays, those with fewer axes repeated; None where one is missing, or that needs a third axis."""
    given = list(found)
    arrays = [array for array in given if array is not None]
    axes = union(array.axes for array in arrays)
    if len(axes) > 2 or len(arrays) < len(given):
        return None
    by_axes: dict[Axes, list[Expr]] = {}
    for array in arrays:
        key = tuple(axis for axis in axes if axis in array.axes)
        by_axes.setdefault(key, []).append(oriented(array, key))
    terms = (oriented(Array(key, add(*values)), axes) for key, values in by_axes.items())
    return Array(axes, joined(add(*terms)), any(array.rough for array in arrays))


def union(several: Iterable[Iterable[Index]]) -> Axes:
    """All axes that occur, in the order of their names."""
    return tuple(sorted({axis for axes in several for axis in axes}, key=str))


def triangle(n: Dim, book: Rulebook, strict: bool) -> Expr:
    """The ones above the diagonal, and those on it unless it is strict."""
    upper = apply(book.core("triu"), ones(n, n))
    return add(upper, negate(eye(n))) if strict else upper


def _masks(name: str, n: Dim, book: Rulebook) -> list[Expr]:
    """The triangles of one side."""
    found = [triangle(n, book, strict) for strict in (False, True)]
    return found if name == "triu" else [transpose(mask) for mask in found]


def _is_mask(edge: Array, book: Rulebook) -> bool:
    size = edge.axes[0].size
    return edge.value.is_square and any(edge.value in _masks(name, size, book) for name in ("triu", "tril"))


class Network:
    """Factors under contraction: scalars, vectors by their axis, and matrices as edges between two axes."""

    def __init__(self, tensors: Iterable[Array], book: Rulebook) -> None:
        self._book = book
        self.scalars: list[Expr] = []
        self.vectors: dict[Index, Expr] = {}
        self.edges: list[Array] = []
        self.loops: list[tuple[Index, Expr]] = []
        for tensor in tensors:
            self.take(tensor)

    def take(self, tensor: Array) -> None:
        """Multiply by one more factor."""
        axes, value, _ = tensor
        if not axes:
            self.scalars.append(value)
        elif len(axes) == 1:
            self.vectors[axes[0]] = hadamard(self.vectors[axes[0]], value) if axes[0] in self.vectors else value
        elif axes[0] == axes[1]:
            self.loops.append((axes[0], value))
        elif value.kind is not ONES:
            self.edges.append(tensor)

    def contracted(self, summed: Iterable[Index], output: Axes) -> Array | None:
        """The product, summed over the axes `summed`; None where it has no matrix form. `output` are the axes left."""
        rest = set(summed)
        self._identify(rest)
        self._close_loops(rest)
        self._place_masks()
        while rest:
            axis = self._next(rest)
            if axis is None:
                return None
            rest.remove(axis)
            self._eliminate(axis, rest)
        return self._left(output)

    def _identify(self, rest: set[Index]) -> None:
        """An identity between two axes makes them one."""
        while (found := self._identity(rest)) is not None:
            edge, gone, kept = found
            self.edges.remove(edge)
            rest.discard(gone)
            edges, self.edges = self.edges, []
            moved = [Array((gone,), self.vectors.pop(gone))] if gone in self.vectors else []
            for axes, value, _ in [*edges, *moved]:
                self.take(Array(tuple(kept if axis == gone else axis for axis in axes), value))
            self.loops = [(kept if axis == gone else axis, value) for axis, value in self.loops]

    def _identity(self, rest: set[Index]) -> tuple[Array, Index, Index] | None:
        for edge in self.edges:
            if edge.value.kind is EYE:
                for gone, kept in (edge.axes, edge.axes[::-1]):
                    if gone in rest:
                        return edge, gone, kept
        return None

    def _close_loops(self, rest: set[Index]) -> None:
        """A matrix with both its axes on one: its trace where nothing else meets that axis, else its diagonal."""
        for axis, value in self.loops:
            alone = axis in rest and axis not in self.vectors and not self._at(axis)
            if alone and [a for a, _ in self.loops].count(axis) == 1:
                rest.remove(axis)
                self.scalars.append(trace(value))
            else:
                self.take(Array((axis,), self._diagonal(value)))

    def _diagonal(self, matrix: Expr) -> Expr:
        return apply(self._book.overloads("diag")[1], matrix)

    def _at(self, axis: Index) -> list[Array]:
        return [edge for edge in self.edges if axis in edge.axes]

    def _neighbours(self, axis: Index) -> Axes:
        """The axes that matrices connect with one."""
        return tuple(other for other in union(edge.axes for edge in self._at(axis)) if other != axis)

    def _next(self, rest: set[Index]) -> Index | None:
        """The axis to sum over next: one that makes a vector before one that makes a matrix, and before those between
        which several matrices lie; None where an array of three axes would arise."""
        def rank(axis: Index) -> tuple[int, bool, str]:
            near, has_vector = len(self._neighbours(axis)), axis in self.vectors
            several = len(self._at(axis)) > near
            kind = near + 3 * several if near < 3 else 6
            return max(kind, 1), has_vector != several, str(axis)

        least = min(rest, key=rank)
        return least if len(self._neighbours(least)) <= 2 else None

    def _eliminate(self, axis: Index, rest: set[Index]) -> None:
        """Sum over one axis."""
        near = self._neighbours(axis)
        edges = self._at(axis)
        vector = self.vectors.pop(axis, None)
        if len(near) == 1 and len(edges) == 2 and self._is_end(near[0], axis, rest):
            self.edges = [edge for edge in self.edges if edge not in edges]
            rest.remove(near[0])
            left, right = (oriented(edge, (axis, near[0])) for edge in edges)
            self.scalars.append(trace(multiply(transpose(left), *self._between(vector), right)))
            return
        self.edges = [edge for edge in self.edges if axis not in edge.axes]
        merged = [self._merged([edge for edge in edges if other in edge.axes], (other, axis)) for other in near]
        if not near:
            value = dimension(axis.size) if vector is None else multiply(ones(1, axis.size), vector)
            self.take(Array((), value))
        elif len(near) == 1:
            column = ones(axis.size, 1) if vector is None else vector
            self.take(Array((near[0],), multiply(merged[0], column)))
        else:
            value = multiply(merged[0], *self._between(vector), transpose(merged[1]))
            self.take(Array((near[0], near[1]), value))

    def _merged(self, edges: Iterable[Array], axes: Axes) -> Expr:
        """Matrices between the same two axes entry by entry; a triangle of ones takes the triangle of another one."""
        values = [oriented(edge, axes) for edge in edges]
        masks = {value: name for name in ("triu", "tril") for value in _masks(name, axes[0].size, self._book)}
        others = sorted((value for value in values if value not in masks), key=lambda e: e.order)
        if not others or len(others) == len(values):
            return hadamard(*values)
        least = others[0]
        for mask in dict.fromkeys(value for value in values if value in masks):
            part = apply(self._book.core(masks[mask]), least)
            beside = [] if mask.kind is CALL else [negate(self._between(self._diagonal(least))[0])]
            least = add(part, *beside)
        return hadamard(least, *others[1:])

    def _place_masks(self) -> None:
        """A triangle of ones and the matrices beside it are one matrix."""
        for mask in [edge for edge in self.edges if edge.value.kind in (ADD, CALL) and _is_mask(edge, self._book)]:
            beside = [edge for edge in self.edges if set(edge.axes) == set(mask.axes)]
            if len(beside) > 1:
                self.edges = [edge for edge in self.edges if edge not in beside]
                self.edges.append(Array(mask.axes, self._merged(beside, mask.axes)))

    def _is_end(self, other: Index, axis: Index, rest: set[Index]) -> bool:
        """Whether nothing but edges to `axis` meets an axis that is summed over as well."""
        return other in rest and other not in self.vectors and all(axis in edge.axes for edge in self._at(other))

    def _between(self, vector: Expr | None) -> list[Expr]:
        return [] if vector is None else [apply(self._book.core("diag"), vector)]

    def _left(self, output: Axes) -> Array | None:
        """What is left when all summed axes are gone: a scalar, a vector, or a matrix and vectors at its sides."""
        axes = tuple(axis for axis in output if axis in self.vectors or self._at(axis))
        sides = [self.vectors[axis] for axis in axes if axis in self.vectors]
        if len(axes) > 2:
            return None
        if len(axes) == 2 and self.edges:
            matrix = self._merged(self.edges, axes)
            found = [self._scaled(matrix, *(self.vectors.get(axis) for axis in axes))]
        else:
            found = [*sides[:1], *map(transpose, sides[1:])]
        return Array(axes, multiply(*self.scalars, *found) if self.scalars or found else ones(1, 1))

    def _scaled(self, matrix: Expr, left: Expr | None, right: Expr | None) -> Expr:
        """diag(u) M, M diag(v), and (u v') ∘ M."""
        if left is not None and right is not None:
            return hadamard(multiply(left, transpose(right)), matrix)
        return multiply(*self._between(left), matrix, *self._between(right))
