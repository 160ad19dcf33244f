"""A graph as a picture: boxes in layers, smooth edges, light colours, one font; SVG, PNG or PDF.

Where everything is, is known from the routes; here it is written. PNG and PDF are made by Typst, whose wheel brings the
letters of mathematics along: no font of the system. Nothing of the machine and no date enters, so that one graph gives
one file.
"""

from __future__ import annotations

import pathlib
import re
import unicodedata
from math import sqrt
from xml.sax.saxutils import escape

from matcalc.diagnostics import fail
from matcalc.tracing.columns import columns
from matcalc.tracing.graph import FILLS, Direction, Edge, EdgeKind, Graph, Node
from matcalc.tracing.modes import BAR, DOT
from matcalc.tracing.routes import Box, Drawing, Path, drawing, posed

MOST_NODES = 1000
FONT, CELL, ROW, PAD = 13, 7.9, 18, 9
SLIDE = (1280, 720)
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
_PAGE = pathlib.Path(__file__).with_name("page.typ")


def cells(text: str) -> int:
    """How many letters stand side by side; bars and dots above them take no room."""
    return sum(unicodedata.category(c) not in ("Mn", "Me") for c in text)


def picture(graph: Graph, direction: Direction | None = None) -> Drawing:
    """The boxes measured and placed. Without a `direction` to the right where a slide holds the picture as it is, else
    in the direction in which it shows it larger."""
    if len(graph.nodes) > MOST_NODES:
        raise fail("M1007", f"a picture of {len(graph.nodes)} nodes cannot be read; at most {MOST_NODES} are drawn",
                   fixes=("--to dot",))
    sizes = {n.key: _size(n) for n in graph.nodes}
    found = columns(posed(graph))
    choices: list[Direction] = [direction] if direction else ["right", "down"]
    return max((drawing(graph, found, sizes, choice) for choice in choices), key=_scale)


def _scale(found: Drawing) -> float:
    return min(SLIDE[0] / found.width, SLIDE[1] / found.height, 1.0)


def _size(node: Node) -> tuple[float, float]:
    lines = node.lines()
    return max(map(cells, lines)) * CELL + 2 * PAD, len(lines) * ROW + PAD


def svg(graph: Graph, title: str = "", direction: Direction | None = None) -> str:
    """The whole file."""
    found = picture(graph, direction)
    size = f'width="{found.width:.0f}" height="{found.height:.0f}"'
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {found.width:.0f} {found.height:.0f}" {size} '
            f'font-family="{FAMILY}" font-size="{FONT}">')
    body = [_marker(kind) for kind in STROKES]
    body += [f'<rect {size} fill="#ffffff"/>']
    body += [_edge(edge, path) for edge, path in zip(graph.edges, found.paths, strict=True)]
    body += [_node(n, found.boxes[n.key]) for n in graph.nodes]
    return "\n".join([head, f"<title>{escape(title)}</title>", *body, "</svg>"]) + "\n"


def _marker(kind: EdgeKind) -> str:
    return (f'<marker id="{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 1 L7 4 L0 7 z" fill="{STROKES[kind][0]}"/></marker>')


def _node(node: Node, box: Box) -> str:
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


def _edge(edge: Edge, path: Path) -> str:
    colour, width, dash = STROKES[edge.kind]
    d = "".join(command + " ".join(f"{x:.1f} {y:.1f}" for x, y in points) for command, points in path)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes} '
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
