"""Drawings: no two boxes overlap, no edge touches a box that it does not belong to, text stays inside its box."""

from __future__ import annotations

import json
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from matcalc.tracing.graph import Graph, dot, graph_of, mermaid, tree
from matcalc.tracing.layers import levels
from matcalc.tracing.pictures import CELL, cells, picture, svg
from matcalc.tracing.traced import taped, traced
from tests.cli.sessions import run

NETWORK = ("norm2(tanh(W3 tanh(W2 tanh(W1 x + b1) + b2) + b3) - y)^2 "
           "+ lambda (norm(W1)^2 + norm(W2)^2 + norm(W3)^2)")
SOURCES = {
    "lecture": ("ln(x1) + x1*x2 - sin(x2)", ("x1",)),
    "ten": ("1/2 norm2(A x - b)^2 + lambda/2 x'x", ()),
    "forty": (NETWORK + " + a sin(a b) exp(c b)/(1+a^2)", ()),
    "adjoints": (NETWORK, ("W1",)),
    "wide": (" + ".join(f"sin(a b{i})" for i in range(12)), ()),
}


def graph(name: str) -> Graph:
    source, wrt = SOURCES[name]
    problem, tape = taped(source, {}, wrt=wrt)
    asked = {problem.settled(x) for x in problem.wrt}
    return graph_of(tape, None, [line.v for line in tape.inputs if line.expr in asked])


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_overlaps(name: str) -> None:
    g = graph(name)
    found = picture(g)
    boxes = {n.key: found.box(n.key) for n in g.nodes}
    for (a, (x0, y0, w0, h0)), (b, (x1, y1, w1, h1)) in combinations(boxes.items(), 2):
        assert x0 + w0 < x1 or x1 + w1 < x0 or y0 + h0 < y1 or y1 + h1 < y0, (a, b)
    for node in g.nodes:
        assert max(map(cells, node.lines())) * CELL < boxes[node.key][2]


@pytest.mark.parametrize("name", SOURCES)
def test_edges_touch_only_their_own_boxes(name: str) -> None:
    g = graph(name)
    found = picture(g)
    boxes = {n.key: found.box(n.key) for n in g.nodes}
    paths = re.findall(r'<path d="(M[^"]*)" fill="none"', svg(g))
    assert len(paths) == len(g.edges)
    for edge, path in zip(g.edges, paths, strict=True):
        for x, y in points(path):
            hit = [key for key, (left, top, w, h) in boxes.items() if left < x < left + w and top < y < top + h]
            assert set(hit) <= {edge.source, edge.target}, edge


def points(path: str) -> list[tuple[float, float]]:
    """Points along a path of M, V and C commands."""
    found: list[tuple[float, float]] = []
    x = y = 0.0
    for command, text in re.findall(r"([MVC])([^MVC]*)", path):
        numbers = [float(t) for t in text.split()]
        if command == "M":
            x, y = numbers
        elif command == "V":
            found += [(x, y + (numbers[0] - y) * t / 8) for t in range(9)]
            y = numbers[0]
        else:
            (ax, ay, bx, by, cx, cy), start = numbers, (x, y)
            for t in (k / 20 for k in range(21)):
                s = 1 - t
                found.append((s**3 * start[0] + 3 * s * s * t * ax + 3 * s * t * t * bx + t**3 * cx,
                              s**3 * start[1] + 3 * s * s * t * ay + 3 * s * t * t * by + t**3 * cy))
            x, y = cx, cy
    return found


def test_the_picture_is_the_same_every_time_and_is_xml() -> None:
    first, second = svg(graph("adjoints"), "a < b"), svg(graph("adjoints"), "a < b")
    assert first == second
    root = ElementTree.fromstring(first)
    assert len(root.findall("{http://www.w3.org/2000/svg}g")) == len(graph("adjoints").nodes)


def test_layers_follow_the_longest_path() -> None:
    found = levels(["a", "b", "c", "d"], [("a", "b"), ("b", "d"), ("c", "d")])
    assert found == {"a": 0, "b": 1, "c": 1, "d": 2}


def test_the_adjoint_graph_ends_in_the_gradient() -> None:
    trace = traced(SOURCES["lecture"][0], {}, random={}, wrt=("x1",), variables={"x1": "positive"})
    adjoints, _ = trace.reverse()
    g = graph_of(trace.tape, trace.values, [trace.input("x_1")], adjoints)
    (answer,) = [n for n in g.nodes if n.kind == "answer"]
    assert answer.value == pytest.approx(1 / trace.values[trace.input("x_1")] + trace.values[trace.input("x_2")])
    assert {e.kind for e in g.edges} == {"value", "adjoint", "use"}


def test_texts() -> None:
    g = graph("lecture")
    assert len(tree(g)) == 9 + 1 + 8
    assert dot(g).count("->") == len(g.edges) == mermaid(g).count("> v")
    assert 'v5["v₅ = sin(v₂)"]:::operation' in mermaid(g)


def test_a_deep_tree_starts_again() -> None:
    problem, tape = taped("sin(" * 200 + "x" + ")" * 200, {})
    rows = tree(graph_of(tape))
    assert problem.source
    assert max(map(len, rows)) < 120
    assert sum("= sin" in row for row in rows) == 200


def test_commands(tmp_path: object) -> None:
    for ending, start in ((".svg", "<svg"), (".dot", "digraph"), (".mmd", "flowchart")):
        file = f"{tmp_path}/g{ending}"
        assert run("graph", "x'A x", "-w", "x", "-o", file)[0] == 0
        with open(file, encoding="utf-8") as written:
            assert written.read().startswith(start)
    assert run("graph", "x'A x", "--to", "svg")[1].startswith("<svg")
    assert run("graph", "x'A x", "--random", "n=3")[1].isascii()
    assert run("graph", "x'A x", "-f", "text", "--ascii")[1].isascii()
    data = json.loads(run("graph", "x'A x", "-w", "x", "--random", "n=3", "--json")[1])["graph"]
    assert {n["kind"] for n in data["nodes"]} == {"input", "operation", "result", "adjoint", "answer"}


def test_refusals() -> None:
    assert "error[M1007]" in run("graph", "sin(" * 1200 + "x" + ")" * 1200, "--to", "svg")[2]
    assert run("graph", "A x", "-w", "x", "--random", "any")[0] == 2
    assert "vbar_4 = given" not in run("graph", "A x")[1]
