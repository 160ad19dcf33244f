"""Layers, places and tracks of small graphs, where the best order is known."""

from __future__ import annotations

from itertools import pairwise, permutations

from matcalc.tracing.columns import Posed, columns
from matcalc.tracing.corridor import Net, routed, tracks
from matcalc.tracing.layers import crossings, layered, levels, sort_by_barycentres
from matcalc.tracing.straightening import places


def test_layers_follow_the_longest_path() -> None:
    found = levels(["a", "b", "c", "d"], [("a", "b"), ("b", "d"), ("c", "d")])
    assert found == {"a": 0, "b": 1, "c": 1, "d": 2}


def test_barycentres_undo_a_twist() -> None:
    keys, edges = list("abcdef"), [("a", "f"), ("b", "e"), ("c", "d")]
    found = layered(keys, edges, levels(keys, edges))
    assert crossings(found.rows, found.down) == 3
    sort_by_barycentres(found)
    assert crossings(found.rows, found.down) == 0


def test_crossings_are_pairs_in_the_other_order() -> None:
    for order in permutations("xyz"):
        keys, edges = [*"abc", *"xyz"], list(zip("abc", order, strict=True))
        found = layered(keys, edges, levels(keys, edges))
        swapped = sum(a > b for i, a in enumerate(order) for b in order[i + 1:])
        assert crossings(found.rows, found.down) == swapped


def test_a_chain_is_straight_whatever_enters_it() -> None:
    keys, edges = list("abcpq"), [("a", "b"), ("b", "c"), ("p", "b"), ("q", "c")]
    found = layered(sorted(keys), edges, levels(sorted(keys), edges))
    x = places(found, dict.fromkeys(keys, 40.0), 20.0)
    assert x["b", -1] == x["c", -1]
    for row in found.rows:
        assert all(x[b] - x[a] >= 60 - 1e-9 for a, b in pairwise(row))


def test_tracks_keep_lines_apart_and_do_not_cross_them() -> None:
    """a → c' and b → d' down a column of four: on the right tracks they do not cross; e → e' needs none."""
    keys = list("abcde")
    edges = list(pairwise(keys))
    nets = [Net("a", ("c",)), Net("b", ("d",)), Net("e", ("e",), True)]
    posed = Posed(keys, edges, ["a"], frozenset(keys), range(4), nets)
    found = columns(posed)
    assert (found.cost[0], found.routing.detours) == (0, 0)
    first, second, straight = tracks(found.routing)
    assert first > second
    assert straight == 0


def test_lines_go_round_boxes() -> None:
    """In a row a, b a line from a leaves through a gap, and above, where fewer edges are."""
    keys, edges = list("abc"), [("a", "c"), ("b", "c")]
    layers = layered(keys, edges, levels(keys, edges))
    found = routed(layers, layers, [Net("a", ("b",))])
    assert (found.detours, found.crossings) == (1, 0)
    assert found.sources[0][:2] == (0, -1)
    other = routed(layers, layers, [Net("a", ("b",))], {(True, "a")})
    assert (other.sources[0][:2], other.crossings) == ((0, 1), 1)
