"""The command that says what of a formula is a sum over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import click

from matcalc import api
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.screen.planned import readable_in
from matcalc.cli.screen.posing import problem_lines
from matcalc.cli.screen.terminal import INDENT, Terminal, beside
from matcalc.cli.settings import Settings, without
from matcalc.derivation import Derivation, Derivations
from matcalc.options import FunctionName
from matcalc.targets import target_named
from matcalc.targets.told import ToldFunction, ToldProgram, told

PLACE = 71
_WORDS = {"sum": "Σ", "max": "max", "min": "min", "prod": "Π"}


@command("explain-blocks", "What of a formula is a sum over blocks of rows.", expression(),
         click.option("--functions", "wanted", default="", metavar="NAME[,NAME]", help="Which functions, as of code."),
         click.option("--rows", default="", metavar="n", help="Which size is that of the rows."),
         options=without("-s/--steps", "--layout", "--vec", "--form"), example=("norm2(X w - y)^2", "--wrt", "w"))
def explain_blocks(settings: Settings, expr: str, wanted: str, rows: str) -> Report:
    """How EXPR and its derivatives are computed on data larger than memory, by passes over blocks of rows:
    matcalc explain-blocks "norm2(X w - y)^2" --wrt w"""
    names: Sequence[FunctionName] = [word for word in wanted.replace(" ", "").split(",") if word]  # type: ignore[misc]
    common: dict[str, Any] = {**settings.reading(), "structure": settings.structure}
    d = api.grad(expr, settings.wrt if len(settings.wrt) > 1 else settings.one_wrt(), **common, check=False)
    found = told(d._related(""), target_named("numpy"), names, rows)
    plain = Terminal(unicode=False)
    return Report("explain-blocks", partial(_lines, d, found), lambda _: "\n".join(_said(found, plain)),
                  partial(_payload, d, found))


def _first(d: Derivation | Derivations) -> Derivation:
    return next(iter(d.values())) if isinstance(d, Derivations) else d


def _lines(d: Derivation | Derivations, found: ToldProgram, terminal: Terminal) -> list[str]:
    head, = beside([problem_lines(_first(d).problem, terminal, "f")], terminal.width)
    return [*head, "", *_said(found, terminal)]


def _said(found: ToldProgram, terminal: Terminal) -> list[str]:
    known = f"; {', '.join(found.whole)} known to all of them" if found.whole else ""
    rows = [f"{INDENT}rows {found.rows}: blocks of {', '.join(found.cut)}{known}"]
    for f in found.functions:
        rows += ["", *_function(f, terminal)]
    return [terminal.plain(row) for row in rows]


def _function(f: ToldFunction, terminal: Terminal) -> list[str]:
    passes = f"{len(f.passes)} pass{'' if len(f.passes) == 1 else 'es'} over the rows" if f.passes else \
        "no pass: it has no rows"
    rows = [f"{INDENT}{terminal.paint(f.name, 'strong')}: {passes}"]
    times = "×" if terminal.unicode else "x"
    for k, one in enumerate(f.passes, 1):
        rows += _part(f"once, before pass {k}" if k > 1 else "once", [*one.once], terminal)
        totals = []
        for t in one.totals:
            sign = _WORDS[t.combine] if terminal.unicode or t.combine in ("max", "min") else t.combine
            totals.append((t.name, f"{sign} {t.block}", times.join(t.shape) or "1"))
        number = f"pass {k}, " if len(f.passes) > 1 else ""
        rows += _part(f"{number}of each block", [*one.block], terminal)
        rows += _part("over the blocks", totals, terminal)
    return rows + _part("in the end", [*f.final, ("returns", ", ".join(f.results))], terminal)


def _part(what: str, lines: Sequence[Sequence[str]], terminal: Terminal) -> list[str]:
    rows = []
    for k, (name, text, *shape) in enumerate(lines):
        said = text if name == "returns" else f"{name} = {text}"
        said = f"returns {said}" if name == "returns" else said
        beside_it = f"   {shape[0]}" if shape else ""
        rows.append(f"{INDENT * 2}{what if not k else '':<{22}}{readable_in(terminal, said)}{beside_it}".rstrip())
    return rows


def _payload(d: Derivation | Derivations, found: ToldProgram) -> Mapping[str, Any]:
    return {**machine.posed(_first(d).problem), "blocks": {
        "rows": found.rows, "cut": list(found.cut), "whole": list(found.whole),
        "functions": [f.as_data() for f in found.functions]}}
