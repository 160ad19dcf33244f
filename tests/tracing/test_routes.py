"""Where boxes and edges are, seen as a reader sees them: in the text of the file, in both directions."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import pytest

from matcalc.tracing.columns import columns
from matcalc.tracing.graph import Direction, Graph, Node, graph_of
from matcalc.tracing.pictures import svg
from matcalc.tracing.routes import posed
from matcalc.tracing.traced import taped
from tests.tracing.geometry import Seen

NETWORK = ("norm2(tanh(W3 tanh(W2 tanh(W1 x + b1) + b2) + b3) - y)^2 "
           "+ lambda (norm(W1)^2 + norm(W2)^2 + norm(W3)^2)")
FORMULAS: dict[str, tuple[str, tuple[str, ...], dict[str, str], int]] = {  # and how many crossings were counted
    "lecture": ("ln(x1) + x1*x2 - sin(x2)", ("x1", "x2"), {}, 1),
    "least squares": ("1/2 norm2(A x - b)^2", ("x",), {}, 0),
    "two layers": ("norm(tanh(X W) V - Y)^2", ("W", "V"), {}, 1),
    "attention": ("norm(softmax(Q K'/sqrt(d)) V - Y)^2", ("Q", "K", "V"), {"Q": "matrix(n,d)", "K": "matrix(m,d)"}, 2),
    "logdet": ("logdet(L L' + D) + tr(inv(L L' + D) S)", ("L",), {}, 0),
    "sum": (r"\sum_i \log(1+\exp(-y_i w^\top x_i))", ("w",), {"x_i": "vector(d)", "y_i": "scalar"}, 0),
    "family": (r"\sum_i \log(1 + x^T A_i x)", ("x",), {}, 0),
    "target first": ("norm2(y - W2 tanh(W1 x + b1))^2", ("W1", "W2"), {}, 1),
    "quotient": ("(x'A x)/(x'x)", ("x",), {}, 13),
    "values only": (NETWORK, (), {}, 4),
    "three layers": (NETWORK, ("W1",), {}, 27),
}
DIRECTIONS: tuple[Direction, ...] = ("down", "right")


@cache
def graph(name: str) -> Graph:
    source, wrt, variables, _ = FORMULAS[name]
    problem, tape = taped(source, {}, wrt=wrt, variables=variables)
    asked = {problem.settled(x) for x in problem.wrt}
    return graph_of(tape, None, [line.v for line in tape.inputs if line.expr in asked])


@cache
def seen(name: str, direction: Direction) -> Seen:
    return Seen.of(graph(name), svg(graph(name), "", direction))


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", FORMULAS)
def test_no_edge_enters_a_box(name: str, direction: Direction) -> None:
    assert seen(name, direction).through_boxes() == []


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", FORMULAS)
def test_edges_cross_no_more_than_was_counted(name: str, direction: Direction) -> None:
    assert len(seen(name, direction).crossings()) <= FORMULAS[name][3]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", FORMULAS)
def test_boxes_are_apart_and_inside(name: str, direction: Direction) -> None:
    found = seen(name, direction)
    for (a, (x0, y0, w0, h0)), (b, (x1, y1, w1, h1)) in combinations(found.boxes.items(), 2):
        assert x0 + w0 < x1 or x1 + w1 < x0 or y0 + h0 < y1 or y1 + h1 < y0, (a, b)
    corners = [corner for x, y, w, h in found.boxes.values() for corner in ((x, y), (x + w, y + h))]
    for x, y in (*corners, *(p for line in found.lines for p in line)):
        assert 0 < x < found.size[0]
        assert 0 < y < found.size[1]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", FORMULAS)
def test_an_adjoint_stands_beside_its_value(name: str, direction: Direction) -> None:
    found = seen(name, direction)
    along, across = (1, 0) if direction == "down" else (0, 1)
    middle = {key: [box[axis] + box[axis + 2] / 2 for axis in (0, 1)] for key, box in found.boxes.items()}
    for node in filter(_is_adjoint, found.graph.nodes):
        assert middle[node.key][along] == pytest.approx(middle[node.beside][along], abs=0.11)
        assert middle[node.key][across] > max(middle[n.key][across] for n in found.graph.nodes if not n.is_adjoint)
    for edge in found.graph.edges:
        back = edge.source in middle and _is_adjoint(_node(found.graph, edge.source))
        if edge.kind == "value" or back:
            assert (middle[edge.source][along] < middle[edge.target][along]) is not back


def _node(found: Graph, key: str) -> Node:
    return next(n for n in found.nodes if n.key == key)


def _is_adjoint(node: Node) -> bool:
    return node.is_adjoint


def test_a_line_straight_across_is_straight() -> None:
    found = seen("least squares", "down")
    (turn,) = [line for edge, line in zip(found.graph.edges, found.lines, strict=True)
               if edge.kind == "adjoint" and not _node(found.graph, edge.source).is_adjoint]
    assert len(turn) == 2
    assert turn[0][1] == turn[1][1]


def test_two_layers_lie_or_are_half_as_tall_as_one_column() -> None:
    width, height = seen("two layers", "right").size
    assert width > 3 * height
    layers = len(columns(posed(graph("two layers"))).values.rows)
    assert seen("two layers", "down").size[1] < 100 * layers  # one column for all has twice as many layers


@pytest.mark.parametrize("name", ["two layers", "attention", "logdet", "lecture", "least squares"])
def test_inputs_follow_the_formula(name: str) -> None:
    """Numbers in the order of the formula, and so the places: row by row, and in each from left to right."""
    keys = [n.key for n in graph(name).nodes if n.kind == "input"]
    assert keys == [f"v{i + 1}" for i in range(len(keys))]
    box = seen(name, "down").boxes
    rows = [(round(box[key][1] + box[key][3] / 2), box[key][0]) for key in keys]
    assert rows == sorted(rows)


def test_without_adjoints_there_is_one_column() -> None:
    found = posed(graph("values only"))
    assert (found.nets, list(found.flows), set(found.marked)) == ([], [], set())
    assert seen("values only", "down").size[0] < seen("three layers", "down").size[0]
