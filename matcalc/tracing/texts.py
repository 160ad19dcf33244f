"""A graph as text: an indented tree for a terminal, DOT for Graphviz, Mermaid for Markdown."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.tracing.model import Graph, Node

DEEPEST = 24
_SHAPES = {"input": "ellipse", "operation": "box", "result": "box", "adjoint": "box", "answer": "box"}
_STYLES = {"value": "", "adjoint": ' [color="#c98a2b"]', "use": ' [style=dashed, color="#a9b0ba"]'}
_ARROWS = {"value": "-->", "adjoint": "==>", "use": "-.->"}
_CLASSES = {"input": "fill:#e8f1fb,stroke:#4a7fb5", "operation": "fill:#ffffff,stroke:#8a8f98",
            "result": "fill:#e9f6ea,stroke:#3f8f4b", "adjoint": "fill:#fff4e3,stroke:#c98a2b",
            "answer": "fill:#fde8e4,stroke:#c0503a"}


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


def dot(graph: Graph) -> str:
    """Source for Graphviz."""
    rows = ["digraph computation {", '  node [fontname="DejaVu Sans Mono", fontsize=11];']
    for n in graph.nodes:
        label = r"\n".join(line.replace("\\", r"\\").replace('"', r"\"") for line in n.lines())
        fill = _CLASSES[n.kind].split(",")[0].removeprefix("fill:")
        rows.append(f'  {n.key} [label="{label}", shape={_SHAPES[n.kind]}, style=filled, fillcolor="{fill}"];')
    rows += [f"  {e.source} -> {e.target}{_STYLES[e.kind]};" for e in graph.edges]
    return "\n".join([*rows, "}"]) + "\n"


def mermaid(graph: Graph) -> str:
    """Source for Mermaid, which Markdown pages draw."""
    rows = ["flowchart TD"]
    for n in graph.nodes:
        label = "<br>".join(map(_quoted, n.lines()))
        opening, closing = ('(["', '"])') if n.kind == "input" else ('["', '"]')
        rows.append(f"  {n.key}{opening}{label}{closing}:::{n.kind}")
    rows += [f"  {e.source} {_ARROWS[e.kind]} {e.target}" for e in graph.edges]
    kinds = dict.fromkeys(n.kind for n in graph.nodes)
    return "\n".join([*rows, *(f"  classDef {kind} {_CLASSES[kind]}" for kind in kinds)]) + "\n"


def _quoted(text: str) -> str:
    for sign, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(sign, entity)
    return text


FORMS: dict[str, Callable[[Graph], str]] = {"tree": lambda g: "\n".join(tree(g)) + "\n", "dot": dot, "mermaid": mermaid}
