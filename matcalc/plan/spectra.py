"""Functions of one matrix that come from its spectrum share one decomposition: ‖X‖_* = Σ σ and U Vᵀ by one SVD.

A target that has the kernels `svd` and `svd_polar` says so that `polar` may be computed from that decomposition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matcalc.plan.node import Graph, Node, ordered, rewritten

DECOMPOSITIONS = ("svd", "eigh")


def shared(graph: Graph, roots: Sequence[Node], has: Callable[[str], bool]) -> list[Node]:
    """The roots with such functions of one decomposition, where several need it or one would compute it twice."""
    found: dict[tuple[str, Node], list[Node]] = {}
    for e in ordered(*roots):
        word = next((w for w in DECOMPOSITIONS if e.op == "call" and has(f"{w}_{e.data.function.name}")), "")
        if word and not e.data.batch:
            found.setdefault((word, e.args[0]), []).append(e)
    words = {e: word for (word, _), calls in found.items() for e in calls if len(calls) > 1 or _is_twice(e, word)}

    def changed(e: Node) -> Node | None:
        word = words.get(e)
        if word is None:
            return None
        x, *rest = e.args
        decomposed = graph.node(word, [x], None, x.shape)
        return graph.node(f"{word}_{e.data.function.name}", [decomposed, *rest], e.data, e.shape)

    return rewritten(graph, roots, changed)


def _is_twice(e: Node, word: str) -> bool:
    """Whether the template of a function decomposes its argument more than once."""
    text: str = e.data.function.fields.get("numpy", "")
    return text.count(f"{word}(") > 1
