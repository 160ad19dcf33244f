"""Drawings and their sources: text stays inside its box, one graph gives one file, directions are obeyed."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from matcalc.tracing.graph import Graph, dot, graph_of, mermaid, tree
from matcalc.tracing.pictures import CELL, SLIDE, cells, picture, svg
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
def test_text_stays_inside(name: str) -> None:
    g = graph(name)
    boxes = picture(g).boxes
    for node in g.nodes:
        assert max(map(cells, node.lines())) * CELL < boxes[node.key][2]


def test_a_picture_goes_right_where_a_slide_holds_it() -> None:
    for name in SOURCES:
        right, down = picture(graph(name), "right"), picture(graph(name), "down")
        fits = right.width <= SLIDE[0] and right.height <= SLIDE[1]
        assert not fits or svg(graph(name)) == svg(graph(name), "", "right")
        assert svg(graph(name)) in (svg(graph(name), "", "right"), svg(graph(name), "", "down")), (right, down)


def test_the_picture_is_the_same_every_time_and_is_xml() -> None:
    first, second = svg(graph("adjoints"), "a < b"), svg(graph("adjoints"), "a < b")
    assert first == second
    root = ElementTree.fromstring(first)
    assert len(root.findall("{http://www.w3.org/2000/svg}g")) == len(graph("adjoints").nodes)


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


def test_directions(tmp_path: object) -> None:
    for form, start in (("dot", "rankdir=LR;"), ("mermaid", "flowchart LR")):
        assert start in run("graph", "x'A x", "-w", "x", "--to", form, "--direction", "right")[1]
        assert start not in run("graph", "x'A x", "-w", "x", "--to", form)[1]
    assert "{rank=same; v5; vbar5}" in run("graph", "x'A x", "-w", "x", "--to", "dot")[1]
    sizes = {}
    for direction in ("down", "right"):
        file = f"{tmp_path}/g.svg"
        assert run("graph", "x'A x", "-w", "x", "-o", file, "--direction", direction)[0] == 0
        root = ElementTree.parse(file).getroot()
        sizes[direction] = int(root.attrib["width"]) / int(root.attrib["height"])
    assert 1 < sizes["down"] < sizes["right"]
    code, out, err = run("graph", "x'A x", "--direction", "right")
    assert (code, out) == (2, "")
    assert "error[M0003]" in err
    assert "a tree has no direction" in err


def test_refusals() -> None:
    assert "error[M1007]" in run("graph", "sin(" * 1200 + "x" + ")" * 1200, "--to", "svg")[2]
    assert run("graph", "A x", "-w", "x", "--random", "any")[0] == 2
    assert "vbar_4 = given" not in run("graph", "A x")[1]
