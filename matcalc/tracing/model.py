"""The computation graph of a trace: one node for each line, an edge from each operand; and the graph of its adjoints.

The adjoint graph extends the first one: v̄ needs the adjoints of the lines that use v, and the values in its formula.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from matcalc.core.dims import format_dim
from matcalc.core.expr import Expr, variables
from matcalc.extensions import UNICODE
from matcalc.tracing import showing
from matcalc.tracing.modes import BAR, Adjoint, partial_formulas
from matcalc.tracing.operations import Line, Tape

LONGEST = 36


@dataclass(frozen=True, slots=True)
class Node:
    """`key` is unique; `kind` is input, operation, result, adjoint or answer; `value` is None where none is known."""

    key: str
    kind: str
    name: str
    formula: str
    operation: str
    shape: str
    value: Any = None

    @property
    def head(self) -> str:
        return f"{self.name} = {self.formula}" if self.formula else self.name

    @property
    def remarks(self) -> list[str]:
        """The shape of an array, and the value."""
        return [*filter(None, [self.shape]), *([] if self.value is None else [showing.value(self.value, 24)])]

    def lines(self) -> list[str]:
        """What is written on it, long formulas over several lines."""
        return [*wrap(self.head, LONGEST, break_long_words=False, break_on_hyphens=False), *self.remarks]


@dataclass(frozen=True, slots=True)
class Edge:
    """`kind`: value (an operand), adjoint (what flows back), use (a value in the formula of an adjoint)."""

    source: str
    target: str
    kind: str


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: list[Node]
    edges: list[Edge]

    def node(self, key: str) -> Node:
        return next(n for n in self.nodes if n.key == key)


def graph_of(tape: Tape, values: Mapping[Expr, Any] | None = None, wrt: Collection[Expr] = (),
             adjoints: Collection[Adjoint] = (), dialect: str = UNICODE) -> Graph:
    """The graph of `tape`, with values if there are any; with `wrt` (input lines) the adjoints on the way to them."""
    nodes = [_node(tape, line, values, dialect) for line in tape.lines]
    edges = [Edge(_key(p), _key(line.v), "value") for line in tape.lines for p in line.parents]
    if wrt:
        known = {a.line.v: a.value for a in adjoints}
        _extend(tape, wrt, known, nodes, edges, dialect)
    return Graph(nodes, edges)


def _key(v: Expr) -> str:
    return str(v.data.name.replace("_", "").replace(BAR, "bar"))


def _node(tape: Tape, line: Line, values: Mapping[Expr, Any] | None, dialect: str) -> Node:
    kind = "input" if line.is_input else "result" if line.v is tape.result else "operation"
    value = None if values is None else values[line.v]
    return Node(_key(line.v), kind, showing.said(line.v, dialect), showing.said(line.expr, dialect), line.sign,
                _shape(line.v, value), value)


def _shape(v: Expr, value: Any) -> str:
    if v.is_scalar:
        return ""
    return showing.shape(value) if value is not None else "×".join(map(format_dim, v.shape))


def needed(tape: Tape, wrt: Collection[Expr]) -> list[Line]:
    """The lines between `wrt` and the result, the last one first."""
    found = set(wrt)
    for line in tape.lines:
        if not found.isdisjoint(line.parents):
            found.add(line.v)
    return [line for line in reversed(tape.lines) if line.v in found]


def _extend(tape: Tape, wrt: Collection[Expr], known: Mapping[Expr, Any], nodes: list[Node], edges: list[Edge],
            dialect: str) -> None:
    arriving: dict[Expr, list[Expr]] = {}
    for line in needed(tape, wrt):
        bar = tape.marked(line.v, BAR)
        parts = arriving.get(line.v, [])
        formula = " + ".join(showing.said(part, dialect) for part in parts).replace("+ −", "− ").replace("+ -", "- ")
        start = "0" if line.v is not tape.result else "1" if line.v.is_scalar else "given"
        value = known.get(line.v)
        nodes.append(Node(_key(bar), "answer" if line.v in wrt else "adjoint", showing.said(bar, dialect),
                          formula or start, "", _shape(line.v, value), value))
        used = dict.fromkeys(leaf for part in parts for leaf in variables(part))
        edges += [Edge(_key(leaf), _key(bar), "adjoint" if BAR in leaf.data.name else "use") for leaf in used]
        if line.v is tape.result:
            edges.append(Edge(_key(line.v), _key(bar), "adjoint"))
        for p, part in partial_formulas(tape, line).items():
            arriving.setdefault(p, []).append(part)
