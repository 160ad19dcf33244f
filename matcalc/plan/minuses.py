"""A minus in front of an array goes into the number that it is multiplied with or divided by: −(A/2) = A/(−2), also
into one that is computed, where the product is not needed without the minus: −(c A) = (−c) A; |−A| is |A|."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.plan.node import Graph, Node, ordered, uses


def with_signs(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Named kernels with fewer minuses."""
    done: dict[Node, Node] = {}
    order = ordered(*roots)
    counts = uses(order, roots)
    for e in order:
        is_once = e.op == "negate" and counts[e.args[0]] == 1
        done[e] = _without_minus(graph, graph.node(e.op, [done[arg] for arg in e.args], e.data, e.shape), is_once)
    return [done[root] for root in roots]


def _without_minus(graph: Graph, e: Node, is_once: bool) -> Node:
    if e.op == "abs" and e.args[0].op == "negate":
        return graph.node(e.op, e.args[0].args, e.data, e.shape)
    if e.op != "negate" or not e.shape:
        return e
    (a,) = e.args
    if a.op == "divide" and a.args[1].op == "number":
        return graph.node("divide", [a.args[0], graph.number(-a.args[1].data)], None, e.shape)
    if a.op == "multiply" and a.args[0].op == "number":
        return graph.node("multiply", [graph.number(-a.args[0].data), a.args[1]], None, e.shape)
    if a.op == "multiply" and is_once:
        for k, factor in enumerate(a.args):
            if not factor.shape:
                args = [graph.node("negate", [arg], None, ()) if i == k else arg for i, arg in enumerate(a.args)]
                return graph.node("multiply", args, None, e.shape)
    return e
