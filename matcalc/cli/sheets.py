"""Tables of a trace: cells of formulas and values, spelled as text or for a document only when they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matcalc.cli.layout import table
from matcalc.printers.dialect import Markup
from matcalc.printers.dialects import dialect_named
from matcalc.tracing import notation
from matcalc.tracing.counts import Count
from matcalc.tracing.modes import Adjoint, Tangent
from matcalc.tracing.notation import said
from matcalc.tracing.traced import Trace

_PLAIN = str.maketrans({"·": "*", "÷": "/", "−": "-", "×": "x"})
Cell = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells under heads; `equations` tells that the first columns read name = formula."""

    heads: tuple[Cell, ...]
    rows: list[tuple[Cell, ...]]
    formulas: frozenset[int] = frozenset()


def word(text: str) -> Cell:
    """A cell without a formula."""
    return lambda dialect: _phrase(dialect, (False, text))


def _phrase(dialect: str, *parts: tuple[bool, str]) -> str:
    """Words with formulas between them."""
    markup = dialect_named(dialect).markup
    return markup.phrase(parts) if markup else "".join(text for _, text in parts)


def _equation(name: Any, formula: Any) -> Cell:
    return lambda dialect: dialect_named(dialect).filled("equation", said(name, dialect), said(formula, dialect))


def _value(x: Any) -> Cell:
    return word(notation.value(x))


def _has_arrays(trace: Trace) -> bool:
    return any(not line.v.is_scalar for line in trace.tape.lines)


def _shaped(trace: Trace, shape: str) -> list[Cell]:
    return [word(shape)] if _has_arrays(trace) else []


def evaluation(trace: Trace) -> Sheet:
    """v = formula, shape, value."""
    rows = [(_equation(line.v, line.expr), *_shaped(trace, notation.shape(trace.values[line.v])),
             _value(trace.values[line.v])) for line in trace.tape.lines]
    return Sheet((word("evaluation trace"), *_shaped(trace, "shape"), word("value")), rows, frozenset({0}))


def tangents(found: Sequence[Tangent], wrt: Any) -> Sheet:
    """v̇ = formula, value."""
    rows: list[tuple[Cell, ...]] = [(_equation(t.name, t.formula), _value(t.value)) for t in found]

    def head(dialect: str) -> str:
        return _phrase(dialect, (False, "tangents, "), (True, said(wrt, dialect)), (False, " moving"))

    return Sheet((head, word("value")), rows, frozenset({0}))


def side_by_side(left: Sheet, right: Sheet) -> Sheet:
    rows = [(*a, *b) for a, b in zip(left.rows, right.rows, strict=True)]
    formulas = left.formulas | {len(left.heads) + i for i in right.formulas}
    return Sheet((*left.heads, *right.heads), rows, formulas)


def reverse(trace: Trace, adjoints: Sequence[Adjoint]) -> Sheet:
    """The last line first; an adjoint with several users is the sum of what comes back from each."""
    rows: list[tuple[Cell, ...]] = []
    for adjoint in adjoints:
        shape = _shaped(trace, notation.shape(adjoint.value))
        rows.append((_adjoint(trace, adjoint), *shape, _value(adjoint.value)))
        if len(adjoint.partials) > 1:
            users = [(p, trace.tape.number(p.user)) for p in adjoint.partials]
            rows += [(_part(adjoint, k, p.formula), *shape, _value(p.value)) for p, k in users]
    heads = (word("adjoints, last line first"), *_shaped(trace, "shape"), word("value"))
    return Sheet(heads, rows, frozenset({0}))


def _part(adjoint: Adjoint, user: int, formula: Any) -> Cell:
    return lambda d: dialect_named(d).filled("part of", notation.flow(adjoint.name, user, d), said(formula, d))


def _adjoint(trace: Trace, adjoint: Adjoint) -> Cell:
    """v̄ = formula, or the sum of its parts, in numbers where they are numbers."""
    if not adjoint.partials:
        start = "1" if adjoint.line.v is trace.tape.result else "0"
        return lambda d: dialect_named(d).filled("equation", said(adjoint.name, d), dialect_named(d).numerals(start))
    if len(adjoint.partials) == 1:
        return _equation(adjoint.name, adjoint.partials[0].formula)
    users = [trace.tape.number(p.user) for p in adjoint.partials]
    numbers = _added([notation.number(p.value) for p in adjoint.partials]) if adjoint.line.v.is_scalar else ""

    def shown(d: str) -> str:
        known = dialect_named(d)
        flows = known.joins["plus"].join(notation.flow(adjoint.name, k, d) for k in users)
        whole = known.filled("equation", said(adjoint.name, d), flows)
        return known.filled("equation", whole, known.numerals(numbers)) if numbers else whole

    return shown


def _added(numbers: list[str]) -> str:
    """-0.284 + 2, and 2 - 0.284."""
    return " + ".join(numbers).replace("+ -", "- ")


def operations(counted: Sequence[tuple[str, str, Count]]) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        tuple(map(word, (way, what, *map(str, (c.multiplications, c.additions, c.functions, c.total)))))
        for way, what, c in counted]
    return Sheet(tuple(map(word, ("operations for the gradient", "", "· and ÷", "+ and −", "functions", "all"))), rows)


def as_text(sheet: Sheet, dialect: str) -> list[str]:
    cells = [[cell(dialect) for cell in row] for row in sheet.rows]
    rows = [row[2:] for row in table([[head(dialect) for head in sheet.heads], *cells], gap=3)]
    return [row.translate(_PLAIN) for row in rows] if dialect == "ascii" else rows


def as_markdown(sheet: Sheet) -> str:
    rows = [[_escaped(cell("unicode")) for cell in row] for row in sheet.rows]
    lines = [[_escaped(head("unicode")) for head in sheet.heads], ["---"] * len(sheet.heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escaped(text: str) -> str:
    return text.strip().replace("|", r"\|")


def as_markup(sheet: Sheet, dialect: str, markup: Markup) -> str:
    """A table for a document."""
    rows = [[(i in sheet.formulas, cell(dialect)) for i, cell in enumerate(row)] for row in sheet.rows]
    return markup.table([head(dialect) for head in sheet.heads], rows)
