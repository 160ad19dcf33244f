"""The command that shows how a value and its derivatives are computed, step by step, as in a lecture.

What it shows are tables of formulas and values, spelled as text or for a document only when they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import click

from matcalc.answer.problem import Problem
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.screen import wording
from matcalc.cli.screen.terminal import INDENT, Terminal, beside, cells, table, wrapped
from matcalc.cli.settings import FORMATS, SHOWING, Settings, only, sizes_of
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError
from matcalc.extensions import ASCII
from matcalc.printers import pieces
from matcalc.printers.dialect import Markup
from matcalc.printers.dialects import dialect_named
from matcalc.records import NamedTuple
from matcalc.tracing import notation
from matcalc.tracing.costs import Cost
from matcalc.tracing.counts import Count
from matcalc.tracing.modes import Adjoint, Check, Tangent
from matcalc.tracing.notation import as_data, said
from matcalc.tracing.tape import Tape
from matcalc.tracing.traced import Trace, traced
from matcalc.tracing.values import read_values

PLACE = 40
OPTIONS = only("-w/--wrt", "-v/--var", "--rules", "--dialect", "--seed") | SHOWING
_WITH_MARKDOWN = OPTIONS | {
    "-f/--format": {"type": click.Choice((*FORMATS, "markdown")), "help": "The form of the answer."}}
AT = click.option("--at", multiple=True, metavar="x=2,X=X.npy", help="Values: numbers, [[1,2],[3,4]], files.")
RANDOM = click.option("--random", metavar="n=4,m=3", default=None,
                      help="Sizes; variables without a value are drawn at random.")


class Sweep(NamedTuple):
    """What one call shows: the trace, the sweep through it that was asked for, and the operations."""

    trace: Trace
    mode: str = ""
    wrt: str = ""
    tangents: tuple[Tangent, ...] = ()
    adjoints: tuple[Adjoint, ...] = ()
    check: Check | None = None
    operations: tuple[tuple[str, str, Count], ...] = ()
    costs: tuple[Cost, ...] = ()  # of a program, before and after the passes


@command("trace", "Values, tangents and adjoints, step by step.", expression(), AT, RANDOM,
         click.option("--mode", type=click.Choice(["forward", "reverse"]), default=None,
                      help="Tangents from the inputs, or adjoints from the result."),
         click.option("--ops", is_flag=True, help="Count the operations of every way to differentiate."),
         options=_WITH_MARKDOWN)
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
                  NoRuleError.exit_code if unsure else 0, answer=lambda: found)


def traced_at(settings: Settings, expr: str, at: tuple[str, ...], random: str | None) -> Trace:
    """The trace with the values and sizes of the options."""
    return traced(expr, read_values(at), random=random_sizes(random), seed=settings.seed, wrt=settings.wrt,
                  **settings.reading())


def random_sizes(text: str | None) -> dict[str, int] | None:
    """The sizes of --random; `any` leaves the choice to matcalc."""
    return None if text is None else {} if text == "any" else sizes_of(text, "--random", "any")


def _swept(found: Trace, mode: str, ops: bool) -> Sweep:
    inputs = [line.expr for line in found.tape.inputs]
    asked = [x for x in inputs if x.data.name in {w.data.name for w in found.problem.wrt}] or inputs
    counted = tuple(found.counts(asked)) if ops and found.tape.result.is_scalar else ()
    if ops and not counted:
        found.reverse()  # says that a gradient needs a scalar
    planned = found.costs(asked) if counted else ()
    if mode == "forward":
        name = asked[0].data.name
        tangents, check = found.forward(name)
        return Sweep(found, mode, name, tuple(tangents), (), check, counted, planned)
    if mode == "reverse":
        adjoints, check = found.reverse()
        return Sweep(found, mode, "", (), tuple(adjoints), check, counted, planned)
    return Sweep(found, operations=counted, costs=planned)


def _lines(s: Sweep, terminal: Terminal) -> list[str]:
    dialect = terminal.dialect
    first, = beside([_head(s.trace.problem, terminal)], terminal.width)
    rows = _body(sheets(s), dialect)
    if s.tangents and max(map(cells, rows)) + len(INDENT) > terminal.width:
        rows = _body(sheets(s, beside=False), dialect)
    return [*first, *(f"{INDENT}{row}".rstrip() for row in rows), *_remarks(s, terminal)]


def _head(problem: Problem, terminal: Terminal) -> tuple[list[str], list[str]]:
    """The formula and its variables; one in index notation also in the matrices in which it is traced."""
    dialect = terminal.dialect
    if problem.indexed is None:
        head = wrapped("f = ", pieces(problem.settled(problem.f), dialect), terminal.width)
        return head, wording.variables([problem.elaborated], dialect)
    from matcalc.cli.screen import both_forms

    rows = both_forms.echo(problem, problem.indexed, "f", dialect)
    head = [row for left, terms in rows for row in wrapped(f"{left} = ", terms, terminal.width)]
    return head, wording.families(problem.indexed, dialect)


def _body(shown: list[Sheet], dialect: str) -> list[str]:
    return [row for sheet in shown for row in ["", *as_text(sheet, dialect)]]


def sheets(s: Sweep, beside: bool = True) -> list[Sheet]:
    """The tables; tangents stand beside the values, or below them where there is no room."""
    found = [_evaluation_sheet(s.trace)]
    if s.tangents:
        tangents = _tangents_sheet(s.trace.tape, s.tangents, _moving(s))
        found = [_side_by_side(found[0], tangents)] if beside else [*found, tangents]
    if s.adjoints:
        found.append(_reverse_sheet(s.trace, s.adjoints))
    return [*found, *([_operations_sheet(s.operations), _costs_sheet(s.costs)] if s.operations else [])]


def _moving(s: Sweep) -> Expr:
    tape = s.trace.tape
    return next(tape.formula(line) for line in tape.inputs if line.expr.data.name == s.wrt)


def _remarks(s: Sweep, terminal: Terminal) -> list[str]:
    if s.check is None:
        return []
    what = "tangents" if s.tangents else "adjoints"
    if s.check.ok is None and s.check.where is not None:
        mark = terminal.paint("?", "warning")
        where = said(s.trace.tape.member(s.check.where), terminal.dialect)
        return ["", f"{INDENT}{mark} the slopes to the left and to the right of {where} differ: a kink"]
    count = f"{s.check.count} {what} against finite differences"
    error = wording.number(s.check.max_rel_error)
    return ["", f"{INDENT}{terminal.paint('✓', 'good')} checked: {count}, largest relative error {error}"]


def _form(s: Sweep, wish: str) -> str:
    """Tables to paste into a document, or without a frame."""
    if wish == "markdown":
        return "\n\n".join(as_markdown(sheet) for sheet in sheets(s))
    if markup := dialect_named(wish).markup:
        return "\n".join(as_markup(sheet, wish, markup) for sheet in sheets(s))
    return "\n".join(_body(sheets(s), wish)[1:])


def _payload(s: Sweep) -> Mapping[str, Any]:
    problem, tape = s.trace.problem, s.trace.tape

    def shown(e: Expr) -> str:
        return said(tape.lettered(e), ASCII)

    def name(v: Expr) -> str:
        return said(tape.member(v), ASCII)

    value = s.trace.values[s.trace.tape.result]
    lines = [{"name": name(line.v), "formula": said(tape.formula(line), ASCII), "operation": line.sign,
              "shape": list(value_shape(s.trace.values[line.v])), "value": as_data(s.trace.values[line.v]),
              "uses": [name(p) for p in line.parents],
              **({"indices": [index.name for index in line.letters]} if line.letters else {})}
             for line in tape.lines]
    tangents = [{"of": name(t.line.v), "formula": shown(t.formula), "value": as_data(t.value)} for t in s.tangents]
    adjoints = [{"of": name(a.line.v), "value": as_data(a.value), "partials": [
        {"from": name(p.user), "formula": shown(p.formula), "value": as_data(p.value)}
        for p in a.partials]} for a in s.adjoints]
    counted = [{"way": way, "multiplications": c.multiplications, "additions": c.additions, "functions": c.functions}
               for way, _, c in s.operations]
    planned = {when: cost._asdict() for when, cost in zip(("before", "after"), s.costs, strict=False)} or None
    check = None if s.check is None else {"ok": s.check.ok, "count": s.check.count,
                                          "max_rel_error": machine.finite(s.check.max_rel_error)}
    return {**machine.posed(problem), "trace": {"mode": s.mode or None, "wrt": s.wrt or None, "value": as_data(value),
            "lines": lines, "tangents": tangents, "adjoints": adjoints, "operations": counted, "plan": planned,
            "check": check}}


def value_shape(value: Any) -> tuple[int, ...]:
    """The lengths of the axes of a value, () for a number."""
    import numpy as np

    return np.shape(notation.stacked(value))


Cell = Callable[[str], str]  # spells itself in a dialect


class Sheet(NamedTuple):
    """Rows of cells under heads; `formulas` are the columns that read name = formula."""

    heads: tuple[Cell, ...]
    rows: list[tuple[Cell, ...]]
    formulas: frozenset[int] = frozenset()


def _word(text: str) -> Cell:
    """A cell without a formula."""
    return lambda dialect: _phrase(dialect, (False, text))


def _phrase(dialect: str, *parts: tuple[bool, str]) -> str:
    """Words with formulas between them."""
    markup = dialect_named(dialect).markup
    return markup.phrase(parts) if markup else "".join(text for _, text in parts)


def _equation(name: Expr, formula: Expr) -> Cell:
    return lambda dialect: dialect_named(dialect).filled("equation", said(name, dialect), said(formula, dialect))


def _value(x: Any) -> Cell:
    return _word(notation.value(x))


def _has_arrays(trace: Trace) -> bool:
    return any(not line.v.is_scalar or line.letters for line in trace.tape.lines)


def _shaped(trace: Trace, shape: str) -> list[Cell]:
    return [_word(shape)] if _has_arrays(trace) else []


def _evaluation_sheet(trace: Trace) -> Sheet:
    """v = formula, shape, value."""
    tape, values = trace.tape, trace.values
    rows = [(_equation(tape.member(line.v), tape.formula(line)), *_shaped(trace, notation.shape(values[line.v])),
             _value(values[line.v])) for line in tape.lines]
    return Sheet((_word("evaluation trace"), *_shaped(trace, "shape"), _word("value")), rows, frozenset({0}))


def _tangents_sheet(tape: Tape, found: Sequence[Tangent], wrt: Expr) -> Sheet:
    """v̇ = formula, value."""
    rows: list[tuple[Cell, ...]] = [
        (_equation(t.name, tape.lettered(t.formula)), _value(t.value)) for t in found]

    def head(dialect: str) -> str:
        return _phrase(dialect, (False, "tangents, "), (True, said(wrt, dialect)), (False, " moving"))

    return Sheet((head, _word("value")), rows, frozenset({0}))


def _side_by_side(left: Sheet, right: Sheet) -> Sheet:
    rows = [(*a, *b) for a, b in zip(left.rows, right.rows, strict=True)]
    formulas = left.formulas | {len(left.heads) + i for i in right.formulas}
    return Sheet((*left.heads, *right.heads), rows, formulas)


def _reverse_sheet(trace: Trace, adjoints: Sequence[Adjoint]) -> Sheet:
    """The last line first; an adjoint with several users is the sum of what comes back from each."""
    rows: list[tuple[Cell, ...]] = []
    tape = trace.tape
    for adjoint in adjoints:
        shape = _shaped(trace, notation.shape(adjoint.value))
        rows.append((_adjoint(trace, adjoint), *shape, _value(adjoint.value)))
        if len(adjoint.partials) > 1:
            rows += [(_part(adjoint.name, tape.number(p.user), tape.lettered(p.formula)), *shape, _value(p.value))
                     for p in adjoint.partials]
    heads = (_word("adjoints, last line first"), *_shaped(trace, "shape"), _word("value"))
    return Sheet(heads, rows, frozenset({0}))


def _part(name: Expr, user: int, formula: Expr) -> Cell:
    return lambda d: dialect_named(d).filled("part of", notation.flow(name, user, d), said(formula, d))


def _adjoint(trace: Trace, adjoint: Adjoint) -> Cell:
    """v̄ = formula, or the sum of its parts, in numbers where they are numbers."""
    name, line = adjoint.name, adjoint.line
    if not adjoint.partials:
        start = "1" if line.v is trace.tape.result else "0"
        return lambda d: dialect_named(d).filled("equation", said(name, d), dialect_named(d).numerals(start))
    if len(adjoint.partials) == 1:
        return _equation(name, trace.tape.lettered(adjoint.partials[0].formula))
    users = [trace.tape.number(p.user) for p in adjoint.partials]
    is_number = line.v.is_scalar and not line.letters
    numbers = _added([notation.number(p.value) for p in adjoint.partials]) if is_number else ""

    def shown(d: str) -> str:
        known = dialect_named(d)
        flows = known.joins["plus"].join(notation.flow(name, k, d) for k in users)
        whole = known.filled("equation", said(name, d), flows)
        return known.filled("equation", whole, known.numerals(numbers)) if numbers else whole

    return shown


def _added(numbers: list[str]) -> str:
    """-0.284 + 2, and 2 - 0.284."""
    return " + ".join(numbers).replace("+ -", "- ")


def _operations_sheet(counted: Sequence[tuple[str, str, Count]]) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        tuple(map(_word, (way, what, *map(str, (c.multiplications, c.additions, c.functions, c.total)))))
        for way, what, c in counted]
    return Sheet(tuple(map(_word, ("operations for the gradient", "", "· and ÷", "+ and −", "functions", "all"))), rows)


def _costs_sheet(found: Sequence[Cost]) -> Sheet:
    ways = ("as the formulas stand", "as they are planned")
    rows: list[tuple[Cell, ...]] = [tuple(map(_word, (way, str(c.flops), str(c.bytes))))
                                    for way, c in zip(ways, found, strict=True)]
    heads = ("a program for value and gradient", "operations", "bytes at one time")
    return Sheet(tuple(map(_word, heads)), rows)


def as_text(sheet: Sheet, dialect: str) -> list[str]:
    """The lines of a table in columns, not indented."""
    cells = [[cell(dialect) for cell in row] for row in sheet.rows]
    rows = [row[2:] for row in table([[head(dialect) for head in sheet.heads], *cells], gap=3)]
    return list(map(dialect_named(dialect).signs, rows))


def as_markdown(sheet: Sheet) -> str:
    """A table of Markdown, its formulas in Unicode."""
    dialect = Terminal().dialect
    rows = [[_escaped(cell(dialect)) for cell in row] for row in sheet.rows]
    lines = [[_escaped(head(dialect)) for head in sheet.heads], ["---"] * len(sheet.heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(text: str) -> str:
    return text.strip().replace("|", r"\|")


def as_markup(sheet: Sheet, dialect: str, markup: Markup) -> str:
    """A table for a document."""
    rows = [[(i in sheet.formulas, cell(dialect)) for i, cell in enumerate(row)] for row in sheet.rows]
    return markup.table([head(dialect) for head in sheet.heads], rows)
