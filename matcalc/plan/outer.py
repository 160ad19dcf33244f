"""A sum of outer products is one product: c₁ u₁ v₁ᵀ + c₂ u₂ v₂ᵀ = U Vᵀ, U with columns c₁u₁, c₂u₂ and V with v₁, v₂.

The matrix is written once instead of once for each term, and by the product of matrices of a library.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from matcalc.plan.node import Graph, Node, is_turned, ordered, rewritten, upright, uses_upright
from matcalc.records import NamedTuple

ONE = Fraction(1)


class Outer(NamedTuple):
    """c u vᵀ."""

    c: Fraction
    u: Node
    v: Node


def joined(graph: Graph, roots: Sequence[Node], has: Callable[[str], bool]) -> list[Node]:
    """The roots with such sums as products, where the language can put vectors beside each other."""
    if not has("vectors"):
        return list(roots)
    order = ordered(*roots)
    users = uses_upright(order, roots)
    return rewritten(graph, roots, lambda e: _sum(graph, e, users) if e.op == "add" and len(e.shape) == 2 else None)


def _sum(graph: Graph, e: Node, users: Counter[Node]) -> Node | None:
    own = Counter(upright(term) for term in e.args)
    outers, rest = [], []
    for c, term in zip(e.data, e.args, strict=True):
        found = _outer(term)
        if found is not None and users[upright(term)] <= own[upright(term)]:
            outers.append(found._replace(c=c * found.c))
        else:
            rest.append((c, term))
    if len(outers) < 2:
        return None
    columns = [graph.scaled(outer.c, outer.u) for outer in outers]
    left = graph.node("vectors", columns, None, (len(outers), e.shape[0]))
    right = graph.node("vectors", [outer.v for outer in outers], None, (len(outers), e.shape[1]))
    whole = graph.einsum(ONE, [left, right], [(0, 1), (0, 2)], (1, 2), e.shape)
    return graph.add([(ONE, whole), *rest]) if rest else whole


def _outer(term: Node) -> Outer | None:
    """The outer product that a term is, or whose transpose it is."""
    if is_turned(term):
        inner = _outer(term.args[0])
        return inner and Outer(inner.c, inner.v, inner.u)
    if term.op != "einsum" or [len(arg.shape) for arg in term.args] != [1, 1] or len({*term.data.out}) < 2:
        return None
    (a, b), (first, second) = term.args, (spec[0] for spec in term.data.specs)
    if {first, second} != {*term.data.out}:
        return None
    return Outer(term.data.number, a, b) if first == term.data.out[0] else Outer(term.data.number, b, a)
