"""The computation graph of a trace: one node for each line, an edge from each operand; and the graph of its adjoints.

The adjoint graph extends the first one: v̄ needs the adjoints of the lines that use v, and the values in its formula.
A graph is written as an indented tree for a terminal, as DOT for Graphviz, as Mermaid for Markdown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Literal

from matcalc.core.expr import Expr, givens
from matcalc.extensions import UNICODE
from matcalc.mime import Shown
from matcalc.numeric.sizes import format_shape
from matcalc.tracing import notation
from matcalc.tracing.modes import BAR, Adjoint, partial_formulas
from matcalc.tracing.tape import Line, Tape

NodeKind = Literal["input", "operation", "result", "adjoint", "answer"]
EdgeKind = Literal["value", "adjoint", "use"]
Direction = Literal["down", "right"]  # in which values follow each other; adjoints flow back
LONGEST = 36
DEEPEST = 24
FILLS: dict[NodeKind, tuple[str, str]] = {  # the colours of a box and of its rim
    "input": ("#e8f1fb", "#4a7fb5"), "operation": ("#ffffff", "#8a8f98"), "result": ("#e9f6ea", "#3f8f4b"),
    "adjoint": ("#fff4e3", "#c98a2b"), "answer": ("#fde8e4", "#c0503a"),
}
_STYLES: dict[EdgeKind, str] = {
    "value": "", "adjoint": ' [color="#c98a2b", constraint=false]',
    "use": ' [style=dashed, color="#a9b0ba", constraint=false]',
}
_RANKDIR: dict[Direction, str] = {"down": "TB", "right": "LR"}
_FLOW: dict[Direction, str] = {"down": "TD", "right": "LR"}
_ARROWS: dict[EdgeKind, str] = {"value": "-->", "adjoint": "==>", "use": "-.->"}


@dataclass(frozen=True, slots=True)
class Node:
    """`key` is unique; `kind` is input, operation, result, adjoint or answer; `value` is None where none is known."""

    key: str
    kind: NodeKind
    name: str
    formula: str
    operation: str
    shape: str
    value: Any = None

    @property
    def head(self) -> str:
        """v₃ = v₁ v₂, or the name of an input."""
        return f"{self.name} = {self.formula}" if self.formula else self.name

    @property
    def remarks(self) -> list[str]:
        """The shape of an array, and the value."""
        return [*filter(None, [self.shape]), *([] if self.value is None else [notation.value(self.value, 24)])]

    @property
    def is_adjoint(self) -> bool:
        """Whether it is v̄, not v."""
        return self.kind in ("adjoint", "answer")

    @property
    def beside(self) -> str:
        """The key of v, beside which v̄ stands; of v itself its own."""
        return self.key.replace("bar", "")

    def lines(self) -> list[str]:
        """What is written on it, long formulas over several lines."""
        return [*wrap(self.head, LONGEST, break_long_words=False, break_on_hyphens=False), *self.remarks]


@dataclass(frozen=True, slots=True)
class Edge:
    """`kind`: value (an operand), adjoint (what flows back), use (a value in the formula of an adjoint)."""

    source: str
    target: str
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Graph(Shown):
    """The nodes and the edges, operands first."""

    nodes: list[Node]
    edges: list[Edge]


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
    kind: NodeKind = "input" if line.is_input else "result" if line.v is tape.result else "operation"
    value = None if values is None else values[line.v]
    return Node(_key(line.v), kind, notation.said(tape.member(line.v), dialect),
                notation.said(tape.formula(line), dialect), line.sign,
                _shape(line.v, value), value)


def _shape(v: Expr, value: Any) -> str:
    if v.is_scalar and not v.data.axes:
        return ""
    if value is not None:
        return notation.shape(value)
    members, member = format_shape(axis.size for axis in v.data.axes), format_shape(v.shape)
    return member if not members else members if v.is_scalar else f"{members} of {member}"


def _extend(tape: Tape, wrt: Collection[Expr], known: Mapping[Expr, Any], nodes: list[Node], edges: list[Edge],
            dialect: str) -> None:
    arriving: dict[Expr, list[Expr]] = {}
    for line in tape.between(wrt):
        bar = tape.marked(line.v, BAR)
        parts = arriving.get(line.v, [])
        formula = " + ".join(notation.said(tape.lettered(part), dialect) for part in parts)
        formula = formula.replace("+ −", "− ").replace("+ -", "- ")
        start = "0" if line.v is not tape.result else "1" if line.v.is_scalar else "given"
        value = known.get(line.v)
        kind: NodeKind = "answer" if line.v in wrt else "adjoint"
        nodes.append(Node(_key(bar), kind, notation.said(tape.member(line.v, BAR), dialect),
                          formula or start, "", _shape(line.v, value), value))
        used = dict.fromkeys(leaf for part in parts for leaf in givens(part))
        edges += [Edge(_key(leaf), _key(bar), "adjoint" if BAR in leaf.data.name else "use") for leaf in used]
        if line.v is tape.result:
            edges.append(Edge(_key(line.v), _key(bar), "adjoint"))
        for p, part in partial_formulas(tape, line).items():
            arriving.setdefault(p, []).append(part)


def tree(graph: Graph) -> list[str]:
    """From what is computed last down to the inputs; a node is drawn once and then only named with ↑.

    What lies deeper than DEEPEST starts a tree of its own.
    """
    nodes = {n.key: n for n in graph.nodes}
    operands: dict[str, list[str]] = {n.key: [] for n in graph.nodes}
    for edge in graph.edges:
        if edge.kind != "adjoint" or "bar" in edge.source:
            operands[edge.target].append(edge.source)
    used = {key for row in operands.values() for key in row}
    roots = [n.key for n in graph.nodes if n.key not in used]
    drawn: set[str] = set()
    rows: list[str] = []
    while roots:
        root = roots.pop(0)
        if root not in drawn:
            rows += [""] * bool(rows) + _branch(root, nodes, operands, drawn, roots)
    return rows


def _branch(root: str, nodes: dict[str, Node], operands: dict[str, list[str]], drawn: set[str],
            later: list[str]) -> list[str]:
    rows: list[str] = []
    stack = [(root, "", "", 0)]
    while stack:
        key, own, below, depth = stack.pop()
        if key in drawn or depth > DEEPEST:
            rows.append(f"{own}{nodes[key].name} {'↑' if key in drawn else '↓'}")
            later += [] if key in drawn else [key]
            continue
        drawn.add(key)
        rows.append("   ".join([own + nodes[key].head, *nodes[key].remarks]))
        parts = operands[key]
        for i, part in reversed(list(enumerate(parts))):
            last = i == len(parts) - 1
            stack.append((part, below + ("╰─ " if last else "├─ "), below + ("   " if last else "│  "), depth + 1))
    return rows


def dot(graph: Graph, direction: Direction = "down") -> str:
    """Source for Graphviz. Only values make layers, an adjoint stands in that of its value."""
    rows = ["digraph computation {", f"  rankdir={_RANKDIR[direction]};",
            '  node [fontname="DejaVu Sans Mono", fontsize=11];']
    for n in graph.nodes:
        label = r"\n".join(line.replace("\\", r"\\").replace('"', r"\"") for line in n.lines())
        shape = "ellipse" if n.kind == "input" else "box"
        rows.append(f'  {n.key} [label="{label}", shape={shape}, style=filled, fillcolor="{FILLS[n.kind][0]}"];')
    rows += [f"  {{rank=same; {n.beside}; {n.key}}}" for n in graph.nodes if n.is_adjoint]
    rows += [f"  {e.source} -> {e.target}{_STYLES[e.kind]};" for e in graph.edges]
    return "\n".join([*rows, "}"]) + "\n"


def mermaid(graph: Graph, direction: Direction = "down") -> str:
    """Source for Mermaid, which Markdown pages draw; it knows a direction and no layers."""
    rows = [f"flowchart {_FLOW[direction]}"]
    for n in graph.nodes:
        label = "<br>".join(map(_quoted, n.lines()))
        opening, closing = ('(["', '"])') if n.kind == "input" else ('["', '"]')
        rows.append(f"  {n.key}{opening}{label}{closing}:::{n.kind}")
    rows += [f"  {e.source} {_ARROWS[e.kind]} {e.target}" for e in graph.edges]
    kinds = dict.fromkeys(n.kind for n in graph.nodes)
    rows += [f"  classDef {kind} fill:{FILLS[kind][0]},stroke:{FILLS[kind][1]}" for kind in kinds]
    return "\n".join(rows) + "\n"


def _quoted(text: str) -> str:
    for sign, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(sign, entity)
    return text


SOURCES: dict[str, Callable[[Graph, Direction], str]] = {"dot": dot, "mermaid": mermaid}
