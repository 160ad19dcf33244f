"""A factor that terms of a sum have in common entry by entry is multiplied once: P ∘ A − P ∘ (r 𝟏ᵀ) = P ∘ (A − r 𝟏ᵀ).

Only terms that nothing else needs but sums of them are taken apart, so that there are fewer passes over an array.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from matcalc.plan.node import Graph, Node, extents, ordered, rewritten, uses
from matcalc.records import NamedTuple

ONE = Fraction(1)
MOST = 12  # terms of a sum, and factors of a term, that are looked into
Terms = list[tuple[Fraction, Node]]


class Place(NamedTuple):
    """An array that is a factor of each entry: where the result has its axes."""

    factor: Node
    at: tuple[int, ...]


class CommonEntries:
    """Rewrites one graph."""

    def __init__(self, graph: Graph, roots: Sequence[Node]) -> None:
        self.graph, self.roots = graph, roots
        self.uses = uses((e for e in ordered(*roots) if not _is_sum(e)), roots)

    def drawn_out(self) -> list[Node]:
        """The roots with common factors in front of sums."""
        return rewritten(self.graph, self.roots, self._changed)

    def _changed(self, e: Node) -> Node | None:
        if e.op != "add" or not e.shape or not 1 < len(e.args) <= MOST:
            return None
        terms = self._terms(ONE, e)
        return self._sum(terms if len(terms) <= MOST else list(zip(e.data, e.args, strict=True)), e)

    def _terms(self, c: Fraction, e: Node) -> Terms:
        """The terms of a sum, and of sums in it that nothing else needs."""
        found: Terms = []
        for k, arg in zip(e.data, e.args, strict=True):
            is_part = arg.op == "add" and arg.shape == e.shape and self.uses[arg] < 2
            found += self._terms(c * k, arg) if is_part else [(c * k, arg)]
        return found

    def _sum(self, terms: Terms, whole: Node) -> Node:
        """The sum of terms, of which some have a factor in common."""
        counts = Counter(place for _, term in terms for place in {*self._places(term)})
        shared = [place for place, count in counts.items() if count > 1]
        if not shared:
            return self.graph.add(terms)
        place = max(shared, key=lambda p: (len(p.at), counts[p], -p.factor.place, p.at))
        inside = [(c, term) for c, term in terms if place in {*self._places(term)}]
        outside = [pair for pair in terms if pair not in inside]
        product = self._product(place, inside, whole)
        return self._sum([(ONE, product), *outside], whole) if outside else product

    def _places(self, term: Node) -> Iterator[Place]:
        """The factors of each entry of a term; what stands there twice is a factor once."""
        if term.op != "einsum":
            return
        out = term.data.out
        if len(term.args) < 2 or len(term.args) > MOST or len({*out}) < len(out) or self.uses[term] > 1:
            return
        for arg, spec in zip(term.args, term.data.specs, strict=True):
            if len({*spec}) == len(spec) and {*spec} <= {*out} and arg.op != "inverse":
                yield Place(arg, tuple(out.index(x) for x in spec))

    def _product(self, place: Place, terms: Terms, whole: Node) -> Node:
        """The factor times the sum of what is left of the terms, along the axes that this has."""
        rests = [(c * term.data.number, *self._without(term, place)) for c, term in terms]
        axes = sorted({k for _, _, at in rests for k in at})
        shape = tuple(whole.shape[k] for k in axes)
        spread = [(c, node if not at or at == tuple(axes) else self.graph.einsum(ONE, [node], [at], axes, shape))
                  for c, node, at in rests]
        inner = self._sum(spread, self.graph.einsum(ONE, [], [], axes, shape)) if axes else self.graph.add(spread)
        out = tuple(range(len(whole.shape)))
        return self.graph.einsum(ONE, [place.factor, inner], [place.at, axes if inner.shape else ()], out, whole.shape)

    def _without(self, term: Node, place: Place) -> tuple[Node, tuple[int, ...]]:
        """A term without its number and the factor, and which axes of the sum it has."""
        out = term.data.out
        pairs = list(zip(term.args, term.data.specs, strict=True))
        pairs.remove((place.factor, tuple(out[k] for k in place.at)))
        at = tuple(k for k, x in enumerate(out) if any(x in spec for _, spec in pairs))
        lengths = extents(term)
        kept = tuple(out[k] for k in at)
        shape = tuple(lengths[x] for x in kept)
        return self.graph.einsum(ONE, [a for a, _ in pairs], [s for _, s in pairs], kept, shape), at


def _is_sum(e: Node) -> bool:
    """Whether entries of one array are added; of a product without making it."""
    return e.op == "einsum" and len(e.args) == 1 and bool({*e.data.specs[0]} - {*e.data.out})
