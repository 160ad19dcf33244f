"""The logistic function in both tails, σ(z) = (1 or e)/(1 + e) with e = exp(−|z|), as products of it become shorter:
σ(z) σ(−z) = e/(1 + e)². Where a target has σ itself and nobody else needs e, it is one kernel; so is the logarithm of a
sum of which the largest term is 1, log1p(Σ of the others)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction

from matcalc.plan.node import Graph, Node, ordered, remade, rewritten
from matcalc.records import NamedTuple

ONE = Fraction(1)


class Idioms:
    """Rewrites one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def shortened(self, roots: Sequence[Node]) -> list[Node]:
        """The roots with σ(z) σ(−z) as one product."""
        return rewritten(self.graph, roots, self._shorter)

    def _shorter(self, e: Node) -> Node:
        if e.op == "map" and e.data == "abs":
            e = self.graph.map("abs", _unsigned(self.graph, e.args[0]))
        return self._product(e) if e.op == "einsum" else e

    def _product(self, e: Node) -> Node:
        """σ(z) and σ(−z) beside each other are e/(1 + e)²."""
        found = [(k, _sigma(arg)) for k, arg in enumerate(e.args)]
        for i, first in found:
            for j, second in found:
                if first and second and i < j and e.data.specs[i] == e.data.specs[j] and \
                        first.below is second.below and self.graph.scaled(Fraction(-1), first.z) is second.z:
                    others = [(arg, s) for k, (arg, s) in enumerate(zip(e.args, e.data.specs, strict=True))
                              if k not in (i, j)]
                    spec = e.data.specs[i]
                    pairs = [*others, (first.e, spec), (first.below, spec), (first.below, spec)]
                    made = self.graph.einsum(e.data.number, [a for a, _ in pairs], [s for _, s in pairs], e.data.out,
                                             e.shape)
                    return self._product(made) if made.op == "einsum" else made
        return e

    def named(self, roots: Sequence[Node], has: Callable[[str], bool]) -> list[Node]:
        """The roots with σ as a kernel where that is all that e is for, and such logarithms of sums."""
        if has("log_of_sum"):
            roots = rewritten(self.graph, roots, self._log_of_sum)
        if not has("expit"):
            return list(roots)
        order = ordered(*roots)
        uses = Counter(arg for e in order for arg in e.args)
        done: dict[Node, Node] = {}
        for e in order:
            args = tuple(done[arg] for arg in e.args)
            done[e] = self._sigmoid(e, uses, done) or (e if args == e.args else remade(self.graph, e, args))
        return [done[root] for root in roots]

    def _log_of_sum(self, e: Node) -> Node | None:
        """log1p(Σ eᵢ where zᵢ < max z + how many are as large − 1), e = exp(z − max z), as the logarithm of Σ eᵢ."""
        if e.op != "map" or e.data != "log1p" or e.args[0].op != "add":
            return None
        terms = _terms(ONE, e.args[0])
        chosen = [term.args[0].args for c, term in terms if c == 1 and _is_sum_of_choice(term)]
        if len(terms) != 3 or len(chosen) != 2 or not any(c == -1 and _is_number(x, 1) for c, x in terms):
            return None
        others = next((given for given in chosen if _is_number(given[1], 0)), None)
        count = next((given for given in chosen if _is_number(given[1], 1) and _is_number(given[2], 0)), None)
        if others is None or count is None or others[0] is not count[0] or not _is_shifted(others[0], others[2]):
            return None
        return self.graph.node("log_of_sum", [others[2]], None, ())

    def _sigmoid(self, e: Node, uses: Counter[Node], done: dict[Node, Node]) -> Node | None:
        """σ(z) as one kernel, where nothing else needs what it is made of."""
        found = _sigma(e)
        if found is None or uses[found.e] != 2 or any(uses[part] != 1 for part in (*e.args, found.below.args[0])):
            return None
        return self.graph.scaled(e.data.number, self.graph.map("expit", done[found.z]))


class Sigma(NamedTuple):
    """σ(z): z, e = exp(−|z|), and 1/(1 + e)."""

    z: Node
    e: Node
    below: Node


def _sigma(node: Node) -> Sigma | None:
    """What (1 or e)/(1 + e) is made of."""
    if node.op != "einsum" or len(node.args) != 2 or node.data.specs != (node.data.out,) * 2:
        return None
    for tail, below in (node.args, node.args[::-1]):
        found = _tail(tail)
        if found is None or below.op != "map" or below.data != "reciprocal":
            continue
        total = below.args[0]
        if total.op == "add" and total.data == (1, 1) and found[1] in total.args and any(
                a.op == "number" and a.data == 1 for a in total.args):
            return Sigma(*found, below)
    return None


def _tail(e: Node) -> tuple[Node, Node] | None:
    """z and e of (1 where z ≥ 0, e elsewhere), with e = exp(−|z|)."""
    if e.op != "map" or e.data != "where" or e.args[0].op != "map" or e.args[0].data != "greater_equal":
        return None
    (z, zero), (_, one, other) = e.args[0].args, e.args
    if zero.op != "number" or zero.data != 0 or one.op != "number" or one.data != 1 or other.op != "map" or \
            other.data != "exp":
        return None
    return z, other


def _unsigned(graph: Graph, z: Node) -> Node:
    """z without a minus in front."""
    if z.op == "einsum" and z.data.number < 0:
        return graph.scaled(Fraction(-1), z)
    return z


def _terms(c: Fraction, e: Node) -> list[tuple[Fraction, Node]]:
    """The terms of a sum of sums."""
    if e.op != "add":
        return [(c, e)]
    return [term for k, arg in zip(e.data, e.args, strict=True) for term in _terms(c * k, arg)]


def _is_number(e: Node, value: int) -> bool:
    return e.op == "number" and bool(e.data == value)


def _is_sum_of_choice(e: Node) -> bool:
    return e.op == "einsum" and not e.shape and len(e.args) == 1 and e.data.number == 1 and e.args[0].op == "map" and (
        e.args[0].data == "where")


def _is_shifted(condition: Node, e: Node) -> bool:
    """Whether e = exp(z − m), m the largest entry of z, and the condition says z ≥ m."""
    if condition.op != "map" or condition.data != "greater_equal" or e.op != "map" or e.data != "exp":
        return False
    (z, m), (shifted,) = condition.args, e.args
    is_largest = m.op == "reduce" and m.data[0] == "max" and m.args[0] is z
    return is_largest and shifted.op == "add" and shifted.data == (1, -1) and shifted.args == (z, m)
