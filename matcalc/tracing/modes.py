"""Forward and reverse mode on a trace: v̇ = Σ ∂v/∂p ṗ pushed on, p̄ = Σ (∂v/∂p)* v̄ pulled back, line by line.

Formulas are symbols, the differential of one operation and its transposition; values are these formulas evaluated.
Every tangent and every adjoint is held against central differences of the trace itself: to check v̄ the value of the
line is moved and what follows is computed again; to check v̇ the inputs are moved. Several steps are tried and the best
one counts, because none suits every function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcalc.algebra import multiply, num, ones, power, substitute, tangent, trace, transpose, zeros
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.adjoint import gradient, pull_back
from matcalc.calculus.differential import NoDifferentialError, differential
from matcalc.calculus.gathering import summed
from matcalc.core.expr import ZEROS, Expr, postorder
from matcalc.core.indices import Index
from matcalc.core.parts import base_and_exponent
from matcalc.diagnostics import MatcalcError, NoRuleError, fail
from matcalc.numeric.evaluate import ordered, run, silence
from matcalc.numeric.sizes import Sizes
from matcalc.printers import unicode_text
from matcalc.tracing.tape import Line, Tape

DOT, BAR = "\u0307", "\u0304"
Values = dict[Expr, Any]
STEPS = (1e-3, 1e-4, 1e-5, 1e-6)
TOLERANCE = 1e-5
ENTRYWISE = 36  # larger values are moved along random directions instead of entry by entry
DIRECTIONS = 3
MOST_LINES = 250  # of longer traces only the inputs are checked


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
                values[line.v] = values[line.expr] if line.is_input else _run(line, values, sizes)
    return values


def _run(line: Line, values: Mapping[Expr, Any], sizes: Sizes) -> Any:
    try:
        return _value(line.expr, line.letters, values, sizes)
    except np.linalg.LinAlgError as problem:
        raise fail("M0805", f"{unicode_text(line.v)} = {unicode_text(line.expr)} has no value: {problem}") from None


def _value(e: Expr, letters: Sequence[Index], values: Mapping[Expr, Any], sizes: Sizes) -> Any:
    """The value of a formula for all values of the indices `letters`."""
    return ordered(e, run(e, values, sizes), sizes, letters)


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
            dot = tape.marked(line.v, DOT)
            moved = directions.get(line.v)
            known[dot] = value = _value(formula, line.letters, known, sizes) if moved is None else moved
            if formula.kind is not ZEROS and formula is not num(0):
                moving[line.v] = dot
            found.append(Tangent(line, tape.member(line.v, DOT), formula, value))
    return found


def _tangent_formula(tape: Tape, line: Line, directions: Mapping[Expr, Any], moving: Mapping[Expr, Expr]) -> Expr:
    if line.is_input:
        return num(1) if line.v.is_scalar and line.v in directions else \
            ones(*line.v.shape) if line.v in directions else zeros(*line.v.shape)
    return _computed(tape, line, _differential(tape, line, {p: moving[p] for p in line.parents if p in moving}))


def _differential(tape: Tape, line: Line, seeds: dict[Expr, Expr]) -> Expr:
    """The differential of one operation; what no rule covers is refused with the line named."""
    try:
        return differential(line.expr, seeds, tape.book)
    except NoDifferentialError as gap:
        raise _no_rule(tape, line, gap) from None


def _no_rule(tape: Tape, line: Line, gap: NoDifferentialError) -> MatcalcError:
    return fail("M0601", f"{gap.reason}, needed for {tape.said(line)}", error=NoRuleError)


def partial_formulas(tape: Tape, line: Line) -> dict[Expr, Expr]:
    """What one line sends back to each of its operands, in terms of its own adjoint and of what has been computed."""
    return {p: _computed(tape, line, formula) for p, formula in _partials(tape, line).items()}


def _computed(tape: Tape, line: Line, formula: Expr) -> Expr:
    """A formula with v₆ for the tanh(v₅) that a line has computed, and with powers of v₆ for others of what it is a
    power of: d(1/v) = −v₆² dv."""
    known = {one.expr: one.v for one in tape.lines if not one.is_input and not one.letters}
    known[line.expr] = tape.member(line.v)
    base, k = base_and_exponent(line.expr)
    for part in postorder(formula) if k not in (0, 1) else ():
        of, q = base_and_exponent(part)
        if of is base and q != k and (q / k).denominator == 1 and not line.letters:
            known[part] = power(line.v, num(q / k))
    return substitute(formula, known)


def _partials(tape: Tape, line: Line) -> dict[Expr, Expr]:
    if any(x.data.axes for x in (line.v, *line.parents)):
        return _stacked_partials(tape, line)
    tangents = {p: tangent("", p.shape, i) for i, p in enumerate(line.parents)}
    linear = _differential(tape, line, dict(tangents))
    parts = pull_back(linear, tape.marked(line.v, BAR))
    return {p: parts[leaf] for p, leaf in tangents.items() if leaf in parts}


def _stacked_partials(tape: Tape, line: Line) -> dict[Expr, Expr]:
    """The same where indices occur: the derivative of Σ ⟨v̄, v⟩ over those of the line, by a member of the operand."""
    here = multiply(transpose(tape.member(line.v, BAR)), line.expr)
    total = summed(trace(here), line.letters)
    try:
        found = {p: gradient(total, p, tape.book, tape.letters(p)) for p in line.parents}
    except NoDifferentialError as gap:
        raise _no_rule(tape, line, gap) from None
    return {p: g for p, g in found.items() if not is_zero(g)}


def reverse(tape: Tape, values: Values, sizes: Sizes) -> list[Adjoint]:
    """The adjoints of all lines, the last one first."""
    arriving: dict[Expr, list[Partial]] = {line.v: [] for line in tape.lines}
    known = dict(values)
    found: list[Adjoint] = []
    with silence():
        for line in reversed(tape.lines):
            partials = arriving[line.v]
            value = np.float64(1.0) if line.v is tape.result else _total(line, partials, sizes)
            known[tape.marked(line.v, BAR)] = value
            found.append(Adjoint(line, tape.member(line.v, BAR), partials, value))
            for p, formula in partial_formulas(tape, line).items() if (partials or line.v is tape.result) else ():
                arriving[p].append(Partial(line.v, formula, _value(formula, tape.letters(p), known, sizes)))
    return found


def _total(line: Line, partials: list[Partial], sizes: Sizes) -> Any:
    if partials:
        return sum((p.value for p in partials[1:]), partials[0].value)
    return _value(zeros(*line.v.shape), line.letters, {}, sizes)


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` is None where the differences do not settle, as at a kink; `where` is the line with the largest error."""

    ok: bool | None
    count: int
    max_rel_error: float
    where: Expr | None = None


def check_adjoints(tape: Tape, values: Values, sizes: Sizes, adjoints: Iterable[Adjoint]) -> Check:
    """⟨v̄, direction⟩ against the change of the result when v moves along the direction."""
    rng = np.random.default_rng(0)
    wanted = [a for a in adjoints if len(tape.lines) <= MOST_LINES or a.line.is_input]
    results = []
    for adjoint in wanted:
        v = adjoint.line.v
        lines = tape.lines[tape.number(v):]
        known = [*tape.lines[:tape.number(v)], *tape.inputs]
        earlier = {line.v: values[line.v] for line in known}
        errors = []
        for direction in _directions(values[v], rng):
            slopes = _Slopes(lines, earlier, {v: direction}, sizes)
            errors.append(slopes.error(tape.result, float(np.sum(adjoint.value * direction))))
        results.append((v, errors))
    return _judged(results)


def check_tangents(tape: Tape, values: Values, sizes: Sizes, tangents: Iterable[Tangent],
                   directions: Mapping[Expr, Any]) -> Check:
    """v̇ against the change of v when the inputs move along `directions`."""
    inputs = {line.v: values[line.v] for line in tape.inputs}
    slopes = _Slopes(tape.lines, inputs, directions, sizes)
    return _judged([(t.line.v, [slopes.error(t.line.v, t.value)]) for t in tangents])


def _directions(value: Any, rng: np.random.Generator) -> Iterator[Any]:
    if np.ndim(value) == 0:
        yield np.float64(1.0)
    elif value.size <= ENTRYWISE:
        for i in range(value.size):
            unit = np.zeros(value.size)
            unit[i] = 1.0
            yield unit.reshape(value.shape)
    else:
        for _ in range(DIRECTIONS):
            yield rng.standard_normal(value.shape)


class _Slopes:
    """The trace computed again on both sides of the point, once for each step."""

    def __init__(self, lines: Sequence[Line], earlier: Values, directions: Mapping[Expr, Any], sizes: Sizes) -> None:
        moved = max(_largest(earlier[v]) for v in directions)
        self.steps = [h * max(1.0, min(moved, 1e3)) for h in STEPS]
        self.sides = [[compute(lines, _shift(earlier, directions, s * h), sizes) for s in (1, -1)] for h in self.steps]
        self.middle = compute(lines, earlier, sizes)

    def error(self, v: Expr, claimed: Any) -> tuple[float, bool]:
        """The smallest relative error over the steps, and whether the two sides have different slopes."""
        found = []
        for h, (above, below) in zip(self.steps, self.sides, strict=True):
            central = (above[v] - below[v]) / (2 * h)
            size = max(_largest(central), _largest(claimed), 1e-4 * _largest(self.middle[v]), 1e-8)
            found.append(_largest(central - claimed) / size if np.isfinite(central).all() else np.inf)
        return min(found), self._kinked(v)

    def _kinked(self, v: Expr) -> bool:
        """The slopes to the right and to the left stay apart at the smallest step."""
        (above, below), h = self.sides[-1], self.steps[-1]
        right, left = (above[v] - self.middle[v]) / h, (self.middle[v] - below[v]) / h
        apart = _largest(right - left)
        return not np.isfinite(apart) or apart > 1e-3 * max(_largest(right), 1e-8)


def _largest(value: Any) -> float:
    return float(np.max(np.abs(value)))


def _shift(values: Values, directions: Mapping[Expr, Any], h: float) -> Values:
    return {**values, **{v: values[v] + h * direction for v, direction in directions.items()}}


def _judged(results: list[tuple[Expr, list[tuple[float, bool]]]]) -> Check:
    errors = [(error, v, kinked) for v, row in results for error, kinked in row]
    smooth = [(error, v) for error, v, kinked in errors if error <= TOLERANCE or not kinked]
    worst = max(smooth, key=lambda pair: pair[0], default=(0.0, None))
    kink = next((v for error, v, kinked in errors if error > TOLERANCE and kinked), None)
    if worst[0] > TOLERANCE:
        return Check(False, len(results), worst[0], worst[1])
    return Check(None if kink is not None else True, len(results), worst[0], kink or worst[1])
