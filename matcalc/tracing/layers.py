"""A layered drawing of an acyclic graph: layers by the longest path, an order with few crossings, straight columns.

An edge over several layers passes through an empty slot in each of them, so that no edge ever meets a box. Source:
Sugiyama, Tagawa & Toda (1981); positions are least squares under the order, by pooling (isotonic regression).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

Slot = tuple[str, int]  # a node (key, -1), or the passage of edge number i through a layer (str(layer), i)
SWEEPS = 12
ROUNDS = 60


@dataclass(slots=True)
class Layout:
    """`layers` hold slots from left to right, `x` their middles, `paths` the slots of each edge from top to bottom."""

    layers: list[list[Slot]]
    paths: list[list[Slot]]
    x: dict[Slot, float] = field(default_factory=dict)
    row: dict[Slot, tuple[list[Slot], int]] = field(default_factory=dict)


def layout(keys: Sequence[str], edges: Sequence[tuple[str, str]], widths: Mapping[str, float], gap: float) -> Layout:
    """Positions for boxes of the `widths`; `keys` are in an order in which every edge points forward."""
    level = levels(keys, edges)
    found = _slots(keys, edges, level)
    up, down = _neighbours(found)
    _order(found, up, down)
    _place(found, up, down, {slot: widths.get(slot[0], 0.0) if slot[1] < 0 else 0.0
                             for row in found.layers for slot in row}, gap)
    return found


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


def _slots(keys: Sequence[str], edges: Sequence[tuple[str, str]], level: Mapping[str, int]) -> Layout:
    layers: list[list[Slot]] = [[] for _ in range(max(level.values()) + 1)]
    for key in keys:
        layers[level[key]].append((key, -1))
    paths = []
    for i, (source, target) in enumerate(edges):
        between: list[Slot] = [(str(k), i) for k in range(level[source] + 1, level[target])]
        for k, slot in enumerate(between, level[source] + 1):
            layers[k].append(slot)
        paths.append([(source, -1), *between, (target, -1)])
    return Layout(layers, paths)


Links = dict[Slot, list[Slot]]


def _neighbours(found: Layout) -> tuple[Links, Links]:
    up: Links = {slot: [] for row in found.layers for slot in row}
    down: Links = {slot: [] for row in found.layers for slot in row}
    for path in found.paths:
        for a, b in pairwise(path):
            down[a].append(b)
            up[b].append(a)
    return up, down


def _order(found: Layout, up: Links, down: Links) -> None:
    """Sort each layer by the mean place of its neighbours, down and up in turn; keep the order with least crossings."""
    best, fewest = [list(row) for row in found.layers], _crossings(found.layers, down)
    for sweep in range(SWEEPS):
        links, rows = (up, found.layers) if sweep % 2 == 0 else (down, found.layers[::-1])
        for before, row in pairwise(rows):
            place = {slot: i for i, slot in enumerate(before)}
            own = {slot: i for i, slot in enumerate(row)}
            row.sort(key=lambda s: _mean([place[t] for t in links[s]], own[s]))
        crossed = _crossings(found.layers, down)
        if crossed < fewest:
            best, fewest = [list(row) for row in found.layers], crossed
    found.layers = best


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _crossings(layers: list[list[Slot]], down: Links) -> int:
    """Pairs of edges between neighbouring layers that cross: inversions, counted by insertion."""
    from bisect import bisect_right, insort

    total = 0
    for row, following in pairwise(layers):
        place = {slot: i for i, slot in enumerate(following)}
        seen: list[int] = []
        for slot in row:
            ends = sorted(place[t] for t in down[slot])
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _place(found: Layout, up: Links, down: Links, width: Mapping[Slot, float], gap: float) -> None:
    """Every slot towards the mean of its neighbours, as far as the order and the widths allow."""
    for row in found.layers:
        _settle(row, [0.0] * len(row), found, width, gap)
    for turn in range(ROUNDS):
        rows = found.layers if turn % 2 == 0 else found.layers[::-1]
        first, second = (up, down) if turn % 2 == 0 else (down, up)
        for row in rows:
            links = [first[s] + second[s] if turn >= ROUNDS // 2 and s[1] < 0 else first[s] or second[s] for s in row]
            wishes = [_mean([found.x[t] for t in own], found.x[s]) for s, own in zip(row, links, strict=True)]
            _settle(row, wishes, found, width, gap)
    found.row = {slot: (row, i) for row in found.layers for i, slot in enumerate(row)}
    _straighten(found, width, gap)


def _apart(a: Slot, b: Slot, width: Mapping[Slot, float], gap: float) -> float:
    """Least distance of the middles of neighbours; two passages may run closer together."""
    return (width[a] + width[b]) / 2 + (gap if a[1] < 0 or b[1] < 0 else gap / 2)


def _straighten(found: Layout, width: Mapping[Slot, float], gap: float) -> None:
    """Let each long edge run straight down as far as its neighbours allow, then bend once."""
    for path in found.paths:
        run: list[Slot] = []
        low, high = -inf, inf
        for slot in path[1:-1]:
            left, right = _room(found, slot, width, gap)
            if max(low, left) > min(high, right):
                _align(found, run, low, high)
                run, low, high = [], -inf, inf
            run.append(slot)
            low, high = max(low, left), min(high, right)
        _align(found, run, low, high)


def _room(found: Layout, slot: Slot, width: Mapping[Slot, float], gap: float) -> tuple[float, float]:
    row, i = found.row[slot]
    low = found.x[row[i - 1]] + _apart(row[i - 1], slot, width, gap) if i else -inf
    high = found.x[row[i + 1]] - _apart(slot, row[i + 1], width, gap) if i + 1 < len(row) else inf
    return low, max(low, high)


def _align(found: Layout, run: list[Slot], low: float, high: float) -> None:
    middle = _mean([found.x[slot] for slot in run], 0.0)
    found.x.update(dict.fromkeys(run, min(max(middle, low), high)))


def _settle(row: list[Slot], wishes: list[float], found: Layout, width: Mapping[Slot, float], gap: float) -> None:
    """Least squares: nearest to the wishes with each slot right of the one before it. Passages pull harder."""
    offsets, blocks = [0.0], []
    for a, b in pairwise(row):
        offsets.append(offsets[-1] + _apart(a, b, width, gap))
    for i, (slot, wish) in enumerate(zip(row, wishes, strict=True)):
        weight = 1.0 if slot[1] < 0 else 3.0
        blocks.append([(wish - offsets[i]) * weight, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, heavy, count = blocks.pop()
            blocks[-1] = [blocks[-1][0] + total, blocks[-1][1] + heavy, blocks[-1][2] + count]
    i = 0
    for total, weight, count in blocks:
        for _ in range(int(count)):
            found.x[row[i]] = total / weight + offsets[i]
            i += 1
