"""Forward and reverse mode on a trace: v̇ = Σ ∂v/∂p ṗ pushed on, p̄ = Σ (∂v/∂p)* v̄ pulled back, line by line.

Formulas are symbols, the differential of one operation and its transposition; values are these formulas evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcalc.algebra import num, ones, tangent, zeros
from matcalc.calculus.adjoint import pull_back
from matcalc.calculus.differential import NoDifferentialError, differential
from matcalc.core.expr import ZEROS, Expr
from matcalc.diagnostics import NoRuleError, fail
from matcalc.numeric.evaluate import run, silence
from matcalc.numeric.sizes import Sizes
from matcalc.printers import unicode_text
from matcalc.tracing.operations import Line, Tape

DOT, BAR = "\u0307", "\u0304"
Values = dict[Expr, Any]


@dataclass(frozen=True, slots=True)
class Tangent:
    """v̇ of one line: its formula in values and earlier tangents, and its value."""

    line: Line
    name: Expr
    formula: Expr
    value: Any


@dataclass(frozen=True, slots=True)
class Partial:
    """What the line `user` sends back to one of its operands."""

    user: Expr
    formula: Expr
    value: Any


@dataclass(frozen=True, slots=True)
class Adjoint:
    """v̄ of one line: the sum over the lines that use it; the result itself starts with one."""

    line: Line
    name: Expr
    partials: list[Partial]
    value: Any


def compute(lines: Iterable[Line], known: Mapping[Expr, Any], sizes: Sizes) -> Values:
    """The value of every line; what `known` gives, inputs or others, stays."""
    values = dict(known)
    with silence():
        for line in lines:
            if line.v not in values:
                values[line.v] = values[line.expr] if line.is_input else _run(line.expr, values, sizes, line)
    return values


def _run(e: Expr, values: Mapping[Expr, Any], sizes: Sizes, line: Line) -> Any:
    try:
        return run(e, values, sizes)
    except np.linalg.LinAlgError as problem:
        raise fail("M0805", f"{unicode_text(line.v)} = {unicode_text(line.expr)} has no value: {problem}") from None


def defined(tape: Tape, values: Values) -> Line | None:
    """The first line whose value is not finite."""
    return next((line for line in tape.lines if not np.isfinite(values[line.v]).all()), None)


def forward(tape: Tape, directions: Mapping[Expr, Any], values: Values, sizes: Sizes) -> list[Tangent]:
    """The tangents of all lines along `directions`, one for each input that moves."""
    found: list[Tangent] = []
    moving: dict[Expr, Expr] = {}
    known = dict(values)
    with silence():
        for line in tape.lines:
            formula = _tangent_formula(tape, line, directions, moving)
            name = tape.marked(line.v, DOT)
            value = directions[line.v] if line.v in directions else run(formula, known, sizes)
            known[name] = value
            if formula.kind is not ZEROS and formula is not num(0):
                moving[line.v] = name
            found.append(Tangent(line, name, formula, value))
    return found


def _tangent_formula(tape: Tape, line: Line, directions: Mapping[Expr, Any], moving: Mapping[Expr, Expr]) -> Expr:
    if line.is_input:
        return num(1) if line.v.is_scalar and line.v in directions else \
            ones(*line.v.shape) if line.v in directions else zeros(*line.v.shape)
    return _differential(tape, line, {p: moving[p] for p in line.parents if p in moving})


def _differential(tape: Tape, line: Line, seeds: dict[Expr, Expr]) -> Expr:
    """The differential of one operation; what no rule covers is refused with the line named."""
    try:
        return differential(line.expr, seeds, tape.book)
    except NoDifferentialError as gap:
        where = f"{unicode_text(line.v)} = {unicode_text(line.expr)}"
        raise fail("M0601", f"{gap.reason}, needed for {where}", error=NoRuleError) from None


def partial_formulas(tape: Tape, line: Line) -> dict[Expr, Expr]:
    """What one line sends back to each of its operands, in terms of its own adjoint."""
    tangents = {p: tangent("", p.shape, i) for i, p in enumerate(line.parents)}
    linear = _differential(tape, line, dict(tangents))
    parts = pull_back(linear, tape.marked(line.v, BAR))
    return {p: parts[leaf] for p, leaf in tangents.items() if leaf in parts}


def reverse(tape: Tape, values: Values, sizes: Sizes) -> list[Adjoint]:
    """The adjoints of all lines, the last one first."""
    arriving: dict[Expr, list[Partial]] = {line.v: [] for line in tape.lines}
    known = dict(values)
    found: list[Adjoint] = []
    with silence():
        for line in reversed(tape.lines):
            partials = arriving[line.v]
            name = tape.marked(line.v, BAR)
            value = np.float64(1.0) if line.v is tape.result else _total(line, partials, sizes)
            known[name] = value
            found.append(Adjoint(line, name, partials, value))
            for p, formula in partial_formulas(tape, line).items() if (partials or line.v is tape.result) else ():
                arriving[p].append(Partial(line.v, formula, run(formula, known, sizes)))
    return found


def _total(line: Line, partials: list[Partial], sizes: Sizes) -> Any:
    return sum((p.value for p in partials[1:]), partials[0].value) if partials else run(zeros(*line.v.shape), {}, sizes)
