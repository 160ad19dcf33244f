"""Where the slots of a layered graph stand across the layers: columns as straight as the order and the widths allow.

Positions are least squares under the order, by pooling (isotonic regression); then chains are straightened. What has
one neighbour only follows it and does not pull, so that a chain of operations is straight whatever enters it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

from matcalc.tracing.layers import Layers, Links, Row, Slot, is_node, mean

ROUNDS = 60
LOOSE, TIGHT = 0.002, 3.0  # the weights of a box that hangs on one edge, and of a passage; of other boxes it is 1


@dataclass(slots=True)
class _Placing:
    """`x` are the middles so far, `width` and `gap` keep them apart, `weight` says how much a slot insists on its wish,
    `at` is its row and its place there."""

    width: Mapping[Slot, float]
    gap: float
    weight: Mapping[Slot, float]
    x: dict[Slot, float] = field(default_factory=dict)
    at: dict[Slot, tuple[Row, int]] = field(default_factory=dict)

    def apart(self, a: Slot, b: Slot) -> float:
        """Least distance of the middles of neighbours; two passages may run closer together."""
        gap = self.gap if is_node(a) or is_node(b) else self.gap / 2
        return (self.width[a] + self.width[b]) / 2 + gap


def places(found: Layers, widths: Mapping[str, float], gap: float) -> dict[Slot, float]:
    """The middle of every slot: towards the mean of its neighbours, as far as the order and the `widths` allow."""
    width = {slot: widths[slot[0]] if is_node(slot) else 0.0 for row in found.rows for slot in row}
    ends = {slot for slot in found.up if len(found.up[slot]) + len(found.down[slot]) == 1}
    placing = _Placing(width, gap, {s: LOOSE if s in ends else 1.0 if is_node(s) else TIGHT for s in width})
    up, down = _pulling(found.up, found, ends), _pulling(found.down, found, ends)
    for row in found.rows:
        _settle(row, [0.0] * len(row), placing)
    for turn in range(ROUNDS):
        rows = found.rows if turn % 2 == 0 else found.rows[::-1]
        first, second = (up, down) if turn % 2 == 0 else (down, up)
        for row in rows:
            links = [first[s] + second[s] if turn >= ROUNDS // 2 and is_node(s) else first[s] or second[s] for s in row]
            wishes = [mean([placing.x[t] for t in own], placing.x[s]) for s, own in zip(row, links, strict=True)]
            _settle(row, wishes, placing)
    placing.at = {slot: (row, i) for row in found.rows for i, slot in enumerate(row)}
    _straighten(_chains(found, up, down), placing)
    return placing.x


def _pulling(links: Links, found: Layers, ends: Collection[Slot]) -> Links:
    """Without the neighbours that are `ends`, where a slot has others."""
    held = {slot for slot in found.up if any(t not in ends for t in found.up[slot] + found.down[slot])}
    return {slot: [t for t in near if t not in ends or slot not in held] for slot, near in links.items()}


def _chains(found: Layers, up: Links, down: Links) -> list[Row]:
    """Slots each of which is the only neighbour of the next one, and the other way round."""
    chains: list[Row] = []
    at: dict[Slot, Row] = {}
    for slot in (slot for row in found.rows for slot in row):
        before = up[slot][0] if len(up[slot]) == 1 else slot
        if down[before] == [slot]:
            at[slot] = at[before]
        else:
            at[slot] = []
            chains.append(at[slot])
        at[slot].append(slot)
    return chains


def _straighten(chains: Sequence[Row], placing: _Placing) -> None:
    """Let each chain run straight on as far as its neighbours allow, then bend once."""
    for chain in chains:
        run: Row = []
        low, high = -inf, inf
        for slot in chain:
            left, right = _room(slot, placing)
            if max(low, left) > min(high, right):
                _align(run, low, high, placing)
                run, low, high = [], -inf, inf
            run.append(slot)
            low, high = max(low, left), min(high, right)
        _align(run, low, high, placing)


def _room(slot: Slot, placing: _Placing) -> tuple[float, float]:
    row, i = placing.at[slot]
    low = placing.x[row[i - 1]] + placing.apart(row[i - 1], slot) if i else -inf
    high = placing.x[row[i + 1]] - placing.apart(slot, row[i + 1]) if i + 1 < len(row) else inf
    return low, max(low, high)


def _align(run: Row, low: float, high: float, placing: _Placing) -> None:
    middle = mean([placing.x[slot] for slot in run], 0.0)
    placing.x.update(dict.fromkeys(run, min(max(middle, low), high)))


def _settle(row: Row, wishes: Sequence[float], placing: _Placing) -> None:
    """Least squares: nearest to the wishes with each slot right of the one before it."""
    offsets: list[float] = [0.0]
    blocks: list[tuple[float, float, int]] = []
    for a, b in pairwise(row):
        offsets.append(offsets[-1] + placing.apart(a, b))
    for i, (slot, wish) in enumerate(zip(row, wishes, strict=True)):
        weight = placing.weight[slot]
        blocks.append(((wish - offsets[i]) * weight, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            first, second = blocks[-2:]
            blocks[-2:] = [(first[0] + second[0], first[1] + second[1], first[2] + second[2])]
    i = 0
    for total, weight, count in blocks:
        for slot, offset in zip(row[i:i + count], offsets[i:i + count], strict=True):
            placing.x[slot] = total / weight + offset
        i += count
