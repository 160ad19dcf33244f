"""A formula traced at a point: its lines, their values, and the sweep that was asked for with its check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np

from matcalc.answer.applied import refuse_complex_values
from matcalc.answer.problem import Problem, pose
from matcalc.core.dims import names
from matcalc.core.expr import Expr
from matcalc.diagnostics import ContradictionError, InputError, fail
from matcalc.language.framing import refuse_asked
from matcalc.mime import Shown
from matcalc.numeric.draws import Array, draw
from matcalc.numeric.evaluate import bind
from matcalc.numeric.plain_draws import MODES
from matcalc.numeric.sizes import Sizes, dims_of, format_shape, sizes_for, stacked_shape
from matcalc.options import Dialect, Rules, Variables
from matcalc.printers import unicode_text
from matcalc.tracing import counts
from matcalc.tracing.costs import Cost, costs
from matcalc.tracing.modes import (
    Adjoint,
    Check,
    Tangent,
    Values,
    check_adjoints,
    check_tangents,
    compute,
    defined,
    forward,
    reverse,
)
from matcalc.tracing.stacking import stacked_tape
from matcalc.tracing.tape import Tape, tape_of
from matcalc.tracing.values import declarations, missing, unknown


@dataclass(frozen=True, slots=True)
class Trace(Shown):
    """The tape of `problem` with the value of every line."""

    problem: Problem
    tape: Tape
    values: Values
    sizes: Sizes

    def input(self, name: str) -> Expr:
        """The line of a variable."""
        return next(line.v for line in self.tape.inputs if line.expr.data.name == name)

    def forward(self, name: str) -> tuple[list[Tangent], Check]:
        """All tangents when the variable `name` moves: a scalar by one, all entries of an array by one."""
        v = self.input(name)
        directions = {v: np.ones_like(self.values[v])}
        tangents = forward(self.tape, directions, self.values, self.sizes)
        return tangents, _held(self, check_tangents(self.tape, self.values, self.sizes, tangents, directions))

    def reverse(self) -> tuple[list[Adjoint], Check]:
        """All adjoints of the scalar result. Raises InputError where it is no scalar."""
        if not self.tape.result.is_scalar:
            source, size = self.problem.source, format_shape(self.tape.result.shape)
            raise fail("M0504", f"adjoints belong to a scalar, and the result is {size}", source,
                       fixes=(f"sum({source})", "--mode forward"))
        if self.tape.result.data.axes:
            index = self.tape.letters(self.tape.result)[0].name
            raise fail("M0504", f"adjoints belong to a scalar, and the result depends on the index {index}",
                       self.problem.source, fixes=("--mode forward",))
        adjoints = reverse(self.tape, self.values, self.sizes)
        return adjoints, _held(self, check_adjoints(self.tape, self.values, self.sizes, adjoints))

    def counts(self, wrt: list[Expr]) -> list[tuple[str, str, counts.Count]]:
        """The operations of every way to the gradient by `wrt`."""
        def sweep(v: Expr) -> list[Tangent]:
            return forward(self.tape, {v: np.ones_like(self.values[v])}, self.values, self.sizes)

        return counts.table(self.tape, self.problem.settled(self.problem.f), wrt, self.sizes, sweep)

    def costs(self, wrt: list[Expr]) -> tuple[Cost, Cost]:
        """Of one program for the value and the gradient by `wrt`: as the formulas stand, and as they are planned."""
        return costs(self.tape, self.problem.settled(self.problem.f), wrt, self.sizes)


def traced(expr: str, given: Mapping[str, Array], *, random: Mapping[str, int] | None = None, seed: int = 0,
           wrt: tuple[str, ...] = (), variables: Variables = None, dialect: Dialect = "",
           rules: Rules = None) -> Trace:
    """The trace of `expr` at the values `given`; with `random` (sizes) variables without a value are drawn.

    Raises InputError for what cannot be read, values that are missing or do not fit, and points outside the domain.
    """
    problem, tape = taped(expr, given, wrt=wrt, variables=variables, dialect=dialect, rules=rules)
    values, sizes = _point(problem, tape, _named(problem, given), random, seed)
    return Trace(problem, tape, values, sizes)


def taped(expr: str, given: Mapping[str, Array], *, wrt: tuple[str, ...] = (),
          variables: Variables = None, dialect: Dialect = "", rules: Rules = None) -> tuple[Problem, Tape]:
    """The operations of `expr`, whose variables have the kinds that the values show, and no value yet."""
    def read(demand_scalar: bool, declared: Mapping[str, str]) -> Problem:
        return pose(expr, wrt, variables=declared, rules=rules, dialect=dialect, demand_scalar=demand_scalar)

    refuse_asked(expr)
    problem = _indexed(partial(read, False), given, variables or {}) or _read(
        lambda demand_scalar: read(demand_scalar, declarations(given, variables or {})))
    problem.refuse_without_value()
    refuse_complex_values(problem, "a trace or a graph")
    tape = stacked_tape(problem) if problem.is_summed else tape_of(problem.elaborated, problem.rulebook)
    tape = replace(tape, lines=[replace(li, expr=problem.settled(li.expr)) if li.is_input else li for li in tape.lines])
    unknown(_named(problem, given), [line.expr.data.name for line in tape.inputs], expr)
    return problem, tape


def _indexed(read: Callable[[Mapping[str, str]], Problem], given: Mapping[str, Array],
             declared: Mapping[str, str]) -> Problem | None:
    """A formula in index notation, in which values show the kinds of what is no family; None for any other formula."""
    if not given:
        return None
    try:
        problem = read(declared)
    except InputError:
        return None
    if problem.indexed is None:
        return None
    plain = {name: given[name] for name, info in problem.indexed.variables.items() if name in given and not info.axes}
    return read(declarations(plain, declared)) if plain else problem


def _named(problem: Problem, given: Mapping[str, Array]) -> dict[str, Array]:
    """Values under the names of the variables that are traced: of a family x under that of its matrix X."""
    return dict(given) if problem.indexed is None else problem.indexed.named(given)


def _read(read: Callable[[bool], Problem]) -> Problem:
    """Names that can only be scalars are scalars, where the formula makes no sense otherwise."""
    try:
        return read(False)
    except InputError as error:
        try:
            return read(True)
        except InputError:
            raise error from None


def _point(problem: Problem, tape: Tape, given: Mapping[str, Array], random: Mapping[str, int] | None,
           seed: int) -> tuple[Values, Sizes]:
    inputs = {line.expr.data.name: line.expr for line in tape.inputs}
    _known_sizes(random or {}, list(inputs.values()), problem.source)
    absent = [name for name in inputs if name not in given]
    if absent and random is None:
        _, found = bind({x: given[name] for name, x in inputs.items() if name in given}, None)
        raise missing({name: stacked_shape(inputs[name]) for name in absent}, found, problem.source)
    known, sizes = bind({x: given[name] for name, x in inputs.items() if name in given}, random)
    if not absent:
        return _finite(problem, tape, compute(tape.lines, known, sizes)), sizes
    rng, dims = np.random.default_rng(seed), dims_of(*inputs.values(), problem.f)
    for choice, mode in product(range(2), MODES):  # a wide matrix may have no value where a tall one has
        drawn_sizes = sizes_for(dims, choice, fixed=sizes)
        drawn = draw([inputs[name] for name in absent], rng, drawn_sizes, mode)
        values = compute(tape.lines, {**known, **drawn}, drawn_sizes)
        if defined(tape, values) is None:
            return values, drawn_sizes
    raise fail("M1005", "at no random point is every step defined; give values with --at", problem.source)


def _known_sizes(sizes: Mapping[str, int], inputs: list[Expr], source: str) -> None:
    """Refuse a size for what is no dimension."""
    dims = {name for x in inputs for dim in stacked_shape(x) for name in names(dim)}
    wrong = [name for name in sizes if name not in dims]
    if wrong:
        known = ", ".join(sorted(dims)) or "none"
        raise fail("M1003", f"{wrong[0]} is no dimension of this expression; its dimensions are: {known}", source,
                   fixes=tuple(f"--random {name}=4" for name in sorted(dims)))


def _finite(problem: Problem, tape: Tape, values: Values) -> Values:
    line = defined(tape, values)
    if line is None:
        return values
    raise fail("M1005", f"{tape.said(line)} has no finite value at this point",
               problem.source)


def _held(trace: Trace, check: Check) -> Check:
    """A refuted sweep is a mistake of matcalc's and is not shown."""
    if check.ok is False and check.where is not None:
        where = unicode_text(trace.tape.member(check.where))
        raise fail("M9001", f"the derivative that belongs to {where} fails its own check (relative error "
                   f"{check.max_rel_error:.0e}); this is a bug in matcalc, please report it",
                   trace.problem.source, error=ContradictionError)
    return check
