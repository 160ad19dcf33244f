"""The value of an expression before anything is computed: a product of arrays, of whose axes some are its rows, some
its columns, and the others, but for those of free indices, are summed.

Rows and columns may be several axes each: the rows of vec(X) are the columns of X and then its rows, those of A ⊗ B
the rows of both. The same label in rows and columns is a diagonal, one that no factor has is a repetition. So vec, ⊗,
diag, ones, identities and commutation matrices are never filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import count

from matcalc.core.dims import Dim
from matcalc.core.indices import Index
from matcalc.plan.node import Graph, Node, last
from matcalc.records import NamedTuple

ONE = Fraction(1)


class Axis:
    """The label of an axis that belongs to no index; no other is equal to it."""

    __slots__ = ("number", "size")

    def __init__(self, number: int, size: Dim) -> None:
        self.number, self.size = number, size

    def __repr__(self) -> str:
        return f"Axis({self.number}, {self.size})"


Label = Axis | Index
Labels = tuple[Label, ...]


class Value(NamedTuple):
    """number · Π factors, each an array with the labels of its axes."""

    factors: tuple[tuple[Node, Labels], ...]
    rows: Labels = ()
    columns: Labels = ()
    number: Fraction = ONE

    @property
    def labels(self) -> Labels:
        """All labels of factors, each once."""
        if len(self.factors) == 1:
            return tuple(dict.fromkeys(self.factors[0][1]))
        return tuple(dict.fromkeys([label for _, labels in self.factors for label in labels]))

    @property
    def indices(self) -> tuple[Index, ...]:
        """The free indices, by name."""
        found = {x for _, labels in self.factors for x in labels if isinstance(x, Index)}
        return tuple(sorted(found, key=_rank)) if found else ()

    @property
    def sides(self) -> Labels:
        """Rows and columns, each label once."""
        return tuple(dict.fromkeys((*self.rows, *self.columns)))

    @property
    def kept(self) -> Labels:
        """What an array of this value needs: no label twice, none along which it only repeats."""
        own = {x for _, labels in self.factors for x in labels}
        return (*self.indices, *(x for x in self.sides if x in own))

    def put(self, new: Mapping[Label, Label]) -> Value:
        """With other labels."""
        if not new:
            return self

        def each(labels: Labels) -> Labels:
            return tuple([new.get(x, x) for x in labels])

        return Value(tuple([(node, each(labels)) for node, labels in self.factors]), each(self.rows),
                     each(self.columns), self.number)


def _rank(index: Index) -> tuple[int, str, str, str]:
    """Indices that sums bind from the outermost on, then those that have names."""
    height = index.name.strip("#~")
    return -int(height) if height.isdigit() else 0, index.name, str(index.size), str(index.low)


class Values:
    """Makes values over one graph. Where nothing is `declared`, arrays are taken as they are given, whatever the
    declarations of variables say of them."""

    def __init__(self, graph: Graph, declared: bool = True) -> None:
        self.graph, self.declared = graph, declared
        self._numbers = count()

    def axis(self, size: Dim) -> Axis:
        """A label that nothing else has."""
        return Axis(next(self._numbers), size)

    def axes(self, *sizes: Dim) -> Labels:
        """Labels for axes of these lengths; there is none of length one."""
        return tuple(self.axis(size) for size in sizes if size != 1)

    def number(self, number: Fraction | int) -> Value:
        """A rational number."""
        return Value((), number=Fraction(number))

    def of(self, node: Node, rows: Labels = (), columns: Labels = (), indices: Labels = ()) -> Value:
        """An array whose axes are those of indices, of rows and of columns."""
        if node.op == "number":
            return Value((), rows, columns, node.data)
        return Value(((node, (*indices, *rows, *columns)),), rows, columns)

    def fresh(self, value: Value) -> Value:
        """The same with labels that nothing else has; indices stay."""
        return value.put({x: self.axis(x.size) for x in (*value.labels, *value.sides) if isinstance(x, Axis)})

    def equated(self, values: Sequence[Value], pairs: Iterable[tuple[Label, Label]]) -> list[Value]:
        """The values with each pair of labels made one."""
        new: dict[Label, Label] = {}
        for a, b in pairs:
            a, b = last(new, a), last(new, b)
            if a != b:
                a, b = (a, b) if isinstance(a, Index) or not isinstance(b, Index) else (b, a)
                new[b] = a
        found = {x: last(new, x) for x in new}
        return [value.put(found) for value in values]

    def along(self, value: Value, rows: Sequence[Dim], columns: Sequence[Dim]) -> Value:
        """The value with axes of these lengths for its rows and its columns: reshaped where they differ and an array
        goes along them."""
        for side, sizes in enumerate((rows, columns)):
            value = self._cut(value, side, tuple(sizes)) if len(sizes) > 1 else value
        own = tuple(x.size for x in value.rows), tuple(x.size for x in value.columns)
        if own == (tuple(rows), tuple(columns)):
            return value
        node, indices = self.full(value)
        front = node.shape[:len(indices)]
        shaped = self.graph.node("reshape", [node], None, (*front, *rows, *columns))
        return self.of(shaped, self.axes(*rows), self.axes(*columns), indices)

    def alike(self, a: Sequence[Label], b: Sequence[Label]) -> bool:
        """Whether two sides are cut into axes of the same lengths."""
        return [x.size for x in a] == [x.size for x in b]

    def matrix(self, value: Value) -> Value:
        """With at most one axis for rows and one for columns, all of them its own: no repetition, no diagonal."""
        found = self.along(value, self.merged(value.rows), self.merged(value.columns))
        if len(found.sides) == len(found.rows) + len(found.columns) and {*found.sides} <= {*found.labels} and \
                len(found.factors) == 1 and found.number == 1 and found.factors[0][1] == (
                *found.indices, *found.rows, *found.columns):
            return found
        node, indices = self.full(found)
        rows, columns = (tuple(self.axis(x.size) for x in side) for side in (found.rows, found.columns))
        return self.of(node, rows, columns, indices)

    def merged(self, side: Labels) -> tuple[Dim, ...]:
        """The length of a side as one axis, none where it is one."""
        total: Dim = 1
        for label in side:
            total = total * label.size
        return () if total == 1 else (total,)

    def product(self, values: Iterable[Value], rows: Labels, columns: Labels, number: Fraction = ONE,
                open_: Iterable[Label] = ()) -> Value:
        """All factors together with these rows and columns. What was summed stays summed; what is summed now and no
        factor has counts how often it repeats. `open_` are labels that might be summed now."""
        values = list(values)
        factors = tuple(pair for value in values for pair in value.factors)
        for value in values:
            number = number if value.number is ONE else number * value.number
        has = {*rows, *columns, *(x for _, labels in factors for x in labels)}
        gone = dict.fromkeys(x for x in (*(x for v in values for x in v.sides), *open_) if x not in has)
        repeats = tuple((self.graph.size(x.size), ()) for x in gone)
        return self.tidy(Value((*factors, *repeats), rows, columns, number))

    def tidy(self, value: Value) -> Value:
        """Numbers are in front."""
        if all(node.op != "number" for node, _ in value.factors):
            return value
        number, factors = value.number, []
        for node, labels in value.factors:
            if node.op == "number":
                number *= node.data
            else:
                factors.append((node, labels))
        return Value(tuple(factors), value.rows, value.columns, number)

    def core(self, value: Value) -> Value:
        """One array, without repetitions and diagonals."""
        kept = value.kept
        if value.number == 1 and len(value.factors) == 1 and {*value.factors[0][1]} == {*kept} and (
                len(value.factors[0][1]) == len(kept)):
            return value
        node = self.einsum(value, kept)
        return Value(((node, kept),) if node.op != "number" else (), value.rows, value.columns,
                     node.data if node.op == "number" else ONE)

    def full(self, value: Value, indices: Sequence[Index] | None = None) -> tuple[Node, Labels]:
        """One array with an axis for each index, then for each label of rows and of columns; and the indices."""
        front = value.indices if indices is None else tuple(indices)
        return self.einsum(value, (*front, *value.rows, *value.columns)), front

    def einsum(self, value: Value, out: Sequence[Label]) -> Node:
        """The product as an array with these axes."""
        return self.graph.einsum(value.number, [node for node, _ in value.factors],
                                 [labels for _, labels in value.factors], out, tuple(x.size for x in out))

    def mapped(self, values: Sequence[Value], compute: Callable[[Sequence[Node]], Node]) -> Value:
        """A function of the entries of all `values`, each of which has all rows, or none, and all columns, or none."""
        aligned = self.aligned([self.spread(v) if is_diagonal(v) else v for v in values])
        rows, columns = _sides(aligned)
        needed = [v.kept for v in aligned]
        kept = {x for own in needed for x in own}
        indices = sorted([x for x in kept if isinstance(x, Index)], key=_rank)
        labels: Labels = (*indices, *(x for x in dict.fromkeys((*rows, *columns)) if x in kept))
        made = compute([self.einsum(v, labels if own else ()) for v, own in zip(aligned, needed, strict=True)])
        if made.op == "number":
            return Value((), rows, columns, made.data)
        return Value(((made, labels),), rows, columns)

    def spread(self, value: Value) -> Value:
        """The value as an array of its own with all its rows and columns: a diagonal matrix with zeros."""
        node, indices = self.full(value)
        rows, columns = (tuple(self.axis(x.size) for x in side) for side in (value.rows, value.columns))
        return self.of(node, rows, columns, indices)

    def aligned(self, values: Sequence[Value]) -> list[Value]:
        """The values with the labels of their rows and columns made the same; a number or a vector against a matrix
        repeats."""
        fresh = self.cut_alike([self.fresh(v) for v in values])
        for side in (0, 1):
            cut = {tuple(x.size for x in _side(v, side)) for v in fresh} - {()}
            if len(cut) > 1:
                fresh = [self._merged(v, side) for v in fresh]
        pairs: list[tuple[Label, Label]] = []
        for side, first in enumerate(_sides(fresh)):
            pairs += [pair for v in fresh if _side(v, side) for pair in zip(first, _side(v, side), strict=True)]
        return self.equated(fresh, pairs)

    def cut_alike(self, values: Sequence[Value]) -> list[Value]:
        """Identities and repetitions with their sides cut into as many axes as those of the others."""
        found = list(values)
        for side in (0, 1):
            finest = max((_side(v, side) for v in found), key=len, default=())
            found = [self._cut(v, side, tuple(x.size for x in finest)) for v in found] if len(finest) > 1 else found
        return found

    def _cut(self, value: Value, side: int, sizes: tuple[Dim, ...]) -> Value:
        """The one axis of a side, along which no array goes, as several."""
        own = _side(value, side)
        total: Dim = 1
        for size in sizes:
            total = total * size
        if len(own) != 1 or own[0] in value.labels or own[0].size != total:
            return value
        new = self.axes(*sizes)

        def each(labels: Labels) -> Labels:
            return tuple(y for x in labels for y in (new if x == own[0] else (x,)))

        return value._replace(rows=each(value.rows), columns=each(value.columns))

    def _merged(self, value: Value, side: int) -> Value:
        """With one axis for this side."""
        sizes = [tuple(x.size for x in value.rows), tuple(x.size for x in value.columns)]
        sizes[side] = self.merged(_side(value, side))
        return self.along(value, *sizes)


def is_diagonal(value: Value) -> bool:
    """Whether a label stands twice among rows and columns."""
    return len(value.sides) < len(value.rows) + len(value.columns)


def _side(value: Value, side: int) -> Labels:
    return value.columns if side else value.rows


def _sides(values: Sequence[Value]) -> tuple[Labels, Labels]:
    """The rows and the columns that several values have together."""
    rows, columns = (next((_side(v, side) for v in values if _side(v, side)), ()) for side in (0, 1))
    return rows, columns
