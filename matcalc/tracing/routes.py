"""Where boxes and edges of a computation graph are: the mirrored columns measured and placed, in either direction.

`across` and `along` are measured across the layers and along their sequence; only at the end the one is x and the other
y or the other way round. An edge inside a column bends only between the layers; a line from one column to the other
runs sideways where no box is, and on its track in the corridor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Literal

from matcalc.tracing.columns import Columns, Posed
from matcalc.tracing.corridor import ABOVE, BELOW, BESIDE, Net, Place, tracks
from matcalc.tracing.graph import Direction, Graph
from matcalc.tracing.layers import Layers, Row, Slot, is_node
from matcalc.tracing.straightening import places

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, width, height
Path = list[tuple[Literal["M", "L", "Q", "C"], list[Point]]]  # the commands of SVG
GAP, FALL, MARGIN, STEP, PORTS, CORNER = 22.0, 46.0, 16.0, 9.0, 12.0, 6.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """The boxes by node, the paths of the edges in the order of the graph's."""

    width: float
    height: float
    boxes: dict[str, Box]
    paths: list[Path]


def posed(graph: Graph) -> Posed:
    """The graph as two columns: what flows back does so along the edges of the values."""
    keys = [n.key for n in graph.nodes if not n.is_adjoint]
    edges = [(e.source, e.target) for e in graph.edges if e.kind == "value"]
    number = {edge: i for i, edge in enumerate(edges)}
    beside = {n.key: n.beside for n in graph.nodes if n.is_adjoint}
    flows = [number[beside[e.target], beside[e.source]] for e in graph.edges if e.source in beside]
    used: dict[tuple[str, bool], list[str]] = {}
    for e in graph.edges:
        if e.target in beside and e.source not in beside:
            used.setdefault((e.source, e.kind == "adjoint"), []).append(beside[e.target])
    nets = [Net(source, tuple(targets), turn) for (source, turn), targets in used.items()]
    inputs = [n.key for n in graph.nodes if n.kind == "input"]
    return Posed(keys, edges, inputs, frozenset(beside.values()), flows, nets)


def drawing(graph: Graph, found: Columns, sizes: Mapping[str, tuple[float, float]], direction: Direction) -> Drawing:
    """Boxes of the `sizes` (width, height) and the edges between them."""
    is_down = direction == "down"
    bars = {n.beside: n.key for n in graph.nodes if n.is_adjoint}
    turned = {key: (w, h) if is_down else (h, w) for key, (w, h) in sizes.items()}
    values = _Half(found.values, {key: turned[key] for key in found.posed.keys})
    adjoints = _Half(_mirrored(found.adjoints), {key: turned[bar] for key, bar in bars.items()})
    whole = _Whole(found, values, adjoints)
    corners = {key: values.corner(key, whole) for key in found.posed.keys}
    corners |= {bar: adjoints.corner(key, whole) for key, bar in bars.items()}
    boxes = {key: ((*c, *sizes[key]) if is_down else (c[1], c[0], *sizes[key])) for key, c in corners.items()}
    solid, back = iter(_edges(values, whole, False)), iter(_edges(adjoints, whole, True))
    nets = {(net.source, net.is_turn): i for i, net in enumerate(found.posed.nets)}
    beside = {bar: key for key, bar in bars.items()}
    paths = [next(solid) if e.kind == "value" else next(back) if e.source in beside else
             whole.line(nets[e.source, e.kind == "adjoint"], beside[e.target]) for e in graph.edges]
    if not is_down:
        paths = [[(command, [(x, y) for y, x in points]) for command, points in path] for path in paths]
    extent = (whole.across, whole.along) if is_down else (whole.along, whole.across)
    return Drawing(*extent, boxes, paths)


def _mirrored(layers: Layers) -> Layers:
    return Layers([row[::-1] for row in layers.rows], layers.paths)


class _Half:
    """One column: its slots placed across, and the ports of its edges."""

    def __init__(self, layers: Layers, sizes: Mapping[str, Point]) -> None:
        self.layers, self.sizes, self.level = layers, sizes, layers.level
        self.x = places(layers, {key: size[0] for key, size in sizes.items()}, GAP)

    def extent(self) -> Point:
        """The least and the largest place across."""
        half = {slot: self.sizes[slot[0]][0] / 2 if is_node(slot) else 0.0 for slot in self.x}
        return min(x - half[s] for s, x in self.x.items()), max(x + half[s] for s, x in self.x.items())

    def move(self, by: float) -> None:
        self.x = {slot: x + by for slot, x in self.x.items()}

    def corner(self, key: str, whole: _Whole) -> Point:
        """Least across and along of a box, which stands in the middle of its layer."""
        across, along = self.sizes[key]
        return self.x[key, -1] - across / 2, whole.middle(self.level[key]) - along / 2

    def ends(self) -> list[list[float]]:
        """Where each edge leaves and arrives: near to its other end, as far as the side of the box allows."""
        paths = self.layers.paths
        ends = [[0.0, 0.0] for _ in paths]
        for end, beside in ((0, 1), (-1, -2)):
            at: dict[Slot, list[int]] = {}
            for i, path in enumerate(paths):
                at.setdefault(path[end], []).append(i)
            for slot, users in at.items():
                users.sort(key=lambda i: self.x[paths[i][beside]])
                ports = _ports([self.x[paths[i][beside]] for i in users], self.x[slot], self.sizes[slot[0]][0] * 0.3)
                for i, port in zip(users, ports, strict=True):
                    ends[i][end] = port
        return ends

    def fall(self, k: int) -> float:
        """The room below a layer grows with how far its edges run sideways."""
        inside = set(self.layers.rows[k])
        aside = [abs(self.x[a] - self.x[b]) for path in self.layers.paths for a, b in pairwise(path) if a in inside]
        return FALL + min(max(aside, default=0.0), 900) * 0.06


def _ports(wishes: Sequence[float], middle: float, half: float) -> list[float]:
    """Ascending wishes, kept apart and within `half` of the middle."""
    apart = min(PORTS, 2 * half / max(len(wishes) - 1, 2))
    found: list[float] = []
    for wish in wishes:
        found.append(max(min(max(wish, middle - half), middle + half), *(x + apart for x in found[-1:]), -inf))
    for k in range(len(found) - 1, -1, -1):
        found[k] = min(found[k], middle + half - apart * (len(found) - 1 - k))
    return found


@dataclass(slots=True)
class _Whole:
    """Both columns: tops and heights of the layers, the tracks between, and where each line between the columns is."""

    found: Columns
    values: _Half
    adjoints: _Half
    tops: list[float] = field(default_factory=list)
    heights: list[float] = field(default_factory=list)
    tracks: list[float] = field(default_factory=list)
    lines: dict[tuple[int, int], list[Place]] = field(default_factory=dict)
    level: dict[Place, float] = field(default_factory=dict)
    across: float = 0.0
    along: float = 0.0

    def __post_init__(self) -> None:
        routing = self.found.routing
        every = {*routing.sources, *(place for targets in routing.targets for place in targets.values())}
        for place in sorted(every):
            self.lines.setdefault(place[:2], []).append(place)
        self._across()
        self._along()
        for (row, zone), row_lines in self.lines.items():
            self.level.update(zip(row_lines, self._levels(row, zone, row_lines), strict=True))

    def _across(self) -> None:
        left, right = self.values.extent()
        self.values.move(MARGIN - left)
        right += MARGIN - left
        if self.found.posed.marked:
            found = tracks(self.found.routing)
            self.tracks = [right + GAP + STEP * k for k in found]
            start = right + 2 * GAP + STEP * max(found)
            self.adjoints.move(start - self.adjoints.extent()[0])
            right = self.adjoints.extent()[1]
        self.across = right + MARGIN

    def _along(self) -> None:
        """The layers one after the other, with room for the lines that run sideways."""
        t = MARGIN + self.room(0, ABOVE)
        halves = [half for half in (self.values, self.adjoints) if half.sizes]
        for k in range(len(self.found.values.rows)):
            height = max(half.sizes[key][1] for half in halves for key, row in half.level.items() if row == k)
            self.tops.append(t)
            self.heights.append(height)
            t += height + self.room(k, BELOW) + max(half.fall(k) for half in halves) + self.room(k + 1, ABOVE)
        last = len(self.tops) - 1
        self.along = self.tops[-1] + self.heights[-1] + self.room(last, BELOW) + MARGIN

    def room(self, k: int, zone: int) -> float:
        """What the lines above or below a layer need."""
        return STEP * len(self.lines.get((k, zone), ()))

    def middle(self, k: int) -> float:
        return self.tops[k] + self.heights[k] / 2

    def _levels(self, k: int, zone: int, lines: Sequence[Place]) -> Iterable[float]:
        """Where the lines of one layer run, those beside the boxes apart from the one that leaves in the middle."""
        n = len(lines)
        if zone != BESIDE:
            return [self.tops[k] - STEP * (n - i) if zone == ABOVE else self.tops[k] + self.heights[k] + STEP * (i + 1)
                    for i in range(n)]
        middle = [i for i, place in enumerate(lines) if place[2:4] == (0, 0)]
        centre = middle[0] if middle else sum(place[2:4] < (0, 0) for place in lines) - 0.5 if any(
            place in self.found.routing.sources for place in lines) else (n - 1) / 2
        step = min(STEP, 0.7 * min(self._sides(k)) / max(n, 1))
        return [self.middle(k) + step * (i - centre) for i in range(n)]

    def _sides(self, k: int) -> list[float]:
        """The lengths of the sides that face the corridor."""
        halves = (self.values, self.adjoints)
        return [half.sizes[key][1] for half in halves for key, row in half.level.items() if row == k]

    def line(self, i: int, key: str) -> Path:
        """Line i to the adjoint of `key`."""
        routing = self.found.routing
        source, target = routing.sources[i], routing.targets[i][key]
        out, back = self._exit(self.found.posed.nets[i].source, source, True), self._exit(key, target, False)
        turn = [] if source == target else [(self.tracks[i], self.level[source]), (self.tracks[i], self.level[target])]
        return _rounded([*out, *turn, *reversed(back)])

    def _exit(self, key: str, place: Place, of_value: bool) -> list[Point]:
        """The way from a box to the corridor, without what runs there."""
        half, towards = (self.values, 1) if of_value else (self.adjoints, -1)
        across, along = half.sizes[key]
        x, t, zone = half.x[key, -1], self.level[place], place[1]
        if zone == BESIDE:
            return [(x + towards * (across / 2 + (0 if of_value else 1)), t)]
        port = x + towards * (min(0.42 * across, across / 2 - 5) - 4 * self._port(key, place, of_value))
        side = self.middle(half.level[key]) + zone * (along / 2 + (0 if of_value else 1))
        return [(port, side), (port, t)]

    def _port(self, key: str, place: Place, of_value: bool) -> int:
        """Of the lines at one side of a box the one next to it leaves next to the corridor."""
        routing = self.found.routing
        nets = self.found.posed.nets
        ends = [place for place, net in zip(routing.sources, nets, strict=True) if net.source == key] if of_value else \
            [targets[key] for targets in routing.targets if key in targets]
        same = sorted((end for end in ends if end[:2] == place[:2]), reverse=place[1] == ABOVE)
        return same.index(place)


def _edges(half: _Half, whole: _Whole, is_back: bool) -> list[Path]:
    return [_edge(half, whole, path, ends, is_back)
            for path, ends in zip(half.layers.paths, half.ends(), strict=True)]


def _edge(half: _Half, whole: _Whole, path: Row, ends: Sequence[float], is_back: bool) -> Path:
    """Straight through the layers and past the lines that run sideways, smooth in between; up where it `is_back`."""
    first, last = half.level[path[0][0]], half.level[path[-1][0]]
    xs = [ends[0], *(half.x[slot] for slot in path[1:-1]), ends[1]]
    upper = whole.middle(first) + half.sizes[path[0][0]][1] / 2 + is_back
    lower = whole.middle(last) - half.sizes[path[-1][0]][1] / 2 - (not is_back)
    bends: list[tuple[Point, Point]] = []
    for k, (x0, x1) in zip(range(first, last), pairwise(xs), strict=True):
        top = whole.tops[k] + whole.heights[k] + whole.room(k, BELOW) + (5 if is_back and k == first else 0)
        bottom = whole.tops[k + 1] - whole.room(k + 1, ABOVE) - (0 if is_back or k + 1 < last else 5)
        bends.append(((x0, top), (x1, bottom)))
    start, end = (xs[0], upper), (xs[-1], lower)
    if is_back:
        start, end, bends = end, start, [(b, a) for a, b in reversed(bends)]
    found: Path = [("M", [start])]
    for a, b in bends:
        middle = (a[1] + b[1]) / 2
        found += [("L", [a]), ("C", [(a[0], middle), (b[0], middle), b])]
    return [*found, ("L", [end])]


def _rounded(points: Sequence[Point]) -> Path:
    """A line of straight pieces with round corners."""
    found: Path = [("M", [points[0]])]
    for a, b, c in zip(points, points[1:], points[2:], strict=False):
        r = min(CORNER, _length(a, b) / 2, _length(b, c) / 2)
        found += [("L", [_towards(b, a, r)]), ("Q", [b, _towards(b, c, r)])]
    return [*found, ("L", [points[-1]])]


def _length(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(a: Point, b: Point, r: float) -> Point:
    """The point at distance r from a on the way to b, which lies across or along."""
    length = _length(a, b)
    return (a[0] + (b[0] - a[0]) * r / length, a[1] + (b[1] - a[1]) * r / length) if length else a
