"""A product entry by entry that only one other product needs is multiplied there: diag(a) (diag(b) M) = diag(a ∘ b) M.

So the order of all factors is chosen together, and numbers and vectors are multiplied before matrices are. A minus in
front of a product goes into a sum that is a factor of it: −P ∘ (A − B) = P ∘ (B − A).

x/r/r keeps its order: r² may be too large or too small for a number.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.plan.node import Graph, Node, ordered, rewritten, uses
from matcalc.plan.pairs import opened

MANY = 6  # factors of a product that is made larger; all orders of so many are tried


def flattened(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """The roots with such products as parts of those that need them."""
    once = {e for e, count in uses(ordered(*roots), roots).items() if count == 1}

    def changed(e: Node) -> Node | None:
        return _turned_sum(graph, _with_parts(graph, e, once), once) if e.op == "einsum" else None

    return rewritten(graph, roots, changed)


def _is_entrywise(e: Node) -> bool:
    """Whether it multiplies arrays along axes that the result has, one of them as large as the result."""
    return e.op == "einsum" and len(e.args) > 1 and len({*e.data.out}) == len(e.data.out) and any(
        {*spec} == {*e.data.out} for spec in e.data.specs) and all(len({*spec}) == len(spec) for spec in e.data.specs)


def _with_parts(graph: Graph, e: Node, once: set[Node]) -> Node:
    """The product with the factors of its factors."""
    specs, out = e.data.specs, e.data.out
    is_product = sum(bool(a.shape) for a in e.args) > 1 or any({*spec} - {*out} for spec in specs)
    for k, arg in enumerate(e.args):
        is_part = is_product and arg in once and _is_entrywise(arg) and not {*arg.args} & {*e.args}
        if is_part and len(e.args) + len(arg.args) - 1 <= MANY:
            inner, _ = opened(arg, specs[k], 1 + max(x for spec in (*specs, out) for x in spec))
            return graph.einsum(e.data.number * arg.data.number, [*e.args[:k], *arg.args, *e.args[k + 1:]],
                                [*specs[:k], *inner, *specs[k + 1:]], out, e.shape)
    return e


def _turned_sum(graph: Graph, e: Node, once: set[Node]) -> Node:
    """A product with a minus in front, of which one factor is a difference."""
    if e.op != "einsum" or e.data.number >= 0:
        return e
    for k, arg in enumerate(e.args):
        if arg.op == "add" and arg.shape and arg in once and 2 * sum(c < 0 for c in arg.data) >= len(arg.data):
            other = graph.add([(-c, term) for c, term in zip(arg.data, arg.args, strict=True)])
            args = [*e.args[:k], other, *e.args[k + 1:]]
            return graph.einsum(-e.data.number, args, e.data.specs, e.data.out, e.shape)
    return e
