"""The layers of an acyclic graph: each node on a level, an edge over several levels with an empty slot in each between.

Nothing here has a size: only who stands above whom, and in which order. Source: Sugiyama, Tagawa & Toda (1981), Methods
for visual understanding of hierarchical system structures: layers by the longest path, an order by barycentres.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Slot = tuple[str, int]  # a node (key, -1), or the passage of edge number i through a layer (str(layer), i)
Row = list[Slot]
Links = dict[Slot, list[Slot]]
SWEEPS = 12


@dataclass(slots=True)
class Layers:
    """`rows` hold slots from left to right, `paths` the slots of each edge from top to bottom; `up` and `down` are the
    neighbours of a slot in the row above and below."""

    rows: list[Row]
    paths: list[Row]
    up: Links = field(default_factory=dict)
    down: Links = field(default_factory=dict)

    def __post_init__(self) -> None:
        for links in (self.up, self.down):
            links.update({slot: [] for row in self.rows for slot in row})
        for path in self.paths:
            for a, b in pairwise(path):
                self.down[a].append(b)
                self.up[b].append(a)

    @property
    def level(self) -> dict[str, int]:
        """The layer of each node."""
        return {slot[0]: i for i, row in enumerate(self.rows) for slot in row if is_node(slot)}


def is_node(slot: Slot) -> bool:
    """Whether a box stands there, and no edge passes."""
    return slot[1] < 0


def levels(keys: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """One below the lowest operand; what has none stands just above its first use."""
    level = dict.fromkeys(keys, 0)
    above: dict[str, list[str]] = {key: [] for key in keys}
    below: dict[str, list[str]] = {key: [] for key in keys}
    for source, target in edges:
        above[target].append(source)
        below[source].append(target)
    for key in keys:
        level[key] = max((level[source] + 1 for source in above[key]), default=0)
    for key in keys:
        if not above[key] and below[key]:
            level[key] = min(level[target] for target in below[key]) - 1
    return level


def layered(keys: Sequence[str], edges: Sequence[tuple[str, str]], level: Mapping[str, int]) -> Layers:
    """The rows in the order of `keys`, which is one in which every edge points forward."""
    rows: list[Row] = [[] for _ in range(max(level.values()) + 1)]
    for key in keys:
        rows[level[key]].append((key, -1))
    paths = []
    for i, (source, target) in enumerate(edges):
        between: Row = [(str(k), i) for k in range(level[source] + 1, level[target])]
        for k, slot in enumerate(between, level[source] + 1):
            rows[k].append(slot)
        paths.append([(source, -1), *between, (target, -1)])
    return Layers(rows, paths)


def part(whole: Layers, nodes: Collection[str], edges: Collection[int]) -> Layers:
    """The same rows with some of the `nodes`, and some of the `edges` by number."""
    rows = [[s for s in row if (s[0] in nodes if is_node(s) else s[1] in edges)] for row in whole.rows]
    return Layers(rows, [whole.paths[i] for i in edges])


def sort_by_barycentres(found: Layers) -> None:
    """Sort each layer by the mean place of its neighbours, down and up in turn; keep the order with least crossings."""
    best, fewest = [list(row) for row in found.rows], crossings(found.rows, found.down)
    for sweep in range(SWEEPS):
        links, rows = (found.up, found.rows) if sweep % 2 == 0 else (found.down, found.rows[::-1])
        for before, row in pairwise(rows):
            place = {slot: i for i, slot in enumerate(before)}
            own = {slot: i for i, slot in enumerate(row)}
            row.sort(key=lambda s: mean([place[t] for t in links[s]], own[s]))
        crossed = crossings(found.rows, found.down)
        if crossed < fewest:
            best, fewest = [list(row) for row in found.rows], crossed
    found.rows = best


def mean(places: Sequence[float], otherwise: float) -> float:
    """The barycentre; `otherwise` where there are no places."""
    return sum(places) / len(places) if places else otherwise


def crossings(rows: Sequence[Row], down: Mapping[Slot, Sequence[Slot]]) -> int:
    """Pairs of edges between neighbouring layers that cross: inversions, counted by insertion."""
    total = 0
    for row, following in pairwise(rows):
        place = {slot: i for i, slot in enumerate(following)}
        seen: list[int] = []
        for slot in row:
            ends = sorted(place[t] for t in down[slot])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total
