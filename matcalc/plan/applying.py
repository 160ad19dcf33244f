"""A sum of products that only ever meets what is thin is applied to it, term by term, and never formed:

    (U Vᵀ + V Uᵀ − D) X = U (Vᵀ X) + V (Uᵀ X) − D X,

where X has few columns, from the thin end of a product on; sums inside the terms of a sum likewise. It is done where
the terms, applied, are guessed to take less than the sum that is formed, once for all that use it, and multiplied.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import inf

from matcalc.core.dims import Dim
from matcalc.plan.cost import Lengths
from matcalc.plan.node import (
    Axes,
    Graph,
    Letters,
    Node,
    extents,
    is_turned,
    last,
    ordered,
    remade,
    upright,
    uses_upright,
)
from matcalc.plan.pairs import opened
from matcalc.records import NamedTuple

ONE = Fraction(1)
THIN = 0.5  # the most entries of what a sum is applied to, as a part of its own
Pair = tuple[Node, Letters]


class Meeting(NamedTuple):
    """A sum in a product, what it is applied to, which of its letters is summed then, and all that stands beside."""

    sum: Pair
    thin: list[Pair]
    kept: Letters  # of `thin`, seen from outside of it
    summed: int
    rest: list[Pair]


class Applying:
    """Rewrites one graph."""

    def __init__(self, graph: Graph, lengths: Lengths, roots: Sequence[Node]) -> None:
        self.graph, self.lengths, self.roots = graph, lengths, roots
        order = ordered(*roots)
        self.users = uses_upright(order, roots)
        self.formed = {*roots}  # what something else than a product needs, as it is
        for e in reversed(order):
            is_product = e.op == "einsum" and len(e.args) > 1
            if not is_product and (e in self.formed or not (e.op == "add" or is_turned(e))):
                self.formed.update(e.args)
        self.parts: dict[Node, float] = {}
        self.done: dict[Node, Node] = {}

    def applied(self) -> list[Node]:
        """The roots. A product is looked at before its operands: those that it never forms are never looked at."""
        todo = list(self.roots)
        while todo:
            e = todo.pop()
            if e in self.done:
                continue
            split = self._split(e)
            missing = [arg for arg in split.args if arg not in self.done]
            if missing:
                todo += [e, *missing]
            else:
                self.done[e] = remade(self.graph, split, [self.done[arg] for arg in split.args])
        return [self.done[root] for root in self.roots]

    def _split(self, e: Node) -> Node:
        """The product with all sums in it applied that are applied at all."""
        while e.op == "einsum" and len(e.args) > 1:
            found = min(self._meetings(e), key=lambda m: self._width(e, m), default=None)
            if found is None:
                break
            e = self._met(e, found)
        return e

    def _meetings(self, e: Node) -> Iterator[Meeting]:
        pairs = [_with_letters(arg, spec) for arg, spec in zip(e.args, e.data.specs, strict=True)]
        for k, (node, spec) in enumerate(pairs):
            if node.op == "add" and len({*spec}) == 2 and node not in self.formed:
                others = pairs[:k] + pairs[k + 1:]
                for summed, free in (spec, spec[::-1]):
                    found = self._meeting(e, (node, spec), others, summed, free)
                    if found is not None and self._pays(e, found):
                        yield found

    def _meeting(self, e: Node, own: Pair, others: Sequence[Pair], summed: int, free: int) -> Meeting | None:
        """What a sum meets at one of its sides, with all that makes it smaller."""
        thin = [pair for pair in others if summed in pair[1]]
        if summed in e.data.out or not thin or any(free in spec for _, spec in thin):
            return None
        rest = [pair for pair in others if pair not in thin]
        lengths = extents(e)
        kept = self._kept(e, own, thin, rest)
        for pair in list(rest):
            if {*pair[1]} & {*kept} and free not in pair[1]:
                left = [other for other in rest if other is not pair]
                more = self._kept(e, own, [*thin, pair], left)
                if self._entries(more, lengths) <= self._entries(kept, lengths):
                    thin, rest, kept = [*thin, pair], left, more
        return Meeting(own, thin, kept, summed, rest)

    def _kept(self, e: Node, own: Pair, thin: Sequence[Pair], rest: Sequence[Pair]) -> Letters:
        """The letters of a part of a product that are needed outside of it."""
        outside = {*e.data.out, *own[1], *(x for _, spec in rest for x in spec)}
        return tuple(dict.fromkeys(x for _, spec in thin for x in spec if x in outside))

    def _entries(self, letters: Letters, lengths: dict[int, Dim]) -> float:
        return self.lengths.entries(tuple(lengths[x] for x in letters))

    def _width(self, e: Node, m: Meeting) -> float:
        """How many columns the sum is applied to."""
        lengths = extents(e)
        return self._entries(tuple(x for x in m.kept if x != m.summed), lengths)

    def _pays(self, e: Node, m: Meeting) -> bool:
        total, width = m.sum[0], self._width(e, m)
        entries = self.lengths.entries(total.shape)
        if width * self.lengths.of(extents(e)[m.summed]) > THIN * entries or not all(arg.shape for arg in total.args):
            return False
        forming = sum(map(self._forming, total.args)) / max(self.users[total], 1)
        return self._applying(total) * width < forming + entries * width

    def _applying(self, e: Node) -> float:
        """How many entries are multiplied with to apply a matrix to one vector; no end of them where that is not done
        by one factor after the other."""
        if e not in self.parts:
            inner = upright(e)
            if self._is_sum(inner):
                found = sum(map(self._applying, inner.args))
            elif inner.op == "einsum" and not _is_chain(inner):
                found = inf
            elif inner.op == "einsum":
                found = sum(self._least(arg) for arg in inner.args)
            else:
                found = self.lengths.entries(e.shape)
            self.parts[e] = found
        return self.parts[e]

    def _least(self, factor: Node) -> float:
        """A factor is applied as what it consists of only where that is smaller."""
        entries = self.lengths.entries(factor.shape)
        return min(entries, self._applying(factor)) if self._is_sum(factor) else entries

    def _is_sum(self, e: Node) -> bool:
        return upright(e).op == "add" and e not in self.formed

    def _forming(self, term: Node) -> float:
        """About how many products of two numbers it takes to form a term."""
        inner = upright(term)
        if inner.op != "einsum" or len(inner.args) < 2:
            return 0.0
        lengths = extents(inner)
        if any(map(self._is_sum, inner.args)):
            return self._applying(inner) * min(map(self.lengths.of, inner.shape))
        shared = Counter(x for spec in inner.data.specs if len(spec) > 1 for x in spec if x not in inner.data.out)
        between = [self.lengths.of(lengths[x]) for x, times in shared.items() if times > 1]
        return self.lengths.entries(inner.shape) * min(between, default=1)

    def _met(self, e: Node, m: Meeting) -> Node:
        """The product with the sum replaced by what it is, applied."""
        graph, lengths = self.graph, extents(e)
        thin = m.thin[0][0] if len(m.thin) == 1 and m.thin[0][1] == m.kept else graph.einsum(
            ONE, [node for node, _ in m.thin], [spec for _, spec in m.thin], m.kept, tuple(lengths[x] for x in m.kept))
        outside = {*e.data.out, *(x for _, spec in m.rest for x in spec)}
        out = tuple(x for x in dict.fromkeys((*m.sum[1], *m.kept)) if x in outside)
        shape = tuple(lengths[x] for x in out)
        total, spec = m.sum
        terms = [(c, self._term(term, spec, (thin, m.kept), out, shape))
                 for c, term in zip(total.data, total.args, strict=True)]
        pairs = [*m.rest, (graph.add(terms), out)]
        return graph.einsum(e.data.number, [node for node, _ in pairs], [s for _, s in pairs], e.data.out, e.shape)

    def _term(self, term: Node, spec: Letters, thin: Pair, out: Letters, shape: Axes) -> Node:
        """One term of a sum, applied."""
        inner, spec = _with_letters(term, spec)
        own = {x for s in inner.data.specs for x in s} if inner.op == "einsum" else set()
        if inner.op != "einsum" or len(inner.args) < 2 or not {*inner.data.out} <= own:
            return self.graph.einsum(ONE, [inner, thin[0]], [spec, thin[1]], out, shape)
        specs, same = opened(inner, spec, 1 + max((*spec, *thin[1], *out)))
        *specs, out = [tuple(same.get(x, x) for x in s) for s in (*specs, thin[1], out)]
        return self.graph.einsum(inner.data.number, [*inner.args, thin[0]], specs, out, shape)


def _is_chain(e: Node) -> bool:
    """Whether the factors of a product hang together by one letter each, without a circle: none are multiplied entry
    by entry."""
    joined: dict[int, int] = {}
    for spec in e.data.specs:
        ends = [last(joined, x) for x in spec]
        if len(spec) > 2 or (len(spec) == 2 and ends[0] == ends[1]):
            return False
        if len(spec) == 2:
            joined[ends[0]] = ends[1]
    return True


def _with_letters(e: Node, spec: Letters) -> Pair:
    """A transpose as what is transposed."""
    return (e.args[0], spec[::-1]) if is_turned(e) else (e, spec)
