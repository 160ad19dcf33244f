"""Sums that are symmetric, and Gram matrices with weights, by half of the work.

    M + Mᵀ + N + Nᵀ = S + Sᵀ with S = M + N,    Xᵀ diag(w) X = Yᵀ Y with Y = diag(√w) X where w ≥ 0:
a product of a matrix with its own transpose is symmetric to the last digit, and libraries compute one triangle of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.plan.node import Graph, Node, rewritten

MANY = 16  # factors of a product that is looked into
ONE = Fraction(1)
Terms = list[tuple[Fraction, Node]]
_POSITIVE = frozenset({"exp", "abs", "sqrt", "hypot"})


class Symmetry:
    """Rewrites one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._signs: dict[Node, bool] = {}

    def halved(self, roots: Sequence[Node]) -> list[Node]:
        """The roots with such sums and products rewritten."""
        return rewritten(self.graph, roots, self._changed)

    def _changed(self, e: Node) -> Node:
        return self._sum(e) if e.op == "add" else self._gram(e) if e.op == "einsum" else e

    def _sum(self, e: Node) -> Node:
        """S + Sᵀ."""
        if len(e.shape) != 2 or e.shape[0] != e.shape[1] or len(e.args) < 2:
            return e
        waiting: Terms = list(zip(e.data, e.args, strict=True))
        half: Terms = []
        gained = 0
        while waiting:
            c, term = waiting.pop(0)
            inner = self._half(term)
            other = (c, self.graph.turned(term)) if term.shape else None
            if inner is not None:
                half.append((c, inner))
                gained += 1
            elif other in waiting and other != (c, term):
                waiting.remove(other)
                half.append((c, term))
                gained += 1
            else:
                return e
        if gained < 2:
            return e
        one = self.graph.add(half)
        return self.graph.add([(ONE, one), (ONE, self.graph.turned(one))])

    def _half(self, term: Node) -> Node | None:
        """c X of c (X + Xᵀ), c being a number or a product that is one."""
        if term.op == "add" and len(term.args) == 2 and term.data[0] == term.data[1] and \
                term.args[1] is self.graph.turned(term.args[0]):
            return self.graph.scaled(term.data[0], term.args[0])
        if term.op != "einsum" or len({*term.data.out}) < 2:
            return None
        specs, out = term.data.specs, {*term.data.out}
        ends = [k for k, spec in enumerate(specs) if out.intersection(spec)]
        if len(ends) != 1 or {*specs[ends[0]]} != out:
            return None
        k = ends[0]
        inner = self._half(term.args[k])
        if inner is None:
            return None
        args = [*term.args[:k], inner, *term.args[k + 1:]]
        return self.graph.einsum(term.data.number, args, specs, term.data.out, term.shape)

    def _gram(self, e: Node) -> Node:
        """A product with a matrix and its transpose around nonnegative weights."""
        specs, out = e.data.specs, e.data.out
        if len(out) != 2 or out[0] == out[1] or e.data.number < 0 or len(specs) > MANY:
            return e
        for k, first in enumerate(e.args):
            for j in range(k + 1, len(e.args)):
                if e.args[j] is not first or len(specs[k]) != 2:
                    continue
                found = self._weighted(e, k, j)
                if found is not None:
                    return found
        return e

    def _weighted(self, e: Node, k: int, j: int) -> Node | None:
        specs, out = e.data.specs, e.data.out
        shared = [x for x in specs[k] if x in specs[j] and specs[k].index(x) == specs[j].index(x)]
        if len(shared) != 1 or shared[0] in out or {*specs[k], *specs[j]} - {shared[0]} != {*out}:
            return None
        (inner,) = shared
        others = [(a, s) for i, (a, s) in enumerate(zip(e.args, specs, strict=True)) if i not in (k, j)]
        weights = [(a, s) for a, s in others if s]
        if not weights or any(s != (inner,) for _, s in weights) or not self._is_product_nonnegative(weights):
            return None
        length = e.args[k].shape[specs[k].index(inner)]
        product = self.graph.einsum(ONE, [a for a, _ in weights], [s for _, s in weights], (inner,), (length,))
        root = self.graph.map("sqrt", product)
        scaled = self.graph.einsum(ONE, [e.args[k], root], [specs[k], (inner,)], specs[k], e.args[k].shape)
        numbers = [(a, s) for a, s in others if not s]
        return self.graph.einsum(e.data.number, [scaled, scaled, *(a for a, _ in numbers)],
                                 [specs[k], specs[j], *(s for _, s in numbers)], out, e.shape)

    def _is_product_nonnegative(self, pairs: Sequence[tuple[Node, object]]) -> bool:
        """Whether each factor is nonnegative or stands there an even number of times."""
        nodes = [node for node, _ in pairs]
        return all(self.is_nonnegative(node) or nodes.count(node) % 2 == 0 for node in nodes)

    def is_nonnegative(self, e: Node) -> bool:
        """Whether all entries are certainly ≥ 0."""
        if e not in self._signs:
            self._signs[e] = self._sign(e)
        return self._signs[e]

    def _sign(self, e: Node) -> bool:
        if e.complex:
            return False
        if e.op == "number":
            return bool(e.data >= 0)
        if e.op == "size" or e in self.graph.nonnegative:
            return True
        if e.op == "map":
            return e.data in _POSITIVE or (e.data in ("reciprocal", "where", "maximum", "sqrt") and all(
                map(self.is_nonnegative, e.args[1:] if e.data == "where" else e.args)))
        if e.op == "add":
            return all(c >= 0 for c in e.data) and all(map(self.is_nonnegative, e.args))
        if e.op == "einsum":
            pairs = list(zip(e.args, e.data.specs, strict=True))
            return bool(e.data.number >= 0) and self._is_product_nonnegative(pairs) and all(
                self.is_nonnegative(a) or len({s for b, s in pairs if b is a}) == 1 for a in e.args)
        return False
