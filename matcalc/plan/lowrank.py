"""A diagonal plus a few columns, M = D + c U Uᵀ with U long and narrow, is never filled in (Woodbury; Golub & Van Loan
2013, 2.1.4): with the small matrix C = I/c + Uᵀ D⁻¹ U,

    M⁻¹ = D⁻¹ − D⁻¹ U C⁻¹ Uᵀ D⁻¹,    M⁻¹ U = D⁻¹ U C⁻¹/c,    log det M = log det D + log det C + k log c.

The second is used wherever it can be: the difference of the first would cancel what it says exactly. It is a law for
matrices that are certainly positive definite, whose D then has an inverse.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.core.dims import Dim
from matcalc.plan.cost import Lengths
from matcalc.plan.node import Graph, Node, extents, remade, rewritten
from matcalc.records import NamedTuple

NARROW = 0.5  # the most columns, as a part of the rows
ONE = Fraction(1)


class Parts(NamedTuple):
    """D⁻¹ (a number or a vector), U, c and C of one matrix; log det D and k log c."""

    inverse: Node
    columns: Node
    factor: Fraction
    small: Node
    logdet: Node


class LowRank:
    """Rewrites one graph."""

    def __init__(self, graph: Graph, lengths: Lengths) -> None:
        self.graph, self.lengths = graph, lengths
        self.found: dict[Node, Parts | None] = {}

    def rewritten(self, roots: Sequence[Node]) -> list[Node]:
        """The roots with inverses and determinants of such matrices replaced."""
        return [self._whole(root) for root in rewritten(self.graph, roots, self._changed)]

    def _changed(self, e: Node) -> Node:
        if e.op == "logabsdet" and (parts := self._parts(e)) is not None:
            small = self.graph.node("logabsdet", [parts.small], "spd", ())
            return self.graph.add([(ONE, parts.logdet), (ONE, small)])
        if e.op == "einsum":
            return self._product(e)
        if any(arg.op == "inverse" for arg in e.args):
            return remade(self.graph, e, [self._whole(arg) for arg in e.args])
        return e

    def _product(self, e: Node) -> Node:
        """A product in which M⁻¹ meets U; what is left of M⁻¹ is written out."""
        for k, arg in enumerate(e.args):
            parts = self._parts(arg) if arg.op == "inverse" else None
            if parts is not None:
                met = self._meeting(e, k, parts)
                if met is not None:
                    return self._product(met) if met.op == "einsum" else met
        return remade(self.graph, e, [self._whole(arg) for arg in e.args])

    def _meeting(self, e: Node, k: int, parts: Parts) -> Node | None:
        """M⁻¹ U as D⁻¹ U C⁻¹/c."""
        specs, out = e.data.specs, e.data.out
        for i, arg in enumerate(e.args):
            for inner, outer in (specs[k], specs[k][::-1]):
                if arg is not parts.columns or specs[i][0] != inner or inner == outer or inner in out:
                    continue
                if any(inner in spec for j, spec in enumerate(specs) if j not in (i, k)):
                    continue
                column, fresh = specs[i][1], 1 + max(x for spec in (*specs, out) for x in spec)
                others = [(a, s) for j, (a, s) in enumerate(zip(e.args, specs, strict=True)) if j not in (i, k)]
                own = self.graph.node("inverse", [parts.small], "spd", parts.small.shape)
                pairs = [*others, (parts.inverse, (outer,) if parts.inverse.shape else ()),
                         (parts.columns, (outer, fresh)), (own, (fresh, column))]
                return self.graph.einsum(e.data.number / parts.factor, [a for a, _ in pairs], [s for _, s in pairs],
                                         out, e.shape)
        return None

    def _whole(self, e: Node) -> Node:
        """M⁻¹ written out; anything else as it is."""
        parts = self._parts(e) if e.op == "inverse" else None
        if parts is None:
            return e
        graph, n = self.graph, e.shape
        own = (0,) if parts.inverse.shape else ()
        diagonal = graph.einsum(ONE, [parts.inverse], [own], (0, 0), n)
        inner = graph.node("inverse", [parts.small], "spd", parts.small.shape)
        low = graph.einsum(ONE, [parts.inverse, parts.columns, inner, parts.columns, parts.inverse],
                           [own, (0, 1), (1, 2), (3, 2), (3,) if own else ()], (0, 3), n)
        return graph.add([(ONE, diagonal), (Fraction(-1), low)])

    def _parts(self, e: Node) -> Parts | None:
        """What the matrix of an inverse or a determinant consists of."""
        if e.data != "spd" or len(e.args[0].shape) != 2:
            return None
        matrix = e.args[0]
        if matrix not in self.found:
            self.found[matrix] = self._taken_apart(matrix)
        return self.found[matrix]

    def _taken_apart(self, matrix: Node) -> Parts | None:
        if matrix.op != "add" or len(matrix.args) != 2:
            return None
        terms = sorted(zip(matrix.data, matrix.args, strict=True), key=lambda t: len(t[1].args))
        (a, diagonal), (c, gram) = terms
        if not _is_diagonal(diagonal) or not _is_gram(gram):
            return None
        columns, number = gram.args[0], c * gram.data.number
        n, k = columns.shape
        if number <= 0 or self.lengths.of(k) > NARROW * self.lengths.of(n):
            return None
        return self._made(diagonal, a * diagonal.data.number, columns, number, n, k)

    def _made(self, diagonal: Node, factor: Fraction, columns: Node, c: Fraction, n: Dim, k: Dim) -> Parts:
        graph = self.graph
        values = diagonal.args[0] if diagonal.args else graph.number(1)
        entries = graph.scaled(factor, values)
        inverse = graph.number(1 / entries.data) if entries.op == "number" else graph.map("reciprocal", entries)
        own = (0,) if inverse.shape else ()
        inner = graph.einsum(ONE, [columns, inverse, columns], [(0, 1), own, (0, 2)], (1, 2), (k, k))
        eye = graph.einsum(1 / c, [], [], (0, 0), (k, k))
        small = graph.add([(ONE, eye), (ONE, inner)])
        logs = graph.map("log", entries)
        logdet = graph.einsum(ONE, [logs], [(0,)], (), ()) if own else graph.einsum(
            ONE, [logs, graph.size(n)], [(), ()], (), ())
        if c != 1:
            more = graph.einsum(ONE, [graph.map("log", graph.number(c)), graph.size(k)], [(), ()], (), ())
            logdet = graph.add([(ONE, logdet), (ONE, more)])
        return Parts(inverse, columns, c, small, logdet)


def _is_diagonal(e: Node) -> bool:
    """A number or a vector on the diagonal."""
    return e.op == "einsum" and len(e.data.out) == 2 and len({*e.data.out}) == 1 and len(e.args) < 2 and (
        not e.args or len(e.args[0].shape) < 2)


def _is_gram(e: Node) -> bool:
    """U Uᵀ."""
    if e.op != "einsum" or len(e.args) != 2 or e.args[0] is not e.args[1] or len(extents(e)) != 3:
        return False
    (i, k), (j, l_) = (e.data.specs[0], e.data.specs[1]) if all(len(s) == 2 for s in e.data.specs) else ((0, 1), (0, 2))
    return k == l_ and {i, j} == {*e.data.out}
