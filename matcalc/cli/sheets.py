"""Tables of a trace: cells of formulas and values, spelled as text, Markdown or LaTeX only when they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matcalc.cli.layout import table
from matcalc.tracing import showing
from matcalc.tracing.counts import Count
from matcalc.tracing.modes import Adjoint, Tangent
from matcalc.tracing.showing import said
from matcalc.tracing.trace import Trace

_PLAIN = str.maketrans({"·": "*", "÷": "/", "−": "-", "×": "x"})
Cell = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells under heads; `equations` tells that the first columns read name = formula."""

    heads: tuple[Cell, ...]
    rows: list[tuple[Cell, ...]]
    formulas: frozenset[int] = frozenset()


def word(text: str) -> Cell:
    return lambda dialect: text


def _equation(name: Any, formula: Any) -> Cell:
    return lambda dialect: f"{said(name, dialect)} = {said(formula, dialect)}"


def _value(x: Any) -> Cell:
    return lambda dialect: showing.value(x)


def _has_arrays(trace: Trace) -> bool:
    return any(not line.v.is_scalar for line in trace.tape.lines)


def _shaped(trace: Trace, shape: str) -> list[Cell]:
    return [word(shape)] if _has_arrays(trace) else []


def evaluation(trace: Trace) -> Sheet:
    """v = formula, shape, value."""
    rows = [(_equation(line.v, line.expr), *_shaped(trace, showing.shape(trace.values[line.v])),
             _value(trace.values[line.v])) for line in trace.tape.lines]
    return Sheet((word("evaluation trace"), *_shaped(trace, "shape"), word("value")), rows, frozenset({0}))


def tangents(found: Sequence[Tangent], wrt: Any) -> Sheet:
    """v̇ = formula, value."""
    rows: list[tuple[Cell, ...]] = [(_equation(t.name, t.formula), _value(t.value)) for t in found]

    def head(dialect: str) -> str:
        return f"tangents, {f'${said(wrt, dialect)}$' if dialect == 'latex' else said(wrt, dialect)} moving"

    return Sheet((head, word("value")), rows, frozenset({0}))


def side_by_side(left: Sheet, right: Sheet) -> Sheet:
    rows = [(*a, *b) for a, b in zip(left.rows, right.rows, strict=True)]
    formulas = left.formulas | {len(left.heads) + i for i in right.formulas}
    return Sheet((*left.heads, *right.heads), rows, formulas)


def reverse(trace: Trace, adjoints: Sequence[Adjoint]) -> Sheet:
    """The last line first; an adjoint with several users is the sum of what comes back from each."""
    rows: list[tuple[Cell, ...]] = []
    for adjoint in adjoints:
        shape = _shaped(trace, showing.shape(adjoint.value))
        rows.append((_adjoint(trace, adjoint), *shape, _value(adjoint.value)))
        if len(adjoint.partials) > 1:
            users = [(p, trace.tape.number(p.user)) for p in adjoint.partials]
            rows += [(_part(adjoint, k, p.formula), *shape, _value(p.value)) for p, k in users]
    heads = (word("adjoints, last line first"), *_shaped(trace, "shape"), word("value"))
    return Sheet(heads, rows, frozenset({0}))


def _part(adjoint: Adjoint, user: int, formula: Any) -> Cell:
    gap = {"latex": r"\quad "}
    return lambda d: f"{gap.get(d, '  ')}{showing.flow(adjoint.name, user, d)} = {said(formula, d)}"


def _adjoint(trace: Trace, adjoint: Adjoint) -> Cell:
    """v̄ = formula, or the sum of its parts, in numbers where they are numbers."""
    if not adjoint.partials:
        start = "1" if adjoint.line.v is trace.tape.result else "0"
        return lambda d: f"{said(adjoint.name, d)} = {start}"
    if len(adjoint.partials) == 1:
        return _equation(adjoint.name, adjoint.partials[0].formula)
    users = [trace.tape.number(p.user) for p in adjoint.partials]
    numbers = _added([showing.number(p.value) for p in adjoint.partials]) if adjoint.line.v.is_scalar else ""
    return lambda d: (f"{said(adjoint.name, d)} = " + " + ".join(showing.flow(adjoint.name, k, d) for k in users)
                      + (f" = {numbers}" if numbers else ""))


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


def as_latex(sheet: Sheet) -> str:
    """An array: formulas in mathematics, words upright."""
    rows = []
    for row in sheet.rows:
        cells = [cell("latex") if i in sheet.formulas else _upright(cell("latex")) for i, cell in enumerate(row)]
        rows.append(" & ".join(cells) + r" \\")
    heads = " & ".join(_upright(head("latex")) for head in sheet.heads) + r" \\ \hline"
    return "\n".join([r"\[", rf"\begin{{array}}{{{'l' * len(sheet.heads)}}}", heads, *rows, r"\end{array}", r"\]"])


def _upright(text: str) -> str:
    for sign, command in (("×", r"\times "), ("·", r"\cdot"), ("÷", r"\div"), ("−", "-")):
        text = text.replace(sign, f"${command}$")
    return rf"\text{{{text}}}" if any(c.isalpha() for c in text) else text.replace("$", "")
