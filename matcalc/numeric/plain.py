"""Plans in plain Python: the kernels of the target `pure`, on numbers and lists, without NumPy and without a file.

Expressions that are planned together have their common parts once, and where a few arguments change, only what depends
on them is computed again.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import partial
from itertools import combinations, repeat
from typing import Any

from matcalc.core.dims import Dim
from matcalc.core.expr import Expr
from matcalc.numeric.compiled import Compiler
from matcalc.numeric.sizes import Sized
from matcalc.plan.kernels import Kernels
from matcalc.plan.lower import Lowering
from matcalc.plan.members import Key
from matcalc.plan.node import Graph, Letters, Node, extents, ordered, rewritten
from matcalc.plan.text import Speller
from matcalc.records import NamedTuple

Smooth = Callable[[str, int], Callable[[Any], Any]]


class PlacedStep(NamedTuple):
    """How a node is computed: a function of its operands, which stand at `places` among all values, and of lengths."""

    compute: Callable[..., Any]
    places: tuple[int, ...] = ()
    dims: tuple[Dim, ...] = ()


class Plain:
    """Nodes planned together; `roots` tells at which places among all values theirs are."""

    def __init__(self, roots: Sequence[Node], smooth: Smooth) -> None:
        """`smooth` gives what stands for an unspecified function, by its name and the order of the derivative."""
        self.nodes = ordered(*roots)
        places = {e: k for k, e in enumerate(self.nodes)}
        self.roots = [places[root] for root in roots]
        self.inputs: dict[Key, int] = {e.data: k for k, e in enumerate(self.nodes) if e.op == "input"}
        self.computed = [k for k, e in enumerate(self.nodes) if e.op not in _CONSTANT]
        self._steps = [_GIVEN if e.op == "input" else _step(e, [places[arg] for arg in e.args], smooth)
                       for e in self.nodes]
        self._moving: dict[tuple[int, frozenset[Key]], list[int]] = {}

    def values(self, given: Mapping[Key, Any], lengths: Sized) -> list[Any]:
        """The values of all nodes at arguments. Raises KeyError where one is not given."""
        values: list[Any] = [None] * len(self.nodes)
        for key, place in self.inputs.items():
            values[place] = given[key]
        self._run([k for k, e in enumerate(self.nodes) if e.op != "input"], values, lengths)
        return values

    def again(self, root: int, values: Sequence[Any], given: Mapping[Key, Any], lengths: Sized) -> Any:
        """The value at the place `root` where the arguments `given` have changed."""
        changed = [*values]
        for key in given.keys() & self.inputs.keys():
            changed[self.inputs[key]] = given[key]
        self._run(self._depending(root, frozenset(given)), changed, lengths)
        return changed[root]

    def _run(self, order: Sequence[int], values: list[Any], lengths: Sized) -> None:
        for k in order:
            compute, places, dims = self._steps[k]
            values[k] = compute(*[values[i] for i in places], *[lengths[d] for d in dims])

    def _depending(self, root: int, keys: frozenset[Key]) -> list[int]:
        """The places of what is needed for `root` and depends on arguments."""
        if (root, keys) not in self._moving:
            moved = {self.inputs[key] for key in keys & self.inputs.keys()}
            needed = {root}
            for k in range(root, -1, -1):
                needed.update(self._steps[k].places if k in needed else ())
            found = []
            for k in sorted(needed):
                if not moved.isdisjoint(self._steps[k].places):
                    moved.add(k)
                    found.append(k)
            self._moving[root, keys] = found
        return self._moving[root, keys]


_CONSTANT: Collection[str] = ("number", "size", "constant")
_GIVEN = PlacedStep(lambda: None)  # of an argument


def entries(x: Any) -> list[float]:
    """All numbers in a value, in their order."""
    if type(x) is not list:
        return [x]
    return [a for part in x for a in entries(part)] if x and type(x[0]) is list else x


def mapped(f: Callable[..., Any], *operands: Any) -> Any:
    """f of the entries of arrays of one shape; a number stands beside each of them."""
    arrays = [x for x in operands if type(x) is list]
    if not arrays:
        return f(*operands)
    if len(arrays) < len(operands):
        operands = tuple([x if type(x) is list else repeat(x, len(arrays[0])) for x in operands])
    elif arrays[0] and type(row := arrays[0][0]) is list and row and type(row[0]) is not list:
        return [list(map(f, *rows)) for rows in zip(*operands, strict=True)]
    if arrays[0] and type(arrays[0][0]) is list:
        return [mapped(f, *rows) for rows in zip(*operands, strict=True)]
    return list(map(f, *operands))


def _divided(a: Any, b: Any) -> Any:
    return mapped(operator.truediv if type(b) is not list and b else _ratio, a, b)


def _ratio(a: float, b: float) -> float:
    """a / b, infinite where b is 0."""
    if b:
        return a / b
    return math.copysign(math.inf, a) * math.copysign(1, b) if a and a == a else math.nan


def _dot(x: Any, y: Any) -> Any:
    return sum(map(operator.mul, x, y))


def _matmul(a: Any, b: Any) -> Any:
    if type(a[0][0]) is list:
        return list(map(_matmul, a, b))
    columns = list(zip(*b, strict=True))
    return [[sum(map(operator.mul, row, column)) for column in columns] for row in a]


# What the texts of kernels name: the helpers of the target that were needed so far, the most frequent ones with their
# loops in C.
_LIBRARY: dict[str, Any] = {
    "math": math, "mapped": mapped, "divide": _divided, "flat": entries, "dot": _dot, "matmul": _matmul,
    "matvec": lambda a, x: [sum(map(operator.mul, row, x)) for row in a],
    "add": partial(mapped, operator.add), "subtract": partial(mapped, operator.sub),
    "multiply": partial(mapped, operator.mul), "negate": partial(mapped, operator.neg)}


_KERNELS = Compiler("pure", _LIBRARY, Speller.spell)


def _step(e: Node, places: Sequence[int], smooth: Smooth) -> PlacedStep:
    if e.op == "unspecified":
        return PlacedStep(partial(mapped, smooth(*e.data)), tuple(places))
    compute, dims = _KERNELS.step(e)
    return PlacedStep(compute, tuple(places), dims)


def planned(*wanted: Expr) -> list[Node]:
    """The kernels of expressions as they come: at small sizes no better order of products is worth looking for, and
    an inverse that is formed shows where a matrix is close to a singular one."""
    graph = Graph()
    known = Lowering(graph)
    roots = []
    for e, value in zip(wanted, known.value(*wanted), strict=True):
        found = known.values.along(value, *([d] if d != 1 else [] for d in e.shape))
        roots.append(known.values.einsum(found, (*found.rows, *found.columns)))
    return Kernels(graph).named(rewritten(graph, roots, lambda node: _in_pairs(graph, node)))


def _in_pairs(graph: Graph, e: Node) -> Node | None:
    """A product as products of two, each time of those that give the smallest array, of operands that are summed before
    where nothing else has an axis."""
    if e.op != "einsum" or len(e.args) < 2:
        return None
    left = list(zip(e.args, e.data.specs, strict=True))
    if len(left) == 2 and not _has_own(*e.data):
        return None
    length = extents(e)

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


def _has_own(_: Fraction, specs: Sequence[Letters], out: Letters) -> bool:
    """Whether one of two operands has an axis alone, or an axis twice."""
    left, right = map(set, specs)
    return bool((left ^ right) - {*out}) or len(left) + len(right) < sum(map(len, specs))
