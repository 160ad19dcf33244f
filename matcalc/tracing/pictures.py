"""A graph as a picture: boxes in layers from top to bottom, smooth edges, light colours, one font; SVG, PNG or PDF.

Inside a layer an edge only runs straight down through its own slot, so it cannot touch a box. PNG and PDF are made by
Typst, whose wheel brings the letters of mathematics along: no font of the system. Nothing of the machine and no date
enters, so that one graph gives one file.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from pathlib import Path
from xml.sax.saxutils import escape

from matcalc.diagnostics import fail
from matcalc.tracing.graph import FILLS, Edge, EdgeKind, Graph, Node
from matcalc.tracing.layers import Layout, Slot, layout
from matcalc.tracing.modes import BAR, DOT

MOST_NODES = 1000
FONT, CELL, ROW, PAD, GAP, FALL, MARGIN = 13, 7.9, 18, 9, 22, 46, 16
FAMILY = "DejaVu Sans Mono, Menlo, Consolas, monospace"
STROKES: dict[EdgeKind, tuple[str, str, str]] = {  # colour, width, dashes
    "value": ("#5b6470", "1.3", ""), "adjoint": ("#c98a2b", "1.5", ""), "use": ("#a9b0ba", "1", "4 3"),
}

MARKS = {BAR: '<path d="M{0:.1f} {3:.1f}H{1:.1f}" stroke="{4}"/>',
         DOT: '<circle cx="{2:.1f}" cy="{3:.1f}" r="1" fill="{4}"/>'}
BOLD = '<text x="{:.1f}" y="{:.1f}" fill="{}" font-weight="bold">1</text>'
TYPST_FAMILY = "DejaVu Sans Mono"  # the fixed-width one of Typst's own fonts
DENSITY, LEAST = 192.0, 32.0  # points of a PNG on an inch, of which there are 96 units of SVG
MOST_PIXELS = 60_000_000
_SIZE = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
_FAMILIES = re.compile(r'font-family="[^"]*"')
_PAGE = Path(__file__).with_name("page.typ")


@dataclass(slots=True)
class Picture:
    """Boxes with their sizes and the layout; `tops` and `heights` are those of the layers."""

    graph: Graph
    layout: Layout
    sizes: dict[str, tuple[float, float]]
    tops: list[float] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)

    def box(self, key: str) -> tuple[float, float, float, float]:
        """Left, top, width, height."""
        level = self.level[key]
        w, h = self.sizes[key]
        return self.layout.x[key, -1] - w / 2, self.tops[level] + (self.heights[level] - h) / 2, w, h

    @property
    def level(self) -> dict[str, int]:
        """The layer of each node."""
        return {slot[0]: i for i, row in enumerate(self.layout.layers) for slot in row if slot[1] < 0}


def cells(text: str) -> int:
    """How many letters stand side by side; bars and dots above them take no room."""
    return sum(unicodedata.category(c) not in ("Mn", "Me") for c in text)


def picture(graph: Graph) -> Picture:
    """The boxes measured and placed."""
    if len(graph.nodes) > MOST_NODES:
        raise fail("M1007", f"a picture of {len(graph.nodes)} nodes cannot be read; at most {MOST_NODES} are drawn",
                   fixes=("--to dot",))
    sizes = {n.key: _size(n) for n in graph.nodes}
    placed = layout([n.key for n in graph.nodes], [(e.source, e.target) for e in graph.edges],
                    {key: w for key, (w, _) in sizes.items()}, GAP)
    left = min(placed.x[n.key, -1] - sizes[n.key][0] / 2 for n in graph.nodes)
    left = min([left, *(x for slot, x in placed.x.items() if slot[1] >= 0)])
    placed.x = {slot: x - left + MARGIN for slot, x in placed.x.items()}
    found = Picture(graph, placed, sizes)
    y = float(MARGIN)
    for row in placed.layers:
        height = max((sizes[slot[0]][1] for slot in row if slot[1] < 0), default=0.0)
        found.tops.append(y)
        found.heights.append(height)
        y += height + _fall(placed, row)
    return found


def _size(node: Node) -> tuple[float, float]:
    lines = node.lines()
    return max(map(cells, lines)) * CELL + 2 * PAD, len(lines) * ROW + PAD


def _fall(placed: Layout, row: list[Slot]) -> float:
    """The room below a layer grows with how far its edges run sideways."""
    inside = set(row)
    aside = max((abs(placed.x[a] - placed.x[b]) for path in placed.paths for a, b in pairwise(path) if a in inside),
                default=0.0)
    return FALL + min(aside, 900) * 0.06


def svg(graph: Graph, title: str = "") -> str:
    """The whole file."""
    found = picture(graph)
    boxes = {n.key: found.box(n.key) for n in graph.nodes}
    right = max([*(x + w for x, _, w, _ in boxes.values()), *found.layout.x.values()])
    width, height = right + MARGIN, found.tops[-1] + found.heights[-1] + MARGIN
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
            f'height="{height:.0f}" font-family="{FAMILY}" font-size="{FONT}">')
    body = [_marker(kind) for kind in STROKES]
    body += [f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>']
    body += _edges(found, boxes)
    body += [_node(n, boxes[n.key]) for n in graph.nodes]
    return "\n".join([head, f"<title>{escape(title)}</title>", *body, "</svg>"]) + "\n"


def _marker(kind: EdgeKind) -> str:
    return (f'<marker id="{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 1 L7 4 L0 7 z" fill="{STROKES[kind][0]}"/></marker>')


def _node(node: Node, box: tuple[float, float, float, float]) -> str:
    x, y, w, h = box
    fill, stroke = FILLS[node.kind]
    rows = [f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" rx="6" fill="{fill}" stroke="{stroke}"/>']
    heads = len(node.lines()) - len(node.remarks)
    for i, line in enumerate(node.lines()):
        colour = "#1d2026" if i < heads else "#5b6470"
        rows.append(_text(line, x + w / 2, y + PAD / 2 + ROW * (i + 0.72), colour))
    return "<g>" + "".join(rows) + "</g>"


def _text(line: str, middle: float, y: float, colour: str) -> str:
    """One line on a grid, each letter in its cell, so that no font can make it wider than its box. Bars and dots above
    letters are drawn, because not every viewer places combining marks; the bold 1 of a vector of ones likewise."""
    left = middle - cells(line) * CELL / 2
    places: list[str] = []
    letters, marks = "", ""
    for c in line:
        x = left + CELL * len(letters)
        if c in MARKS:
            marks += MARKS[c].format(x - CELL * 0.82, x - CELL * 0.18, x - CELL * 0.5, y - FONT * 0.72, colour)
        elif unicodedata.category(c) not in ("Mn", "Me"):
            letters += "1" if c == "𝟏" else c
            places.append(f"{x:.1f}")
            if c == "𝟏":
                marks += BOLD.format(x, y, colour)
    return (f'<text x="{" ".join(places)}" y="{y:.1f}" fill="{colour}" xml:space="preserve">{escape(letters)}</text>'
            + marks)


def _edges(found: Picture, boxes: dict[str, tuple[float, float, float, float]]) -> list[str]:
    ends = _ports(found)
    return [_edge(found, edge, path, ends[i], boxes)
            for i, (edge, path) in enumerate(zip(found.graph.edges, found.layout.paths, strict=True))]


def _ports(found: Picture) -> list[list[float]]:
    """Where each edge leaves and arrives: spread over the side of the box in the order of the other ends."""
    ends = [[found.layout.x[path[0]], found.layout.x[path[-1]]] for path in found.layout.paths]
    for end, beside in ((0, 1), (-1, -2)):
        at: dict[Slot, list[int]] = {}
        for i, path in enumerate(found.layout.paths):
            at.setdefault(path[end], []).append(i)
        for slot, users in at.items():
            users.sort(key=lambda i: found.layout.x[found.layout.paths[i][beside]])
            room = min(found.sizes[slot[0]][0] * 0.7, 24.0 * (len(users) - 1))
            for k, i in enumerate(users):
                ends[i][end] += room * (k / (len(users) - 1) - 0.5) if len(users) > 1 else 0.0
    return ends


def _edge(found: Picture, edge: Edge, path: list[Slot], ends: list[float],
          boxes: dict[str, tuple[float, float, float, float]]) -> str:
    colour, width, dash = STROKES[edge.kind]
    levels = list(range(found.level[path[0][0]], found.level[path[-1][0]] + 1))
    xs = [ends[0], *(found.layout.x[slot] for slot in path[1:-1]), ends[1]]
    source, target = boxes[edge.source], boxes[edge.target]
    d = [f"M{xs[0]:.1f} {source[1] + source[3]:.1f}"]
    for (a, x0), (b, x1) in pairwise(zip(levels, xs, strict=True)):
        top, bottom = found.tops[a] + found.heights[a], found.tops[b] - (5 if b == levels[-1] else 0)
        middle = (top + bottom) / 2
        d.append(f"V{top:.1f}C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {bottom:.1f}")
    d.append(f"V{target[1] - 1:.1f}")
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (f'<path d="{"".join(d)}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes} '
            f'marker-end="url(#{edge.kind})"/>')


def converted(svg: str, form: str) -> bytes:
    """The picture in another format, as large as it is, or as large as a PNG may be."""
    import typst

    picture = _FAMILIES.sub(f'font-family="{TYPST_FAMILY}"', svg)
    density = _density(svg) if form == "png" else None
    try:
        return typst.compile(str(_PAGE), format="png" if form == "png" else "pdf", ppi=density,
                             root=str(_PAGE.parent), sys_inputs={"svg": picture}, ignore_system_fonts=True)
    except RuntimeError as error:  # its own, whatever is wrong
        raise fail("M1011", f"the picture cannot be made: {error}", fixes=("-o picture.svg",)) from None


def _density(svg: str) -> float:
    size = _SIZE.search(svg)
    assert size is not None
    found = min(DENSITY, 96 * sqrt(MOST_PIXELS / (int(size[1]) * int(size[2]))))
    if found < LEAST:
        raise fail("M1007", f"a picture of {size[1]}×{size[2]} points is too large for .png",
                   fixes=("-o graph.pdf", "-o graph.svg"))
    return found
