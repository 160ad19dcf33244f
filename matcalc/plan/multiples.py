"""A number times a sum of multiples goes into their numbers, as do minuses: c (a u + b v + d) = (ca) u + (cb) v + cd.

Numbers are multiplied with each other instead of with one more array. A sum stays as it is where more than one of its
terms is no multiple, and so would have to be multiplied by itself, and where a term is a diagonal: (I − u uᵀ)/r takes u
to 0 as exactly as I − u uᵀ does.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.plan.node import Graph, Node, ordered, rewritten, uses

ONE = Fraction(1)


def with_numbers(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """The roots with such numbers inside of sums."""
    once = {e for e, count in uses(ordered(*roots), roots).items() if count == 1}
    return rewritten(graph, roots, lambda e: _inside(graph, e, once) if e.op == "einsum" else None)


def _inside(graph: Graph, e: Node, once: set[Node]) -> Node | None:
    """A multiple of a sum as a sum of multiples."""
    arrays = [arg for arg in e.args if arg.shape]
    numbers = [arg for arg in e.args if not arg.shape]
    if not numbers or len(arrays) != 1 or arrays[0].op != "add" or arrays[0] not in once:
        return None
    (total,) = arrays
    spec = e.data.specs[e.args.index(total)]
    if spec != e.data.out or len({*spec}) != len(spec):
        return None
    if any(_is_diagonal(term) for term in total.args) or sum(not _is_multiple(term, once) for term in total.args) > 1:
        return None
    terms = []
    for c, term in zip(total.data, total.args, strict=True):
        number = c * e.data.number
        terms.append((ONE if number > 0 else -ONE, _times(graph, term, numbers, abs(number))))
    return graph.add(terms)


def _is_diagonal(term: Node) -> bool:
    return term.op == "einsum" and len({*term.data.out}) < len(term.data.out)


def _is_multiple(term: Node, once: set[Node]) -> bool:
    """Whether a term is a number, or an array times a number that is not needed without it."""
    if not term.shape:
        return True
    return term in once and term.op == "einsum" and any(not arg.shape for arg in term.args)


def _times(graph: Graph, term: Node, numbers: Sequence[Node], factor: Fraction) -> Node:
    """A multiple of a term by numbers, which are multiplied first, with those that it has."""
    pairs = [(term, tuple(range(len(term.shape))))]
    if term.op == "einsum" and any(not arg.shape for arg in term.args) and len({*term.data.out}) == len(term.data.out):
        factor *= term.data.number
        pairs = list(zip(term.args, term.data.specs, strict=True))
    out = term.data.out if pairs[0][0] is not term else pairs[0][1]
    own = [arg for arg, _ in pairs if not arg.shape] + [*numbers]
    both = graph.einsum(factor, own, [()] * len(own), (), ())
    kept = [(arg, spec) for arg, spec in pairs if arg.shape] + [(both, ())]
    return graph.einsum(ONE, [arg for arg, _ in kept], [spec for _, spec in kept], out, term.shape)
