"""What a reader of an SVG file sees: boxes, lines as chains of segments, where they cross and what they touch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations, pairwise

from matcalc.tracing.graph import Edge, Graph

Point = tuple[float, float]
Box = tuple[float, float, float, float]
PIECES = 24  # of a curve


@dataclass(frozen=True)
class Seen:
    """The boxes of the nodes and the points along the edges, both read from the text of the file."""

    graph: Graph
    size: Point
    boxes: dict[str, Box]
    lines: list[list[Point]]

    @staticmethod
    def of(graph: Graph, svg: str) -> Seen:
        """Boxes and paths stand in the file in the order of the graph."""
        width, height = re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0]
        boxes = re.findall(r'<g><rect x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"', svg)
        paths = re.findall(r'<path d="(M[^"]*)" fill="none"', svg)
        assert (len(boxes), len(paths)) == (len(graph.nodes), len(graph.edges))
        found = {n.key: tuple(map(float, box)) for n, box in zip(graph.nodes, boxes, strict=True)}
        return Seen(graph, (float(width), float(height)), found, [points(path) for path in paths])

    def through_boxes(self) -> list[tuple[Edge, str]]:
        """Edges that enter a box, and which; also that of their own ends, which they only may touch."""
        return [(edge, key) for edge, line in zip(self.graph.edges, self.lines, strict=True)
                for key, box in self.boxes.items() if any(_enters(a, b, box) for a, b in pairwise(line))]

    def crossings(self) -> list[tuple[Edge, Edge]]:
        """Pairs of edges once for each time they cross; lines of one value to several adjoints begin as one."""
        found = []
        for (e, one), (f, other) in combinations(zip(self.graph.edges, self.lines, strict=True), 2):
            if (e.source, e.kind) != (f.source, f.kind) or e.kind != "use":
                found += [(e, f)] * sum(_cross(*s, *t) for s in pairwise(one) for t in pairwise(other))
        return found


def points(path: str) -> list[Point]:
    """Points along a path of M, L, Q and C."""
    found: list[Point] = []
    for command, text in re.findall(r"([MLQC])([^MLQC]*)", path):
        numbers = list(map(float, text.split()))
        ends = list(zip(numbers[::2], numbers[1::2], strict=True))
        curve = [found[-1], *ends] if command in "QC" else ends
        steps = range(1, PIECES + 1) if command in "QC" else (PIECES,)
        found += [_on_curve(curve, k / PIECES) for k in steps]
    return [p for i, p in enumerate(found) if not i or p != found[i - 1]]


def _on_curve(controls: list[Point], t: float) -> Point:
    """De Casteljau's algorithm."""
    while len(controls) > 1:
        controls = [((1 - t) * a + t * c, (1 - t) * b + t * d) for (a, b), (c, d) in pairwise(controls)]
    return controls[0]


def _enters(a: Point, b: Point, box: Box, margin: float = 0.2) -> bool:
    """Whether the segment has a point inside the box, by the clipping of Liang & Barsky (1984)."""
    low, high = 0.0, 1.0
    for axis in (0, 1):
        start, step = a[axis], b[axis] - a[axis]
        near, far = box[axis] + margin, box[axis] + box[axis + 2] - margin
        if step == 0:
            if not near < start < far:
                return False
            continue
        first, last = sorted(((near - start) / step, (far - start) / step))
        low, high = max(low, first), min(high, last)
    return low < high


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two segments have a common point that is no end of either, or lie on each other."""
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if any(abs(side) < 1e-9 for side in sides):
        return _on_each_other(a, b, c, d)
    return (sides[0] < 0) != (sides[1] < 0) and (sides[2] < 0) != (sides[3] < 0)


def _side(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _on_each_other(a: Point, b: Point, c: Point, d: Point) -> bool:
    if abs(_side(a, b, c)) + abs(_side(a, b, d)) > 1e-9:
        return False
    axis = 0 if abs(a[0] - b[0]) >= abs(a[1] - b[1]) else 1
    (low, high), (first, last) = sorted((a[axis], b[axis])), sorted((c[axis], d[axis]))
    return min(high, last) - max(low, first) > 1e-6
