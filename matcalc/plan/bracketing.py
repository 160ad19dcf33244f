"""A factor that terms of a sum have in common is multiplied once: P K + Q K = (P + Q) K.

Whether the sum is multiplied out again, as in A x + Aᵀ x, is decided where products are planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from matcalc.plan.node import Graph, Node, extents, rewritten
from matcalc.records import NamedTuple


class Place(NamedTuple):
    """A matrix that is a factor at the end of a product: its axis that the result has, and where it has it."""

    matrix: Node
    axis: int
    at: int


class Bracketing:
    """Rewrites one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def drawn_out(self, roots: Sequence[Node]) -> list[Node]:
        """The roots with common factors in front of sums."""
        return rewritten(self.graph, roots, lambda e: self._sum(e) if e.op == "add" and len(e.args) > 1 else None)

    def _sum(self, e: Node) -> Node:
        counts = Counter(place for term in e.args for place in {*_places(term)})
        shared = sorted((p for p, n in counts.items() if n > 1),
                        key=lambda p: (-counts[p], p.matrix.place, p.axis, p.at))
        if not shared:
            return e
        place, inside, outside = shared[0], [], []
        for c, term in zip(e.data, e.args, strict=True):
            if place in {*_places(term)}:
                inside.append((c, self._without(term, place)))
            else:
                outside.append((c, term))
        inner = self.graph.add(inside)
        letters = list(range(len(inner.shape)))
        own = [0, 0]
        own[place.axis], own[1 - place.axis] = len(letters), place.at
        out = [own[place.axis] if k == place.at else k for k in letters]
        product = self.graph.einsum(Fraction(1), [inner, place.matrix], [letters, own], out, e.shape)
        rest = self.graph.add([(Fraction(1), product), *outside]) if outside else product
        return self._sum(rest) if rest.op == "add" and len(rest.args) > 1 else rest

    def _without(self, term: Node, place: Place) -> Node:
        """The product without the matrix, with the axis along which it was multiplied in the place of its own."""
        k = next(k for k, found in _factors(term) if found == place)
        spec = term.data.specs[k]
        inner = spec[1 - place.axis]
        out = tuple(inner if i == place.at else x for i, x in enumerate(term.data.out))
        lengths = extents(term)
        others = [(a, s) for i, (a, s) in enumerate(zip(term.args, term.data.specs, strict=True)) if i != k]
        return self.graph.einsum(term.data.number, [a for a, _ in others], [s for _, s in others], out,
                                 tuple(lengths[x] for x in out))


def _places(term: Node) -> Iterator[Place]:
    return (place for _, place in _factors(term))


def _factors(term: Node) -> Iterator[tuple[int, Place]]:
    """The matrices at the end of a product, by their number among the operands."""
    if term.op != "einsum" or len(term.args) < 2 or len({*term.data.out}) < len(term.data.out):
        return
    specs, out = term.data.specs, term.data.out
    counts = Counter(x for spec in specs for x in spec)
    for k, (arg, spec) in enumerate(zip(term.args, specs, strict=True)):
        if len(spec) != 2 or spec[0] == spec[1] or arg.op == "inverse":
            continue
        for axis in (0, 1):
            if spec[axis] in out and counts[spec[axis]] == 1 and spec[1 - axis] not in out:
                yield k, Place(arg, axis, out.index(spec[axis]))
