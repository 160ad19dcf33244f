"""The command that draws the computation graph: a tree on a terminal, DOT, Mermaid, or an SVG picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from matcalc.answer.problem import Problem
from matcalc.cli import drawing, machine
from matcalc.cli.command import command, expression
from matcalc.cli.layout import INDENT
from matcalc.cli.report import Report
from matcalc.cli.settings import ALL, SHOWING, Settings
from matcalc.cli.terminal import Terminal
from matcalc.cli.tracing import AT, KEPT, RANDOM, sizes_of
from matcalc.diagnostics import fail
from matcalc.tracing.graph import FORMS, Graph, graph_of, tree
from matcalc.tracing.notation import as_data
from matcalc.tracing.pictures import svg
from matcalc.tracing.traced import Trace, taped, traced
from matcalc.tracing.values import read_values

OPTIONS = {name: ALL[name] for name in KEPT} | SHOWING
ENDINGS = {".dot": "dot", ".gv": "dot", ".mmd": "mermaid"}


@command("graph", expression(), AT, RANDOM,
         click.option("--to", type=click.Choice([*FORMS, "svg"]), default=None,
                      help="The form; with -o FILE its ending decides."), options=OPTIONS)
def graph(settings: Settings, expr: str, at: tuple[str, ...], random: str | None, to: str | None) -> Report:
    """The computation graph of EXPR; with --wrt also that of the adjoints: matcalc graph "x'Ax" -w x -o graph.svg"""
    drawn_in = drawing.is_drawn(settings.output)
    if drawn_in and to not in (None, "svg"):
        raise fail("M1011", f"--to {to} is text and is not written as “{drawing.ending_of(settings.output)}”",
                   fixes=("--to svg", f"-o {Path(settings.output).stem}.{to}"))
    given, sizes = read_values(at), sizes_of(random)
    form = to or ENDINGS.get(drawing.ending_of(settings.output), "tree")
    reading: dict[str, Any] = {"wrt": settings.wrt, **settings.reading()}
    if given or sizes is not None:
        found = traced(expr, given, random=sizes, seed=settings.seed, **reading)
        problem, drawn = found.problem, partial(_valued, found)
    else:
        problem, tape = taped(expr, given, **reading)
        drawn = partial(graph_of, tape, None, [line.v for line in tape.inputs if line.expr in _wrt(problem)], ())
    picture = partial(_form, drawn, "svg", expr, "unicode") if drawn_in else None
    return Report("graph", partial(_lines, drawn, form), partial(_form, drawn, form, expr),
                  partial(_payload, problem, drawn), picture=picture, is_only_drawn=True)


def _wrt(problem: Problem) -> list[Any]:
    return [problem.settled(x) for x in problem.wrt]


def _valued(found: Trace, dialect: str) -> Graph:
    wrt = [found.input(x.data.name) for x in found.problem.wrt]
    adjoints = found.reverse()[0] if wrt else []
    return graph_of(found.tape, found.values, wrt, adjoints, dialect)


def _lines(drawn: Any, form: str, terminal: Terminal) -> list[str]:
    if form == "tree":
        rows = [INDENT + row for row in tree(drawn(dialect=terminal.dialect))]
        return rows if terminal.unicode else [row.translate(_BRANCHES) for row in rows]
    return _form(drawn, form, "", terminal.dialect).splitlines()


def _form(drawn: Any, form: str, title: str, dialect: str) -> str:
    """Pictures and their sources have no use for ASCII names; a tree in a pipe has."""
    if form == "svg":
        return svg(drawn(dialect="unicode"), title)
    shown = FORMS[form](drawn(dialect=dialect if form == "tree" else "unicode"))
    return shown.translate(_BRANCHES) if dialect == "ascii" and form == "tree" else shown


_BRANCHES = str.maketrans({"╰": "`", "├": "|", "│": "|", "─": "-", "↑": "^", "↓": "v", "×": "x"})


def _payload(problem: Problem, drawn: Any) -> Mapping[str, Any]:
    found = drawn(dialect="ascii")
    nodes = [{**asdict(n), "value": None if n.value is None else as_data(n.value)} for n in found.nodes]
    return {**machine.posed(problem), "graph": {"nodes": nodes, "edges": [asdict(e) for e in found.edges]}}
