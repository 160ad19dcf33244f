"""A plan cut along its rows: what is computed block by block, what is totalled over the blocks, what is computed once.

One axis of the data, the rows, is longer than anything else, and no parameter has it. Of every array of a plan

    no axis is the rows: it is known once, for all blocks;
    one axis is the rows: its value at a row depends on that row alone, and on what is known once;
    a product summed over the rows, or a largest or smallest entry, is a total of blocks: Σ_rows = Σ_blocks Σ_rows.

A total is known once after a pass over the rows, so what needs it for each row needs another pass: Σᵢ (xᵢ − x̄)² takes
two. Whatever else puts rows together has no total of blocks and is refused, with the array that does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from matcalc.core.dims import Dim, names
from matcalc.plan.functions import Call
from matcalc.plan.members import Key
from matcalc.plan.node import Axes, Graph, Letters, Node, extents, ordered
from matcalc.records import NamedTuple

ENTRYWISE = frozenset({"add", "map", "unspecified"})
_OF_MATRICES = frozenset("inverse det logabsdet signdet matrix_power cholesky_inverse symmetric_inverse".split())
_LEAVES = frozenset({"input", "number", "size", "constant"})
_LINEAR = frozenset({"add", "reshape", "slice"})
_TOTALS = {"max": "max", "min": "min", "prod": "prod"}
_IN_BLOCK = frozenset({"inverse"})  # what is only multiplied with is solved with in every block, never inverted


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


class Factor(NamedTuple):
    """A factor of a product with the letters of its axes, after how many passes it is known, whether it has rows."""

    node: Node
    letters: Letters
    passes: int
    has_rows: bool


class Cut(NamedTuple):
    """A node of the plan after the cut, and how many passes have to be over before it can be computed; numbers that it
    is multiplied with `later`."""

    node: Node
    passes: int
    later: tuple[Factor, ...] = ()


def partition(graph: Graph, roots: Sequence[Node], rows: Dim) -> Partition:
    """The plan of `roots`, cut along the axis of this length. Raises MixedError where it has no totals of blocks."""
    return Cutting(graph, rows).cut(roots)


def is_sum(cut: Partition) -> bool:
    """Whether what is wanted is a sum over rows, plus what has none: affine in totals that one pass gives. Then a block
    of rows, taken as often as there are blocks, estimates it without bias."""
    if len(cut.stages) > 1 or any(t.combine != "sum" for stage in cut.stages for t in stage.totals):
        return False
    degree = {t.whole: 1 for stage in cut.stages for t in stage.totals}
    for e in ordered(*cut.final):
        below = [degree[arg] for arg in e.args]
        if e not in degree:
            degree[e] = sum(below) if e.op == "einsum" else max(below, default=0) if e.op in _LINEAR else 2 * sum(below)
    return all(degree[root] <= 1 for root in cut.final)


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
        if e.op == "map" and e.data == "divide" and self.along(e) and not e.args[1].shape:
            return self._divided(e)
        touched = [arg for arg in e.args if self.along(arg)]
        if not touched and not self.along(e):
            return self._made(e, e.args)
        if e.op == "reduce" and any(k in e.data[1] for k in self.along(e.args[0])):
            return self._reduced(e)
        keeps = _KEEPS.get(e.op)
        if keeps is None or not keeps(e, self):
            raise MixedError(e, _WHY.get(e.op, "it is a function of all rows together"))
        return self._made(e, e.args)

    def _made(self, e: Node, args: Sequence[Node]) -> Cut:
        """The same operation of what has been cut."""
        whole = [self._settled(arg) for arg in args]
        passes = max((cut.passes for cut in whole), default=0)
        given = tuple(self._in_block(cut.node, passes) if self.along(e) and not self.along(arg) else cut.node
                      for arg, cut in zip(args, whole, strict=True))
        if e.op == "add":
            return Cut(self.graph.add(list(zip(e.data, given, strict=True))), passes)
        return Cut(self.graph.node(e.op, given, e.data, e.shape), passes)

    def _settled(self, e: Node) -> Cut:
        """What was cut, with the numbers that waited beside it."""
        found = self.done[e]
        if not found.later:
            return found
        passes, letters = max(f.passes for f in found.later), tuple(range(len(e.shape)))
        factors = [Factor(found.node, letters, found.passes, True), *found.later]
        return Cut(self._einsum(Fraction(1), factors, letters, e.shape, passes), passes)

    def _in_block(self, node: Node, passes: int) -> Node:
        """An operand without rows as blocks know it: it is computed once, before the pass that needs it."""
        if node.op in _IN_BLOCK:
            return self.graph.node(node.op, [self._in_block(arg, passes) for arg in node.args], node.data, node.shape)
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
        inner = self._settled(e.args[0])
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
        if any(self.name in names(d) and d != self.rows for d in lengths.values()):
            raise MixedError(e, "it puts rows and other things on one axis")
        rest = [factor for arg, spec in zip(e.args, e.data.specs, strict=True) for factor in self._factors(arg, spec)]
        totals: list[Factor] = []
        for x in [x for x, d in lengths.items() if d == self.rows and x not in e.data.out]:
            group = [f for f in rest if x in f.letters]
            group, rest = self._with_neighbours(group, [f for f in rest if x not in f.letters])
            needed = {*e.data.out, *(y for f in (*rest, *totals) for y in f.letters)}
            out = tuple(dict.fromkeys(y for f in group for y in f.letters if y != x and y in needed))
            passes = max(f.passes for f in group)
            block = self._einsum(Fraction(1), group, out, tuple(lengths[y] for y in out), passes)
            found = self._total(block, "sum", passes)
            totals.append(Factor(found.node, out, found.passes, False))
        rest += totals
        if not self.along(e):
            return Cut(self._einsum(e.data.number, rest, e.data.out, e.shape), max((f.passes for f in rest), default=0))
        return self._for_each_row(e, rest)

    def _divided(self, e: Node) -> Cut:
        """Rows divided by a number. The first division stays where it is, since it keeps squares within reach of
        numbers; one of what was divided by a total before may wait."""
        rows, below = self.done[e.args[0]], self.done[e.args[1]]
        if below.passes <= rows.passes or not rows.passes:
            return self._made(e, e.args)
        one = Factor(self.graph.map("reciprocal", below.node), (), below.passes, False)
        return Cut(rows.node, rows.passes, (*rows.later, one))

    def _for_each_row(self, e: Node, factors: list[Factor]) -> Cut:
        """A product that has a value for each row. A number that is only known later waits: a sum over the rows leaves
        it outside, and needs no further pass."""
        passes = max((f.passes for f in factors if f.has_rows or f.letters), default=0)
        later = tuple(f for f in factors if f.passes > passes)
        node = self._einsum(e.data.number, [f for f in factors if f not in later], e.data.out, e.shape, passes)
        return Cut(node, passes, later)

    def _factors(self, e: Node, letters: Letters) -> list[Factor]:
        """An operand, and the numbers that wait beside it."""
        found = self.done[e]
        return [Factor(found.node, letters, found.passes, bool(self.along(e))), *found.later]

    def _einsum(self, number: Fraction, factors: Sequence[Factor], out: Letters, shape: Axes,
                passes: int | None = None) -> Node:
        """The product, in a block if it is computed in one after so many `passes`."""
        given = [f.node if passes is None or f.has_rows else self._in_block(f.node, passes) for f in factors]
        return self.graph.einsum(number, given, [f.letters for f in factors], out, shape)

    def _with_neighbours(self, group: list[Factor], rest: list[Factor]) -> tuple[list[Factor], list[Factor]]:
        """The factors of a total with those beside them that are known by then: X'(A (X w)) is multiplied in the order
        that costs least. What has no letter in common with them, or another axis of rows, stays outside."""
        passes = max(f.passes for f in group)
        while True:
            own = {y for f in group for y in f.letters}
            near = next((f for f in rest if own & {*f.letters} and not f.has_rows and f.passes <= passes), None)
            if near is None:
                return group, rest
            group, rest = [*group, near], [f for f in rest if f is not near]


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
    found: Dim = 1
    for d in axes:
        found = found * d
    return found


def _side_by_side(e: Node, known: Cutting) -> bool:
    """Blocks in one row where rows are rows, blocks in one column where they are columns."""
    own = [k - len(e.shape) for k in known.along(e)]
    fits = (own == [-2] and len(e.data) == 1) or (own == [-1] and all(count == 1 for count in e.data)) or (
        bool(own) and own[0] < -2)
    return fits and all([k - len(arg.shape) for k in known.along(arg)] == own for arg in e.args)


def _reduced_beside(e: Node, known: Cutting) -> bool:
    return not any(k in e.data[1] for k in known.along(e.args[0]))


_KEEPS: Mapping[str, Callable[[Node, Cutting], bool]] = {
    **dict.fromkeys(ENTRYWISE | {"input"}, _always), **dict.fromkeys(_OF_MATRICES, _only_in_front), "call": _called,
    "slice": _untouched, "take": _untouched, "reshape": _shaped, "concat": _side_by_side, "reduce": _reduced_beside}
_WHY = {"range": "it counts the rows", "unit": "it is one of the rows", "slice": "it takes rows by their places",
        "take": "it takes rows by their places", "reshape": "it puts rows and other things on one axis",
        "concat": "it puts rows below each other"}
