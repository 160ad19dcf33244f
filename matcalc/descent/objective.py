"""What is minimised, a formula with its derived gradients at data, and the way down so far.

Value and gradients are evaluated together on one shared graph. Parameters of any shapes are one long vector of free
numbers, as optimisers want them; charts make of it what keeps the declared structures. The Hessian is an operator,
V ↦ d(∇f)[V].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from matcalc import api
from matcalc.algebra.conjugation import is_real
from matcalc.answer.precise import exactly
from matcalc.answer.problem import Problem
from matcalc.answer.stacks import Indexed
from matcalc.calculus.differential import differential, seed
from matcalc.core.dims import Dim
from matcalc.core.dims import names as dim_names
from matcalc.core.expr import Expr
from matcalc.core.indices import Index
from matcalc.derivation import Derivation
from matcalc.descent.charts import Chart
from matcalc.descent.complex_charts import ComplexChart
from matcalc.descent.curvature import Spectrum, spectrum
from matcalc.descent.families_given import as_typed, chart, checked, inside, outside, table_shape, undeclared
from matcalc.diagnostics import NoRuleError, fail
from matcalc.language.framing import refuse_asked
from matcalc.numeric.draws import Array, project
from matcalc.numeric.evaluate import bind, programs, silence
from matcalc.numeric.programs import Programs
from matcalc.numeric.sizes import format_shape, solve, stacked_shape
from matcalc.tracing.tape import used
from matcalc.tracing.values import declarations, missing, unknown

Vector = npt.NDArray[np.float64]
BLOWN = 1e8  # a value so many times the first one is a divergence


class DivergedError(Exception):
    """The value is no number, or beyond all bounds."""


class BottomlessError(Exception):
    """The value fell below every number."""


@dataclass(slots=True)
class Objective:
    """f with its gradients by `wrt` at data; counts what it computes and remembers the last point."""

    f: Expr
    wrt: list[Expr]
    gradients: list[Derivation]
    data: dict[Expr, Any]
    sizes: dict[str, int]
    charts: dict[Expr, Chart | ComplexChart]
    evaluations: int = 0
    products: int = 0
    first: float | None = None
    last: tuple[Vector, float, Vector] | None = None
    second: list[Expr] = field(default_factory=list)
    bends: tuple[Vector, Spectrum] | None = None
    members: dict[Expr, tuple[Index, ...]] = field(default_factory=dict)  # of families the indices of their gradients
    names: dict[Expr, str] = field(default_factory=dict)  # as they were typed
    programs: Programs = field(default_factory=programs)

    def parts(self, w: Vector) -> dict[Expr, Vector]:
        """The free numbers of each parameter."""
        ends = np.cumsum([chart.size for chart in self.charts.values()])[:-1]
        return dict(zip(self.charts, np.split(w, ends), strict=True))

    def unpack(self, w: Vector) -> dict[Expr, Any]:
        """The parameters in their shapes, from one long vector."""
        with silence():
            return {x: inside(x, self.charts[x].value(t), self.sizes) for x, t in self.parts(w).items()}

    def pack(self, values: Sequence[Any]) -> Vector:
        """Free numbers that give these parameters."""
        pairs = zip(self.charts.values(), values, strict=True)
        return np.concatenate([chart.back(np.reshape(v, chart.shape)) for chart, v in pairs])

    def compute(self, roots: Sequence[Expr], leaves: Mapping[Expr, Any]) -> list[Any]:
        """The values of `roots`, common parts once."""
        with silence():
            run = self.programs.program(*roots).at({**self.data, **leaves}, self.sizes)
        return [run[root] for root in roots]

    def __call__(self, w: Vector) -> tuple[float, Vector]:
        """The value and the gradient. Raises DivergedError where they are no numbers."""
        if self.last is not None and np.array_equal(self.last[0], w):
            return self.last[1], self.last[2]
        self.evaluations += 1
        try:
            value, *found = self.compute([self.f, *(d.computed for d in self.gradients)], self.unpack(w))
            found = self._tables([d.computed for d in self.gradients], found)
        except np.linalg.LinAlgError:
            raise DivergedError from None
        value = np.real(value)
        if value == -np.inf:
            raise BottomlessError
        g = self._pulled(w, found)
        self.first = float(value) if self.first is None else self.first
        if not np.isfinite([value, *g]).all() or value > BLOWN * max(1.0, abs(self.first)):
            raise DivergedError
        self.last = w.copy(), float(value), g
        return float(value), g

    def _pulled(self, w: Vector, gradients: Sequence[Any]) -> Vector:
        """The gradient by the free numbers, from those by the parameters."""
        pairs = zip(self.parts(w).items(), gradients, strict=True)
        with silence():
            found = [self.charts[x].pull(t, np.atleast_2d(g if x.complex else np.real(g))) for (x, t), g in pairs]
        return np.asarray(np.concatenate(found), dtype=float)

    def _tables(self, roots: Sequence[Expr], values: Sequence[Any]) -> list[Any]:
        """Values of gradients, by families as tables."""
        triples = zip(self.wrt, roots, values, strict=True)
        return [outside(e, value, self.members.get(x, ()), self.sizes) for x, e, value in triples]

    def slopes(self, w: Vector) -> list[tuple[Chart | ComplexChart, Any]]:
        """The gradients by the parameters themselves, within a linear structure, with their charts."""
        roots = [d.computed for d in self.gradients]
        found = self._tables(roots, self.compute(roots, self.unpack(w)))
        return list(zip(self.charts.values(), found, strict=True))

    def value(self, w: Vector) -> float:
        """The value alone, counted."""
        self.evaluations += 1
        return self.look(w)

    def look(self, w: Vector) -> float:
        """The value, or not a number where there is none."""
        try:
            return float(np.real(self.compute([self.f], self.unpack(w))[0]))
        except np.linalg.LinAlgError:
            return float("nan")

    def product(self, w: Vector, v: Vector) -> Vector:
        """The Hessian operator: the differential of the gradients in the direction `v`."""
        if not self.second:
            seeds = {x: seed(x) for x in self.wrt}
            self.second = [differential(d.computed, seeds, exactly(d.problem).rulebook) for d in self.gradients]
        self.products += 1
        at, along = self.parts(w), self.parts(v)
        moves = {seed(x): inside(x, self.charts[x].push(t, along[x]), self.sizes) for x, t in at.items()}
        try:
            found = self._tables(self.second, self.compute(self.second, {**self.unpack(w), **moves}))
        except np.linalg.LinAlgError:
            return np.full_like(w, np.nan)
        bent = self._bent([x for x in at if not self.charts[x].is_linear], w, v)
        turned = np.concatenate([bent.get(x, np.zeros(len(t))) for x, t in at.items()])
        return np.asarray(self._pulled(w, found) + turned)

    def spectrum(self, w: Vector) -> Spectrum:
        """The spectrum of the Hessian at `w`, the last one remembered."""
        if self.bends is None or not np.array_equal(self.bends[0], w):
            found = spectrum(lambda v: self.product(w, v), len(w), np.random.default_rng(0))
            self.bends = w.copy(), found
        return self.bends[1]

    def _bent(self, xs: Sequence[Expr], w: Vector, v: Vector) -> dict[Expr, Vector]:
        """What charts that are not linear add to a Hessian product."""
        if not xs:
            return {}
        at, along = self.parts(w), self.parts(v)
        gradients = dict(zip(self.wrt, (g for _, g in self.slopes(w)), strict=True))
        return {x: self.charts[x].turn(at[x], along[x], np.atleast_2d(gradients[x])) for x in xs}


def objective(expr: str, wrt: Sequence[str], data: Mapping[str, Array], start: Mapping[str, Array], *,
              sizes: Mapping[str, int] | None = None, random: int = 0, away: Mapping[str, Array] | None = None,
              **reading: Any) -> tuple[Objective, Vector]:
    """The function to minimise, and where to start: `start`, else zeros for vectors and small random matrices.

    Of data that stay `away` only the shapes count: the objective has no values for them. Raises InputError for what
    cannot be read or is no scalar, and for values that are missing or do not fit.
    """
    refuse_asked(expr)
    said, away = reading.get("variables") or {}, away or {}
    reading["variables"] = {**said, **declarations(undeclared({**data, **start, **away}, said), said)}
    gradients = [api.grad(expr, name, **{**reading, "convention": "real-pair"}) for name in wrt]
    problem = gradients[0].problem
    if not is_real(problem.settled(problem.f)):
        raise fail("M1533", "the value is not certainly real, and only what is real has a minimum", expr,
                   error=NoRuleError)
    problem.refuse_without_value()
    names = {name: problem.settled(problem.variables[name].expr) for name in used(problem.elaborated)}
    asked = problem.indexed
    typed = list(names) if asked is None else used(asked.read)
    unknown([*data, *start, *away], typed, expr)
    data, start, away = (values if asked is None else asked.named(values) for values in (data, start, away))
    unknowns = [d.problem.settled(d.problem.wrt[0]) for d in gradients]
    for x in unknowns:
        chart(x, None, expr)  # refuses what is not kept before anything is asked for
    sizes = {**(sizes or {}), **sizes_of({names[name]: value for name, value in away.items()})}
    known, found = _bound(names, unknowns, {**data, **start}, {**data, **away}, problem, sizes)
    for x, value in known.items():
        checked(x, value, "start" if x in unknowns else "value", expr)
    given = {x: value for x, value in known.items() if x in unknowns}
    charts = {x: chart(x, found, expr) for x in unknowns}
    members = {x: d.problem.indexed.axes("gradient")[1] for x, d in zip(unknowns, gradients, strict=True)
               if d.problem.is_summed and d.problem.indexed}
    f = Objective(problem.settled(problem.f), unknowns, gradients, known, found, charts, members=members,
                  names=_names(gradients))
    rng = np.random.default_rng(random)
    w = f.pack([given[x] if x in given else _start(x, table_shape(x, found), rng) for x in unknowns])
    for x in given:
        _check_start(f, x, given[x], w, expr)
    return f, w


def sizes_of(away: Mapping[Expr, Array]) -> dict[str, int]:
    """The sizes that the shapes of data tell. Raises InputError where a shape does not fit."""
    equations: list[tuple[Dim, int]] = []
    for x, value in away.items():
        whole = stacked_shape(x)
        kept = [*whole[:-2], *(d for d in whole[-2:] if d != 1)]
        if value.ndim != len(kept) and value.shape != tuple(whole):
            raise fail("M0804", f"{x.data.name} is {format_shape(whole)}, its value has {value.ndim} axes")
        equations += zip(kept if value.ndim == len(kept) else whole, value.shape, strict=True)
    found, wrong = solve(equations, {})
    if wrong:
        raise fail("M0804", f"the shapes of the data do not fit: {wrong[0][0]} is {wrong[0][1]} in one place, and "
                   "another number in another")
    return found


def _bound(names: Mapping[str, Expr], unknowns: Sequence[Expr], values: Mapping[str, Array],
           data: Mapping[str, Array], problem: Problem, sizes: Mapping[str, int] | None) -> tuple[Any, dict[str, int]]:
    """The values of variables in internal form, and all sizes. Raises InputError where one is missing."""
    absent = [name for name, x in names.items() if x not in unknowns and name not in data]
    known, found = bind({names[name]: value for name, value in values.items()}, sizes)
    if absent:
        shapes = {_typed_name(problem.indexed, name): as_typed(names[name]) for name in absent}
        raise missing(shapes, found, problem.typed_source, "--data")
    open_sizes = sorted({name for x in names.values() for dim in stacked_shape(x)
                         for name in dim_names(dim)} - set(found))
    if open_sizes:
        fix = f"--size {open_sizes[0]}=3"
        raise fail("M1002", f"the size {open_sizes[0]} is not known", problem.typed_source, fixes=(fix,))
    return known, found


def _check_start(f: Objective, x: Expr, given: Any, w: Vector, expr: str) -> None:
    """A start outside the declared structure is no start."""
    with silence():
        kept = np.allclose(f.unpack(w)[x], given, rtol=1e-8, atol=1e-12)
    if not kept:
        name, word = x.data.name, f.charts[x].keeps
        raise fail("M1010", f"the start of {name} is not {word}, as {name} is declared", expr)


def _typed_name(asked: Indexed | None, name: str) -> str:
    """The name of the family that a matrix holds."""
    held = {} if asked is None else {info.name: family for family, info in asked.stacks.items()}
    return held.get(name, name)


def _names(gradients: Sequence[Derivation]) -> dict[Expr, str]:
    """What the parameters are called by whoever typed them: x, where the rows of X are the members of x."""
    found = {}
    for d in gradients:
        x, asked = d.problem.settled(d.problem.wrt[0]), d.problem.indexed
        found[x] = x.data.name if asked is None else asked.targets[0].whole.data.name
    return found


def _start(x: Expr, shape: tuple[int, int], rng: np.random.Generator) -> Any:
    """A point of the declared structure. Equal columns of a weight matrix would stay equal, so these are random."""
    if {"positive", "nonnegative"} & x.data.props:
        start = np.ones(shape)
    elif {"spd", "psd", "invertible"} & x.data.props:
        start = np.eye(*shape)
    elif 1 in shape:
        start = np.zeros(shape)
    else:
        start = rng.standard_normal(shape) / np.sqrt(shape[0])
        start = start + 1j * rng.standard_normal(shape) / np.sqrt(shape[0]) if x.complex else start
    return project(start, start, x.data.props)


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the way."""

    step: int
    value: float
    gradient: float


Watch = Callable[[Point], None]


class Way:
    """The steps so far, the point reached, and the largest gradient met."""

    def __init__(self, f: Objective, start: Vector, watch: Watch | None) -> None:
        value, g = f(start)
        self.f, self.watch, self.start, self.w = f, watch, start.copy(), start.copy()
        self.points = [Point(0, value, norm(g))]
        self.steepest = largest(g)

    def step(self, w: Vector) -> None:
        """Go on to `w`."""
        value, g = self.f(w)
        self.w = w.copy()
        self.steepest = max(self.steepest, largest(g))
        self.points.append(Point(len(self.points), value, norm(g)))
        if self.watch:
            self.watch(self.points[-1])

    @property
    def taken(self) -> int:
        """How many steps were taken."""
        return len(self.points) - 1

    @property
    def fallen(self) -> float:
        """By how much the value fell on the way."""
        return max(0.0, self.points[0].value - self.points[-1].value)


def norm(g: Vector) -> float:
    """The Euclidean norm."""
    with silence():
        return float(np.linalg.norm(g))


def largest(g: Vector) -> float:
    """The largest absolute value of an entry."""
    return float(np.abs(g).max(initial=0.0))
