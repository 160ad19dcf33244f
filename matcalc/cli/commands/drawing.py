"""The command that draws the computation graph: a tree on a terminal, DOT, Mermaid, or an SVG picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from matcalc.answer.problem import Problem
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.commands.tabulating import AT, OPTIONS, RANDOM, random_sizes
from matcalc.cli.output import ending_of, is_drawn
from matcalc.cli.screen.terminal import INDENT, Terminal
from matcalc.cli.settings import Settings
from matcalc.core.expr import Expr
from matcalc.diagnostics import fail
from matcalc.extensions import ASCII
from matcalc.printers.dialects import dialect_named, dialect_names
from matcalc.tracing.graph import SOURCES, Direction, Graph, graph_of, tree
from matcalc.tracing.notation import as_data
from matcalc.tracing.pictures import svg
from matcalc.tracing.traced import Trace, taped, traced
from matcalc.tracing.values import read_values

PLACE = 50
_DRAWN_IN = Terminal().dialect
Drawn = Callable[..., Graph]  # in the `dialect` asked for
ENDINGS = {".dot": "dot", ".gv": "dot", ".mmd": "mermaid"}


@command("graph", "The computation graph: tree, DOT, Mermaid, SVG.", expression(), AT, RANDOM,
         click.option("--to", type=click.Choice(["tree", *SOURCES, "svg"]), default=None,
                      help="The form; with -o FILE its ending decides."),
         click.option("--direction", type=click.Choice(["down", "right"]), default=None,
                      help="Where values flow; adjoints flow back. A picture takes what is larger on a slide."),
         options=OPTIONS, writes=tuple(ENDINGS), saves=True)
def graph(settings: Settings, expr: str, at: tuple[str, ...], random: str | None, to: str | None,
          direction: Direction | None) -> Report:
    """The computation graph of EXPR; with --wrt also that of the adjoints: matcalc graph "x'Ax" -w x -o graph.svg"""
    if settings.format in dialect_names() and dialect_named(settings.format).markup:
        raise fail("M0003", f"a graph is drawn with plain text, not with {settings.format}",
                   fixes=("--format unicode", "--format ascii", "-o graph.svg"))
    drawn_in = is_drawn(settings.output)
    if drawn_in and to not in (None, "svg"):
        raise fail("M1011", f"--to {to} is text and is not written as “{ending_of(settings.output)}”",
                   fixes=("--to svg", f"-o {Path(settings.output).stem}.{to}"))
    given, sizes = read_values(at), random_sizes(random)
    form = to or ENDINGS.get(ending_of(settings.output), "tree")
    if direction and form == "tree" and not drawn_in:
        raise fail("M0003", "a tree has no direction", fixes=("--to svg", "--to mermaid", "-o graph.svg"))
    reading: dict[str, Any] = {"wrt": settings.wrt, **settings.reading()}
    if given or sizes is not None:
        found = traced(expr, given, random=sizes, seed=settings.seed, **reading)
        problem, drawn = found.problem, partial(_valued, found)
    else:
        problem, tape = taped(expr, given, **reading)
        drawn = partial(graph_of, tape, None, [line.v for line in tape.inputs if line.expr in _wrt(problem)], ())
    picture = partial(_form, drawn, "svg", expr, direction, _DRAWN_IN) if drawn_in else None
    return Report("graph", partial(_lines, drawn, form, direction), partial(_form, drawn, form, expr, direction),
                  partial(_payload, problem, drawn), picture=picture, is_only_drawn=True,
                  answer=partial(drawn, dialect=_DRAWN_IN))


def _wrt(problem: Problem) -> list[Expr]:
    return [problem.settled(x) for x in problem.wrt]


def _valued(found: Trace, dialect: str) -> Graph:
    wrt = [found.input(x.data.name) for x in found.problem.wrt]
    adjoints = found.reverse()[0] if wrt else []
    return graph_of(found.tape, found.values, wrt, adjoints, dialect)


def _lines(drawn: Drawn, form: str, direction: Direction | None, terminal: Terminal) -> list[str]:
    if form == "tree":
        return [INDENT + row for row in tree(drawn(dialect=terminal.dialect))]
    return _form(drawn, form, "", direction, terminal.dialect).splitlines()


def _form(drawn: Drawn, form: str, title: str, direction: Direction | None, dialect: str) -> str:
    """Pictures and their sources have no use for ASCII names; a tree in a pipe has."""
    if form == "tree":
        return dialect_named(dialect).signs("\n".join(tree(drawn(dialect=dialect))) + "\n")
    graph = drawn(dialect=_DRAWN_IN)
    return svg(graph, title, direction) if form == "svg" else SOURCES[form](graph, direction or "down")


def _payload(problem: Problem, drawn: Drawn) -> Mapping[str, Any]:
    found = drawn(dialect=ASCII)
    nodes = [{**asdict(n), "value": None if n.value is None else as_data(n.value)} for n in found.nodes]
    return {**machine.posed(problem), "graph": {"nodes": nodes, "edges": [asdict(e) for e in found.edges]}}
