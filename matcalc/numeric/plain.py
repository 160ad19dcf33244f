"""Plans in plain Python: the kernels of the target `pure`, on numbers and lists, without NumPy and without a file.

All lines of a plan are one function of its arguments and of the lengths of their axes, so that it is compiled once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from matcalc.core.dims import Dim, Least, cleared
from matcalc.core.expr import Expr
from matcalc.numeric.sizes import Sizes, size
from matcalc.plan.kernels import Kernels
from matcalc.plan.lower import Lowering
from matcalc.plan.members import Key
from matcalc.plan.node import Axes, Graph, Node, extents, ordered, rewritten
from matcalc.plan.table import helpers, table
from matcalc.plan.text import Speller, Text

Program = Callable[..., list[Any]]


class Plain:
    """A plan that is compiled: the values of its nodes at arguments, the last one being its result."""

    def __init__(self, root: Node, smooth: Callable[[str, int], Callable[[Any], Any]]) -> None:
        """`smooth` gives what stands for an unspecified function, by its name and the order of the derivative."""
        self.nodes = ordered(root)
        self.computed = [e for e in self.nodes if e.op not in ("number", "size", "constant")]
        self.inputs: list[Key] = [e.data for e in self.nodes if e.op == "input"]
        self.dims: dict[str, str] = {}
        self._smooth, self._given = smooth, dict[str, Any]()
        self._speller = Speller(table("pure"), self._dim)
        self.source = self._written(root)

    def _dim(self, dim: Dim) -> str:
        if isinstance(dim, int):
            return str(dim)
        above, below = cleared(dim)
        text = " + ".join("*".join([*([str(c)] if c != 1 or not m else []), *map(self._length, m)])
                          for m, c in above.terms)
        return text if below == 1 else f"({text}) // {below}"

    def _length(self, name: str) -> str:
        if isinstance(name, Least):
            return f"min({', '.join(map(self._dim, name.of))})"
        return self.dims.setdefault(name, f"n{len(self.dims)}")

    def _written(self, root: Node) -> str:
        texts: dict[Node, Text] = {}
        lines = []
        for k, e in enumerate(self.nodes):
            if e.op in ("number", "size", "constant"):
                texts[e] = self._speller.spell(e, [])
                continue
            texts[e] = Text(f"t{k}")
            if e.op != "input":
                lines.append(f"    t{k} = {self._spelled(e, [texts[arg] for arg in e.args])}")
        kept = [texts[e].text for e in self.computed]
        given = [texts[e].text for e in self.nodes if e.op == "input"]
        head = f"def plan({', '.join([*given, *self.dims.values()])}):"
        return "\n".join([head, *lines, f"    return [{', '.join([*kept, texts[root].text])}]"])

    def _spelled(self, e: Node, operands: Sequence[Text]) -> str:
        if e.op != "unspecified":
            return self._speller.spell(e, operands).text
        name = f"f{len(self._given)}"
        self._given[name] = self._smooth(*e.data)
        return f"mapped({name}, {operands[0].text})"

    def compiled(self) -> Program:
        """The function of the arguments in the order of `inputs` and of the lengths in the order of `dims`."""
        new = [text for name, text in helpers(self.source, "pure").items() if name not in _LIBRARY]
        exec(compile("\n\n".join(new), "<helpers>", "exec"), _LIBRARY)
        own = {**_LIBRARY, **self._given}
        exec(compile(self.source, "<plan>", "exec"), own)
        found: Program = own["plan"]
        return found


_LIBRARY: dict[str, Any] = {"math": math}  # the helpers of the target that were needed so far


def planned(e: Expr) -> Node:
    """The kernels of an expression as they come: at small sizes no better order of products is worth looking for, and
    an inverse that is formed shows where a matrix is close to a singular one."""
    graph = Graph()
    known = Lowering(graph)
    (value,) = known.value(e)
    found = known.values.along(value, *([d] if d != 1 else [] for d in e.shape))
    root = known.values.einsum(found, (*found.rows, *found.columns))
    return Kernels(graph).named(rewritten(graph, [root], lambda node: _in_pairs(graph, node)))[0]


def _in_pairs(graph: Graph, e: Node) -> Node | None:
    """A product as products of two, each time of those that give the smallest array, of operands that are summed before
    where nothing else has an axis."""
    if e.op != "einsum" or len(e.args) < 2:
        return None
    left, length = list(zip(e.args, e.data.specs, strict=True)), extents(e)

    def kept(*places: int) -> tuple[int, ...]:
        others = {x for k, (_, spec) in enumerate(left) if k not in places for x in spec} | {*e.data.out}
        return tuple(x for x in dict.fromkeys(x for k in places for x in left[k][1]) if x in others)

    def joined(*places: int) -> tuple[Node, tuple[int, ...]]:
        out = kept(*places)
        args, specs = zip(*(left[k] for k in places), strict=True)
        return graph.einsum(Fraction(1), args, specs, out, tuple(length[x] for x in out)), out

    left = [joined(k) for k in range(len(left))]
    while len(left) > 2:
        i, j = min(combinations(range(len(left)), 2), key=lambda pair: len(kept(*pair)))
        left = [joined(i, j), *(pair for k, pair in enumerate(left) if k not in (i, j))]
    return graph.einsum(e.data.number, [a for a, _ in left], [spec for _, spec in left], e.data.out, e.shape)


def entries(x: Any) -> list[float]:
    """All numbers in a value, in their order."""
    if not isinstance(x, list):
        return [x]
    return [a for part in x for a in entries(part)] if x and isinstance(x[0], list) else x


def count(shape: Axes, sizes: Sizes) -> int:
    """How many entries an array has."""
    return math.prod(size(d, sizes) for d in shape)
