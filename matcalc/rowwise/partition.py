"""A plan cut along its rows: what is computed block by block, what is totalled over the blocks, what is computed once.

One axis of the data, the rows, is longer than anything else, and no parameter has it. Of every array of a plan

    no axis is the rows: it is known once, for all blocks;
    one axis is the rows: its value at a row depends on that row alone, and on what is known once;
    a product that is summed over the rows, or a largest or smallest entry, is a total of blocks: Σ_rows = Σ_blocks Σ_rows.

A total is known once after a pass over the rows, so what needs it for each row needs another pass: Σᵢ (xᵢ − x̄)² takes
two. Whatever else puts rows together has no total of blocks and is refused, with the array that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from matcalc.core.dims import Dim, names
from matcalc.plan.functions import Call
from matcalc.plan.members import Key
from matcalc.plan.node import Axes, Graph, Letters, Node, extents, ordered
from matcalc.records import NamedTuple

ENTRYWISE = frozenset({"add", "map", "unspecified"})
_OF_MATRICES = frozenset("inverse det logabsdet signdet matrix_power cholesky_inverse symmetric_inverse".split())
_LEAVES = frozenset({"input", "number", "size", "constant"})
_TOTALS = {"max": "max", "min": "min", "prod": "prod"}
_IN_BLOCK = frozenset({"inverse"})  # a matrix that is only multiplied with is solved with in every block, never inverted


class MixedError(Exception):
    """Rows are put together in another way than by a total; `node` is the array that does it."""

    def __init__(self, node: Node, why: str) -> None:
        super().__init__(why)
        self.node, self.why = node, why


class Total(NamedTuple):
    """What every block gives, how the blocks are put together (sum, max, min, prod), and as which input the whole is
    known later."""

    block: Node
    combine: str
    whole: Node


class Stage(NamedTuple):
    """One pass over the rows: what is computed `once` before it and given to every block, and the totals it gives."""

    once: tuple[tuple[Node, Node], ...]  # what is computed, and the input as which a block knows it
    totals: tuple[Total, ...]


class Partition(NamedTuple):
    """Passes over the rows, and what is computed in the end from their totals."""

    rows: Dim
    stages: tuple[Stage, ...]
    final: tuple[Node, ...]
    sizes: tuple[tuple[Node, Dim], ...]  # inputs that are lengths along all rows


class Cut(NamedTuple):
    """A node of the plan after the cut, and how many passes have to be over before it can be computed."""

    node: Node
    passes: int


def partition(graph: Graph, roots: Sequence[Node], rows: Dim) -> Partition:
    """The plan of `roots`, cut along the axis of this length. Raises MixedError where it has no totals of blocks."""
    return Cutting(graph, rows).cut(roots)


class Cutting:
    """Cuts one plan."""

    def __init__(self, graph: Graph, rows: Dim) -> None:
        self.graph, self.rows = graph, rows
        (self.name,) = names(rows)
        self.done: dict[Node, Cut] = {}
        self.totals: dict[tuple[Node, str], tuple[int, Total]] = {}
        self.once: dict[tuple[int, Node], Node] = {}
        self.sizes: dict[Dim, Node] = {}

    def cut(self, roots: Sequence[Node]) -> Partition:
        """All of it."""
        for e in ordered(*roots):
            self._refuse_lengths(e)
            self.done[e] = self._cut(e)
        for root in roots:
            if self.along(root):
                raise MixedError(root, "it has a value for each row")
        count = max((level for level, _ in self.totals.values()), default=0)
        stages = [Stage(tuple((e, x) for (p, e), x in self.once.items() if p == level),
                        tuple(t for at, t in self.totals.values() if at == level + 1)) for level in range(count)]
        return Partition(self.rows, tuple(stages), tuple(self.done[root].node for root in roots),
                         tuple((node, dim) for dim, node in self.sizes.items()))

    def along(self, e: Node) -> list[int]:
        """The axes of an array that are the rows."""
        return [k for k, d in enumerate(e.shape) if d == self.rows]

    def _refuse_lengths(self, e: Node) -> None:
        if len(self.along(e)) > 1:
            raise MixedError(e, "it has an entry for every two rows")
        if any(self.name in names(d) and d != self.rows for d in e.shape):
            raise MixedError(e, "it puts rows and other things on one axis")

    def _cut(self, e: Node) -> Cut:
        if e.op == "size":
            return self._size(e)
        if e.op == "einsum":
            return self._product(e)
        touched = [arg for arg in e.args if self.along(arg)]
        if not touched and not self.along(e):
            return self._made(e, e.args)
        if e.op == "reduce" and any(k in e.data[1] for k in self.along(e.args[0])):
            return self._reduced(e)
        if not _KEEPS.get(e.op, _none)(e, self):
            raise MixedError(e, _WHY.get(e.op, "it is a function of all rows together"))
        return self._made(e, e.args)

    def _made(self, e: Node, args: Sequence[Node]) -> Cut:
        """The same operation of what has been cut."""
        passes = max((self.done[arg].passes for arg in args), default=0)
        if self.along(e):
            given = tuple(self._in_block(arg, passes) for arg in args)
        else:
            given = tuple(self.done[arg].node for arg in args)
        if e.op == "add":
            return Cut(self.graph.add(list(zip(e.data, given, strict=True))), passes)
        return Cut(self.graph.node(e.op, given, e.data, e.shape), passes)

    def _in_block(self, e: Node, passes: int) -> Node:
        """An operand as blocks know it: what has no rows is computed once, before the pass that needs it."""
        node = self.done[e].node
        if self.along(e) or node.op in _LEAVES:
            return node
        if node.op in _IN_BLOCK:
            return self.graph.node(node.op, [self._outside(arg, passes) for arg in node.args], node.data, node.shape)
        return self._outside(node, passes)

    def _outside(self, node: Node, passes: int) -> Node:
        if node.op in _LEAVES:
            return node
        key = passes, node
        if key not in self.once:
            self.once[key] = self._input(f"once {len(self.once)}", node.shape)
        return self.once[key]

    def _input(self, name: str, shape: Axes) -> Node:
        return self.graph.node("input", data=Key(name, -2), shape=shape)

    def _size(self, e: Node) -> Cut:
        """A number of rows is that of all rows."""
        if self.name not in names(e.data):
            return Cut(e, 0)
        if e.data not in self.sizes:
            self.sizes[e.data] = self._input(f"size {len(self.sizes)}", ())
        return Cut(self.sizes[e.data], 0)

    def _reduced(self, e: Node) -> Cut:
        word = _TOTALS.get(e.data[0])
        if word is None:
            raise MixedError(e, "it is a function of all rows together")
        inner = self.done[e.args[0]]
        return self._total(self.graph.node("reduce", [inner.node], e.data, e.shape), word, inner.passes)

    def _total(self, block: Node, combine: str, passes: int) -> Cut:
        """What is known after one more pass."""
        known = self.totals.get((block, combine))
        if known is None:
            whole = self._input(f"total {len(self.totals)}", block.shape)
            known = self.totals[block, combine] = passes + 1, Total(block, combine, whole)
        return Cut(known[1].whole, known[0])

    def _product(self, e: Node) -> Cut:
        """Σ over the rows of factors that have them, times what has none: each sum over rows is a total."""
        lengths = extents(e)
        letters = [x for x, d in lengths.items() if d == self.rows]
        summed = [x for x in letters if x not in e.data.out]
        pairs = list(zip(e.args, e.data.specs, strict=True))
        if any(self.name in names(d) and d != self.rows for d in lengths.values()):
            raise MixedError(e, "it puts rows and other things on one axis")
        groups = [[pair for pair in pairs if x in pair[1]] for x in summed]
        rest = [pair for pair in pairs if not any(x in pair[1] for x in summed)]
        kept: list[tuple[Node, Letters, int]] = []
        for x, group in zip(summed, groups, strict=True):
            passes = max(self.done[arg].passes for arg, _ in group)
            group, rest = self._with_neighbours(group, rest, passes)
            others = {y for _, spec in [*rest, *(p for g in groups if g[0] not in group for p in g)] for y in spec}
            out = tuple(dict.fromkeys(y for _, spec in group for y in spec if y != x and (
                y in e.data.out or y in others or y in {z for _, s, _ in kept for z in s})))
            args = [self._in_block(arg, passes) for arg, _ in group]
            block = self.graph.einsum(Fraction(1), args, [s for _, s in group], out, tuple(lengths[y] for y in out))
            found = self._total(block, "sum", passes)
            kept.append((found.node, out, found.passes))
        passes = max([p for _, _, p in kept] + [self.done[arg].passes for arg, _ in rest], default=0)
        given = [(self._in_block(arg, passes) if self.along(e) else self.done[arg].node, spec) for arg, spec in rest]
        given += [(node, spec) for node, spec, _ in kept]
        made = self.graph.einsum(e.data.number, [a for a, _ in given], [s for _, s in given], e.data.out, e.shape)
        return Cut(made, passes)

    def _with_neighbours(self, group: list[tuple[Node, Letters]], rest: list[tuple[Node, Letters]], passes: int
                         ) -> tuple[list[tuple[Node, Letters]], list[tuple[Node, Letters]]]:
        """The factors of a total with those beside them that are known by then: X'(A (X w)) is multiplied in the order
        that costs least. What has no letter in common with them, or another axis of rows, stays outside."""
        group, rest = list(group), list(rest)
        while True:
            own = {y for _, spec in group for y in spec}
            near = next((pair for pair in rest if own & {*pair[1]} and not self.along(pair[0])
                         and self.done[pair[0]].passes <= passes), None)
            if near is None:
                return group, rest
            group.append(near)
            rest.remove(near)


def _none(*_: Any) -> bool:
    return False


def _always(*_: Any) -> bool:
    return True


def _only_in_front(e: Node, known: Cutting) -> bool:
    """Of functions of matrices, which are the last two axes."""
    return all(k < len(arg.shape) - 2 for arg in e.args for k in known.along(arg))


def _called(e: Node, known: Cutting) -> bool:
    """A function of the rules for each member of a family: its indices are axes in front."""
    of: Call = e.data
    return all(k < of.batch for k in known.along(e)) and all(
        stacked and k < of.batch for arg, stacked in zip(e.args, of.stacked, strict=True) for k in known.along(arg))


def _untouched(e: Node, known: Cutting) -> bool:
    """Places that are taken along other axes."""
    return all(e.data[k] is None for k in known.along(e.args[0]))


def _shaped(e: Node, known: Cutting) -> bool:
    """A reshape that leaves the rows as they are: as many entries stand in front of them as before."""
    old, new = known.along(e.args[0]), known.along(e)
    return bool(old) and bool(new) and _entries(e.args[0].shape[:old[0]]) == _entries(e.shape[:new[0]])


def _entries(axes: Iterable[Dim]) -> Dim:
    return prod(axes, start=1)


def _side_by_side(e: Node, known: Cutting) -> bool:
    """Blocks in one row."""
    return len(e.data) == 1 and all(k == len(e.shape) - 2 for k in known.along(e)) and all(
        known.along(arg) == [len(arg.shape) - 2] for arg in e.args)


def _reduced_beside(e: Node, known: Cutting) -> bool:
    return not any(k in e.data[1] for k in known.along(e.args[0]))


_KEEPS: Mapping[str, Callable[[Node, Cutting], bool]] = {
    **dict.fromkeys(ENTRYWISE | {"input"}, _always), **dict.fromkeys(_OF_MATRICES, _only_in_front), "call": _called,
    "slice": _untouched, "take": _untouched, "reshape": _shaped, "concat": _side_by_side, "reduce": _reduced_beside}
_WHY = {"range": "it counts the rows", "unit": "it is one of the rows", "slice": "it takes rows by their places",
        "take": "it takes rows by their places", "reshape": "it puts rows and other things on one axis",
        "concat": "it puts rows below each other"}
