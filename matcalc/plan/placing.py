"""Where transposes and numbers stand among the kernels: (A Bᵀ)ᵀ is B Aᵀ, and c (F B) is (c F) B, where F is much
smaller than the product, or is computed entry by entry and the compiler of the language fuses such kernels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from matcalc.plan.cost import Lengths
from matcalc.plan.kernels import BY_ENTRIES
from matcalc.plan.node import Graph, Node, ordered, uses

FLIPPED = {"matmul_nt": "matmul_nt", "matmul_tn": "matmul_tn", "matmul_tt": "matmul"}  # with the operands exchanged
PRODUCTS = frozenset({"matmul", "matmul_nt", "matmul_tn", "matmul_tt", "matvec", "vecmat"})
LEAVES = frozenset({"input", "transpose"})
MULTIPLES = frozenset({"negate", "multiply", "divide"})


class Placing:
    """Rewrites one graph of kernels; what is used twice stays as it is."""

    def __init__(self, graph: Graph, lengths: Lengths, fuses: bool) -> None:
        self.graph, self.lengths, self.fuses = graph, lengths, fuses
        self.uses: Counter[Node] = Counter()
        self.done: dict[Node, Node] = {}

    def placed(self, roots: Sequence[Node]) -> list[Node]:
        """The roots with fewer kernels."""
        turned = self._changed(roots, lambda e: self._flipped(e.args[0]) if e.op == "transpose" else self._straight(e))
        return self._changed(turned, self._scaled)

    def _changed(self, roots: Sequence[Node], change: Callable[[Node], Node | None]) -> list[Node]:
        order = ordered(*roots)
        self.uses = uses(order, roots)
        self.done = {}
        for e in order:
            self.done[e] = change(e) or self._made(e, [self.done[arg] for arg in e.args])
        return [self.done[root] for root in roots]

    def _made(self, e: Node, args: Sequence[Node]) -> Node:
        return self.graph.node(e.op, args, e.data, e.shape)

    def _flipped(self, e: Node) -> Node | None:
        """The transpose of a product, or of a multiple of one, as a product."""
        if self.uses[e] > 1:
            return None
        if e.op in FLIPPED:
            return self.graph.node(FLIPPED[e.op], [self.done[arg] for arg in e.args[::-1]], e.data, e.shape[::-1])
        k = _multiplied(e)
        inner = None if k is None else self._flipped(e.args[k])
        if inner is None or k is None:
            return None
        return self.graph.node(e.op, [inner if i == k else self.done[arg] for i, arg in enumerate(e.args)], e.data,
                               e.shape[::-1])

    def _straight(self, e: Node) -> Node | None:
        """A product with products that it takes transposed as these are computed: (Xᵀ A)ᵀ B as (Aᵀ X) B."""
        if e.op not in ("matmul_tn", "matmul_nt", "matmul_tt"):
            return None
        args, signs = [self.done[arg] for arg in e.args], [*e.op[-2:]]
        for k, arg in enumerate(e.args):
            flipped = self._flipped(arg) if signs[k] == "t" else None
            if flipped is not None:
                args[k], signs[k] = flipped, "n"
        op = "_".join(["matmul", *([] if signs == ["n", "n"] else ["".join(signs)])])
        return self.graph.node(op, args, e.data, e.shape)

    def _scaled(self, e: Node) -> Node | None:
        """A multiple of a product as the product with a multiple of one factor."""
        k = _multiplied(e)
        if k is None or e.args[k].op not in PRODUCTS or self.uses[e.args[k]] > 1:
            return None
        product = e.args[k]
        for j, factor in enumerate(product.args):
            if self.uses[factor] == 1 and self._is_cheaper(factor, product):
                scaled = self.graph.node(e.op, [self.done[factor] if i == k else arg for i, arg in enumerate(e.args)],
                                         e.data, factor.shape)
                return self._made(product, [scaled if i == j else self.done[arg]
                                            for i, arg in enumerate(product.args)])
        return None

    def _is_cheaper(self, factor: Node, product: Node) -> bool:
        """Whether a multiple of a factor costs less than one of the product."""
        is_small = 2 * self.lengths.entries(factor.shape) <= self.lengths.entries(product.shape)
        return (self.fuses and factor.op in BY_ENTRIES) or (is_small and factor.op not in LEAVES)


def _multiplied(e: Node) -> int | None:
    """Which operand `e` is a multiple of, where the others are whole numbers or fractions."""
    places = [k for k, arg in enumerate(e.args) if arg.op != "number"]
    return places[0] if e.op in MULTIPLES and len(places) == 1 and (e.op, places[0]) != ("divide", 1) else None
