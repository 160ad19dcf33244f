"""The command that shows how a value and its derivatives are computed, step by step, as in a lecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import click

from matcalc.cli import machine, sheets, wording
from matcalc.cli.command import command, expression
from matcalc.cli.layout import INDENT, beside, wrapped
from matcalc.cli.report import Report
from matcalc.cli.settings import ALL, FORMATS, SHOWING, Settings
from matcalc.cli.terminal import Terminal, cells
from matcalc.diagnostics import NoRuleError, fail
from matcalc.printers import pieces
from matcalc.printers.dialects import dialect_named
from matcalc.tracing.counts import Count
from matcalc.tracing.modes import Adjoint, Check, Tangent
from matcalc.tracing.notation import as_data, said
from matcalc.tracing.traced import Trace, traced
from matcalc.tracing.values import read_values

KEPT = ("-w/--wrt", "-v/--var", "--rules", "--dialect", "--seed")
OPTIONS = {name: ALL[name] for name in KEPT} | SHOWING | {
    "-f/--format": {"type": click.Choice((*FORMATS, "markdown")), "help": "The form of the answer."}}
AT = click.option("--at", multiple=True, metavar="x=2,X=X.npy", help="Values: numbers, [[1,2],[3,4]], files.")
RANDOM = click.option("--random", metavar="n=4,m=3", default=None,
                      help="Sizes; variables without a value are drawn at random.")


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one call shows: the trace, the sweep through it that was asked for, and the operations."""

    trace: Trace
    mode: str = ""
    wrt: str = ""
    tangents: tuple[Tangent, ...] = ()
    adjoints: tuple[Adjoint, ...] = ()
    check: Check | None = None
    operations: tuple[tuple[str, str, Count], ...] = ()


@command("trace", expression(), AT, RANDOM,
         click.option("--mode", type=click.Choice(["forward", "reverse"]), default=None,
                      help="Tangents from the inputs, or adjoints from the result."),
         click.option("--ops", is_flag=True, help="Count the operations of every way to differentiate."),
         options=OPTIONS)
def trace(settings: Settings, expr: str, at: tuple[str, ...], random: str | None, mode: str | None,
          ops: bool) -> Report:
    """The evaluation trace of EXPR, with tangents or adjoints: matcalc trace "ln(x)+x" --at x=2 --mode reverse"""
    found = traced_at(settings, expr, at, random)
    wish = mode or ("forward" if settings.wrt else "")
    if wish == "forward":
        settings.one_wrt()  # refuses several
    shown = _swept(found, wish, ops)
    unsure = shown.check is not None and shown.check.ok is None
    return Report("trace", partial(_lines, shown), partial(_form, shown), partial(_payload, shown),
                  NoRuleError.exit_code if unsure else 0)


def traced_at(settings: Settings, expr: str, at: tuple[str, ...], random: str | None) -> Trace:
    """The trace with the values and sizes of the options."""
    return traced(expr, read_values(at), random=sizes_of(random), seed=settings.seed, wrt=settings.wrt,
                  **settings.reading())


def sizes_of(text: str | None) -> dict[str, int] | None:
    """`n=4,m=3` as numbers; `any` leaves the choice to matcalc."""
    if text is None or text == "any":
        return None if text is None else {}
    pairs = [part.partition("=") for part in text.replace(" ", "").split(",") if part]
    if any(not name or not k.isdecimal() or not 0 < int(k) <= 1000 for name, _, k in pairs):
        raise fail("M0003", f"sizes read n=4,m=3, not “{text}”", fixes=("--random n=4,m=3", "--random any"))
    return {name: int(k) for name, _, k in pairs}


def _swept(found: Trace, mode: str, ops: bool) -> Sweep:
    inputs = [line.expr for line in found.tape.inputs]
    asked = [x for x in inputs if x.data.name in {w.data.name for w in found.problem.wrt}] or inputs
    counted = tuple(found.counts(asked)) if ops and found.tape.result.is_scalar else ()
    if ops and not counted:
        found.reverse()  # says that a gradient needs a scalar
    if mode == "forward":
        name = asked[0].data.name
        tangents, check = found.forward(name)
        return Sweep(found, mode, name, tuple(tangents), (), check, counted)
    if mode == "reverse":
        adjoints, check = found.reverse()
        return Sweep(found, mode, "", (), tuple(adjoints), check, counted)
    return Sweep(found, operations=counted)


def _lines(s: Sweep, terminal: Terminal) -> list[str]:
    problem, dialect = s.trace.problem, terminal.dialect
    head = wrapped("f = ", pieces(problem.settled(problem.f), dialect), terminal.width)
    first, = beside([(head, wording.variables([problem.elaborated], dialect))], terminal.width)
    rows = _body(_sheets(s), dialect)
    if s.tangents and max(map(cells, rows)) + len(INDENT) > terminal.width:
        rows = _body(_sheets(s, beside=False), dialect)
    return [*first, *(f"{INDENT}{row}".rstrip() for row in rows), *_remarks(s, terminal)]


def _body(shown: list[sheets.Sheet], dialect: str) -> list[str]:
    return [row for sheet in shown for row in ["", *sheets.as_text(sheet, dialect)]]


def _sheets(s: Sweep, beside: bool = True) -> list[sheets.Sheet]:
    """The tables; tangents stand beside the values, or below them where there is no room."""
    found = [sheets.evaluation(s.trace)]
    if s.tangents:
        tangents = sheets.tangents(s.tangents, _moving(s))
        found = [sheets.side_by_side(found[0], tangents)] if beside else [*found, tangents]
    if s.adjoints:
        found.append(sheets.reverse(s.trace, s.adjoints))
    return [*found, *([sheets.operations(s.operations)] if s.operations else [])]


def _moving(s: Sweep) -> Any:
    return next(line.expr for line in s.trace.tape.inputs if line.expr.data.name == s.wrt)


def _remarks(s: Sweep, terminal: Terminal) -> list[str]:
    if s.check is None:
        return []
    what = "tangents" if s.tangents else "adjoints"
    if s.check.ok is None and s.check.where is not None:
        mark = terminal.paint("?", "warning")
        said_of = f"the slopes to the left and to the right of {said(s.check.where, terminal.dialect)} differ: a kink"
        return ["", f"{INDENT}{mark} {said_of}"]
    count = f"{s.check.count} {what} against finite differences"
    error = wording.number(s.check.max_rel_error)
    return ["", f"{INDENT}{terminal.paint('✓', 'good')} checked: {count}, largest relative error {error}"]


def _form(s: Sweep, wish: str) -> str:
    """Tables to paste into a document, or without a frame."""
    if wish == "markdown":
        return "\n\n".join(sheets.as_markdown(sheet) for sheet in _sheets(s))
    if markup := dialect_named(wish).markup:
        return "\n".join(sheets.as_markup(sheet, wish, markup) for sheet in _sheets(s))
    return "\n".join(_body(_sheets(s), wish)[1:])


def _payload(s: Sweep) -> Mapping[str, Any]:
    problem = s.trace.problem
    value = s.trace.values[s.trace.tape.result]
    lines = [{"name": said(line.v, "ascii"), "formula": said(line.expr, "ascii"), "operation": line.sign,
              "shape": list(value_shape(s.trace.values[line.v])), "value": as_data(s.trace.values[line.v]),
              "uses": [said(p, "ascii") for p in line.parents]} for line in s.trace.tape.lines]
    tangents = [{"of": said(t.line.v, "ascii"), "formula": said(t.formula, "ascii"), "value": as_data(t.value)}
                for t in s.tangents]
    adjoints = [{"of": said(a.line.v, "ascii"), "value": as_data(a.value), "partials": [
        {"from": said(p.user, "ascii"), "formula": said(p.formula, "ascii"), "value": as_data(p.value)}
        for p in a.partials]} for a in s.adjoints]
    counted = [{"way": way, "multiplications": c.multiplications, "additions": c.additions, "functions": c.functions}
               for way, _, c in s.operations]
    check = None if s.check is None else {"ok": s.check.ok, "count": s.check.count,
                                          "max_rel_error": machine.finite(s.check.max_rel_error)}
    return {**machine.posed(problem), "trace": {"mode": s.mode or None, "wrt": s.wrt or None, "value": as_data(value),
            "lines": lines, "tangents": tangents, "adjoints": adjoints, "operations": counted, "check": check}}


def value_shape(value: Any) -> tuple[int, ...]:
    import numpy as np

    return np.shape(value)
