"""The corridor between the column of values and that of adjoints: where a line enters it, and on which track it runs.

A line leaves its box sideways where no other box is in the way, else into the gap above or below its row, and so it
never meets a box. In the corridor it runs along the layers on a track; tracks are ordered so that few lines cross, and
shared by lines that do not meet, as wires in a channel. Source: Hashimoto & Stevens (1971), Wire routing by optimizing
channel assignment.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from matcalc.tracing.layers import Layers, is_node

ABOVE, BESIDE, BELOW = -1, 0, 1
ROUNDS = 8
Place = tuple[int, int, int, int, int]  # row, above, beside or below it, the order there, ties, and the line


@dataclass(frozen=True, slots=True)
class Net:
    """A line from one value to the adjoints that use it, or from the result to its own adjoint, where all turns round.
    Both ends have the names of values."""

    source: str
    targets: tuple[str, ...]
    is_turn: bool = False


@dataclass(frozen=True)
class Routing:
    """The place at which each line enters the corridor and those at which it leaves to each target; `crossed` are the
    edges of the columns that lines cross on the way to the corridor, `detours` the ends that cannot go sideways."""

    sources: list[Place]
    targets: list[dict[str, Place]]
    crossed: int
    detours: int

    @cached_property
    def spans(self) -> list[tuple[Place, Place]]:
        """From where to where each line runs along the corridor."""
        every = [[place, *targets.values()] for place, targets in zip(self.sources, self.targets, strict=True)]
        return [(min(places), max(places)) for places in every]

    @cached_property
    def costs(self) -> list[list[int]]:
        """[i][j]: how often lines i and j cross in the corridor where i runs left of j."""
        exits = [sorted(set(targets.values())) for targets in self.targets]
        found = [[0] * len(exits) for _ in exits]
        spans = self.spans
        order = sorted(range(len(spans)), key=spans.__getitem__)
        for at, i in enumerate(order):
            for j in order[at + 1:]:
                if spans[j][0] >= spans[i][1]:
                    break
                for a, b in ((i, j), (j, i)):
                    passed = bisect_left(exits[a], spans[b][1]) - bisect_right(exits[a], spans[b][0])
                    found[a][b] = max(passed, 0) + (spans[a][0] < self.sources[b] < spans[a][1])
        return found

    @property
    def crossings(self) -> int:
        """All crossings of lines, where each two of them run in the better order."""
        costs = self.costs
        return self.crossed + sum(min(row[j], costs[j][i]) for i, row in enumerate(costs) for j in range(i))


def routed(values: Layers, adjoints: Layers, nets: Sequence[Net], turned: Collection[tuple[bool, str]] = ()) -> Routing:
    """The places of all lines. Both columns have the corridor on their right; `turned` are boxes, of values or not,
    whose lines take the other gap."""
    left, right = _Column(values, turned, True), _Column(adjoints, turned, False)
    rows = [sum(right.row(key) for key in net.targets) / len(net.targets) for net in nets]
    turning = {net.source for net in nets if net.is_turn}
    sources: list[Place] = []
    for i, net in enumerate(nets):
        row, zone, order = left.exit(net.source, rows[i] - left.row(net.source))
        sources.append((row, zone, order, -1 if net.source in turning and not net.is_turn else 0, i))
    rank = {i: r for r, i in enumerate(sorted(range(len(nets)), key=lambda i: sources[i]))}
    targets: list[dict[str, Place]] = [{} for _ in nets]
    for i in rank:
        for key in nets[i].targets:
            row, zone, order = right.exit(key, sources[i][0] - right.row(key))
            if sources[i][:2] == (row, zone):
                targets[i][key] = sources[i]
            elif zone != BESIDE:
                targets[i][key] = (row, zone, order, rank[i], i)
            else:  # from above to the upper half of the side, from below to the lower one
                half = -1 if sources[i] < (row, BESIDE, 0, 0, -1) else 1
                targets[i][key] = (row, zone, half, rank[i], i)
    return Routing(sources, targets, left.crossed + right.crossed, left.detours + right.detours)


class _Column:
    """One column, and what its lines cross on the way to the corridor."""

    def __init__(self, layers: Layers, turned: Collection[tuple[bool, str]], of_values: bool) -> None:
        self.layers, self.turned, self.of_values = layers, turned, of_values
        self.at = {s[0]: (k, i) for k, row in enumerate(layers.rows) for i, s in enumerate(row) if is_node(s)}
        self.crossed = self.detours = 0

    def row(self, key: str) -> int:
        return self.at[key][0]

    def exit(self, key: str, toward: float) -> tuple[int, int, int]:
        """Row, zone and order of the end of a line that runs `toward` higher rows or lower ones."""
        k, i = self.at[key]
        beyond = self.layers.rows[k][i + 1:]
        if not any(map(is_node, beyond)):
            self.crossed += len(beyond)
            return k, BESIDE, 0
        above = sum(len(self.layers.up[s]) for s in beyond)
        below = sum(len(self.layers.down[s]) for s in beyond)
        zone = ABOVE if (above, toward) <= (below, 0) else BELOW
        if (self.of_values, key) in self.turned:
            zone = -zone
        self.crossed += above if zone == ABOVE else below
        self.detours += 1
        return k, zone, zone * len(beyond)  # nested: who stands next to the corridor runs next to the row


def tracks(routing: Routing) -> list[int]:
    """The track of each line, from the left; the order by repeated best insertion, then as few tracks as it allows."""
    costs = routing.costs
    order: list[int] = []
    for turn in range(ROUNDS):
        before = list(order)
        for i in sorted(range(len(costs)), key=lambda i: routing.spans[i]):
            order = _inserted([j for j in order if j != i], i, costs)
        if turn and order == before:
            break
    found = [0] * len(costs)
    for at, i in enumerate(order):
        met = [found[j] for j in order[:at] if _meet(routing.spans[i], routing.spans[j])]
        found[i] = max(met, default=-1) + 1
    return found


def _inserted(order: list[int], i: int, costs: list[list[int]]) -> list[int]:
    """`order` with i where it crosses least."""
    cost = best = sum(costs[i][j] for j in order)
    place = 0
    for k, j in enumerate(order):
        cost += costs[j][i] - costs[i][j]
        if cost < best:
            best, place = cost, k + 1
    return [*order[:place], i, *order[place:]]


def _meet(a: tuple[Place, Place], b: tuple[Place, Place]) -> bool:
    """Whether two lines would touch on one track; a line straight across needs none."""
    return a[0] < a[1] and b[0] < b[1] and a[0] <= b[1] and b[0] <= a[1]
