"""Two mirrored columns: values in layers, and the adjoint of a value beside it, in the same layer.

Adjoints flow back along the edges of the values, so that the mirror image of one order serves both columns. The order
is improved by moving one slot at a time while lines cross less; where they cross no more, inputs stand as in the
formula.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, cycle

from matcalc.tracing.corridor import Net, Routing, routed
from matcalc.tracing.layers import Layers, Row, crossings, layered, levels, part, sort_by_barycentres

EFFORT = 100_000  # slots and pairs of lines looked at in the search for an order
Cost = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Posed:
    """What is to be drawn: values and edges between them, `inputs` as in the formula; the values that have an adjoint,
    the edges along which adjoints flow back, by number, and the lines from values to adjoints."""

    keys: Sequence[str]
    edges: Sequence[tuple[str, str]]
    inputs: Sequence[str]
    marked: Collection[str]
    flows: Collection[int]
    nets: Sequence[Net]


@dataclass(slots=True)
class Columns:
    """The layers of the values, those of the adjoints in the same order under the names of the values, and how lines
    run between them: both columns are as seen with the corridor on the right."""

    posed: Posed
    values: Layers
    adjoints: Layers
    routing: Routing

    @property
    def cost(self) -> Cost:
        """Crossings, pairs of inputs out of order, lines that cannot go sideways."""
        crossed = sum(crossings(half.rows, half.down) for half in (self.values, self.adjoints))
        return crossed + self.routing.crossings, _inversions(self.posed, self.values), self.routing.detours


def columns(posed: Posed) -> Columns:
    """The better one of two: inputs just above their first use, or none above one that comes before it."""
    natural = levels(posed.keys, posed.edges)
    choices = [natural, _in_reading_order(posed, natural)]
    found = [_ordered(posed, level) for level in (choices if choices[0] != choices[1] else choices[:1])]
    return min(found, key=lambda c: (c.cost[0], _inversions(posed, c.values), sum(map(len, c.values.paths))))


def _in_reading_order(posed: Posed, level: Mapping[str, int]) -> dict[str, int]:
    found, least = dict(level), max(level.values(), default=0)
    for key in reversed(posed.inputs):
        found[key] = least = min(least, level[key])
    return found


def _ordered(posed: Posed, level: Mapping[str, int]) -> Columns:
    """The better one of what the order of the formula and what barycentres lead to."""
    values = layered(posed.keys, posed.edges, level)
    adjoints = part(values, posed.marked, posed.flows)
    found = Columns(posed, values, adjoints, routed(values, adjoints, posed.nets))
    starts = [[list(row) for row in values.rows]]
    sort_by_barycentres(values)
    starts.append(values.rows)
    ends: list[tuple[Cost, list[Row]]] = []
    for rows in starts:
        values.rows = rows
        _improve(found)
        ends.append((found.cost, rows))
    values.rows = min(ends, key=lambda end: end[0])[1]
    _rerouted(found)
    _turn(found)
    return found


def _rerouted(found: Columns) -> Cost:
    """The cost after a change of the order of the values."""
    kept = found.adjoints.up
    found.adjoints.rows = [[s for s in row if s in kept] for row in found.values.rows]
    found.routing = routed(found.values, found.adjoints, found.posed.nets)
    return found.cost


def _improve(found: Columns) -> None:
    """Move one slot to another place in its row as long as that helps and the effort allows."""
    rows = found.values.rows
    left = EFFORT // (sum(map(len, rows)) + len(found.posed.nets) ** 2)
    best, settled = _rerouted(found), 0
    for k in cycle(range(len(rows))):
        settled += 1
        for i, j in _moves(rows[k])[:left]:
            before, rows[k] = rows[k], _moved(rows[k], i, j)
            left -= 1
            cost = _rerouted(found)
            if cost < best:
                best, settled = cost, 0
            else:
                rows[k] = before
        if settled >= len(rows) or not left:
            break
    _rerouted(found)


def _moves(row: Row) -> list[tuple[int, int]]:
    return [(i, j) for i in range(len(row)) for j in range(len(row)) if j not in (i, i + 1)]


def _moved(row: Row, i: int, j: int) -> Row:
    others = [*row[:i], *row[i + 1:]]
    return [*others[:j], row[i], *others[j:]]


def _inversions(posed: Posed, values: Layers) -> int:
    number = {(key, -1): n for n, key in enumerate(posed.inputs)}
    placed = [number[slot] for row in values.rows for slot in row if slot in number]
    return sum(a > b for a, b in combinations(placed, 2))


def _turn(found: Columns) -> None:
    """Let lines take the other gap where they cross less there."""
    turned: set[tuple[bool, str]] = set()
    ends = [(True, net.source) for net in found.posed.nets]
    ends += [(False, key) for net in found.posed.nets for key in net.targets]
    for end in dict.fromkeys(ends) if len(found.posed.nets) ** 2 * len(ends) < EFFORT else ():
        other = routed(found.values, found.adjoints, found.posed.nets, {*turned, end})
        if other.crossings < found.routing.crossings:
            turned.add(end)
            found.routing = other
