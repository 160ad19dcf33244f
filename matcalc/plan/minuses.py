"""A minus in front of an array goes into the number that it is multiplied with or divided by: −(A/2) = A/(−2)."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.plan.node import Graph, Node, ordered


def with_signs(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Named kernels with fewer minuses."""
    done: dict[Node, Node] = {}
    for e in ordered(*roots):
        done[e] = _without_minus(graph, graph.node(e.op, [done[arg] for arg in e.args], e.data, e.shape))
    return [done[root] for root in roots]


def _without_minus(graph: Graph, e: Node) -> Node:
    if e.op != "negate" or not e.shape:
        return e
    (a,) = e.args
    if a.op == "divide" and a.args[1].op == "number":
        return graph.node("divide", [a.args[0], graph.number(-a.args[1].data)], None, e.shape)
    if a.op == "multiply" and a.args[0].op == "number":
        return graph.node("multiply", [graph.number(-a.args[0].data), a.args[1]], None, e.shape)
    return e
