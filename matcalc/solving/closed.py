"""Set it to zero and solve: the stationary point of a scalar, alone or under linear equations, and equations as such.

The gradient is the one that `grad` gives, within the declared structure of the unknown. What has no closed form here
is refused by name, with `descend` offered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcalc.algebra import add, multiply, negate, num, substitute, trace, transpose, variable
from matcalc.algebra.facts import is_positive, is_symmetric
from matcalc.algebra.leaves import is_zero
from matcalc.answer.applied import by_gradient, free_gradient
from matcalc.answer.problem import Problem, pose
from matcalc.calculus.differential import seed
from matcalc.calculus.implicit import UnsolvedError
from matcalc.calculus.regularity import Condition, conditions
from matcalc.calculus.structure import within
from matcalc.checking.stated import Statement
from matcalc.core.expr import CALL, MATPOW, VAR, Expr, postorder, variables
from matcalc.core.parts import base_and_exponent, entry_factors
from matcalc.diagnostics import InputError, MatcalcError, NoRuleError, fail, quoted
from matcalc.options import Dialect, Rules, Variables
from matcalc.printers import ascii_text
from matcalc.solving.affine import Affine, NowhereError, affine, isolated, vanishes_nowhere
from matcalc.solving.constraint import Constraint, constraints, difference, is_equation, sides
from matcalc.solving.elimination import Found, RepeatedError, eliminated
from matcalc.solving.holding import held, of_columns, unsure_part
from matcalc.solving.images import Image, rising
from matcalc.solving.nature import Nature, nature, with_property
from matcalc.solving.quadric import on_a_quadric
from matcalc.solving.solution import Claims, Solution, Stage, assure
from matcalc.solving.trial import Stated


def solution(expr: str, wrt: str | None = None, *, subject_to: str | Sequence[str] | None = None,
             declared: Variables = None, dialect: Dialect = "", rules: Rules = None) -> Solution:
    """The stationary point of `expr` by `wrt`, or the solution of the equation that `expr` is.

    Raises InputError for what cannot be read or does not depend on `wrt`, NoRuleError where there is no stationary
    point or none in closed form.
    """
    reading: dict[str, Any] = {"variables": declared, "dialect": dialect, "rules": rules}
    texts = [subject_to] if isinstance(subject_to, str) else list(subject_to or ())
    problem = None if is_equation(expr, wrt) else _formula(expr, wrt, reading)
    if problem is None:
        if texts:
            raise fail("M0527", "an equation is solved as it stands; constraints are for a formula", expr)
        return _of_equation(expr, wrt, reading)
    _refuse_unfit(problem)
    bound = constraints(texts, problem, reading)
    return _Posed(problem, bound).solved()


def checked_solution(expr: str, wrt: str | None, subject_to: str | Sequence[str] | None, check: bool,
                     **given: Any) -> Solution:
    """The same, with `check` none that random data contradict, or that none can check."""
    found = solution(expr, wrt, subject_to=subject_to, **given)
    if check:
        assure(found, found.verify(1))
    return found


def _formula(expr: str, wrt: str | None, reading: Mapping[str, Any]) -> Problem | None:
    """The problem that a formula poses; None where the text is an equation proper, as inv(X) = A."""
    try:
        return pose(expr, wrt, **reading, demand_scalar=True)
    except InputError as refused:
        if refused.diagnostics[0].code != "M0222" or sides(expr) is None:
            raise
        return None


def _refuse_unfit(problem: Problem) -> None:
    """What is not solved for, said by name."""
    problem.refuse_order(0)
    problem.refuse_without_value()
    x = problem.wrt[0]
    if problem.is_summed:
        raise fail("M0603", "this stays a sum over indices, and only what has a matrix form is solved",
                   problem.typed_source, fixes=_descending(problem), error=NoRuleError)
    if x not in postorder(problem.f):
        raise fail("M0528", f"{x.data.name} does not occur in {problem.typed_source} once it is simplified, so every "
                   f"{x.data.name} is as good", problem.typed_source)


def _descending(problem: Problem) -> tuple[str, ...]:
    return (f"matcalc descend {quoted(problem.typed_source)} --wrt {problem.wrt[0].data.name}",)


class _Posed:
    """A problem with its constraints, in terms of the unknown `x` with every declared property in force."""

    def __init__(self, problem: Problem, bound: Sequence[Constraint]) -> None:
        self.problem, self.bound = problem, bound
        self.book = problem.rulebook
        self.x = problem.settled(problem.wrt[0])
        self.f = problem.settled(problem.f)
        self.positive = [unsure_part(c.expr) for c in conditions(self.f, self.f)
                         if c.word == "positive" and self.x in postorder(c.expr)]  # where f is defined
        self.doubtful = [leaf for e in self.positive for leaf in (base_and_exponent(part)[0] for part in entry_factors(e))
                         if leaf.kind is VAR and leaf is not self.x and not is_positive(leaf)]
        self.gradient = self._within(free_gradient(problem, problem.wrt[0]))
        self.parts = [self._within(by_gradient(problem, problem.marked(c.paired), problem.wrt[0])) for c in bound]

    def _within(self, free: Expr) -> Expr:
        """A gradient within the declared structure of the unknown."""
        settled = self.problem.settled(free)
        return self.problem.closed(within(self.x, "project", self.book)(settled))

    @property
    def lagrangian(self) -> Expr:
        """f + Σ ⟨Λ, h⟩."""
        return add(self.f, *(c.paired for c in self.bound))

    @property
    def whole_gradient(self) -> Expr:
        """That of the Lagrangian."""
        return self.problem.closed(add(self.gradient, *self.parts))

    def solved(self) -> Solution:
        """The stationary point."""
        curved = [c for c, part in zip(self.bound, self.parts, strict=True) if self.x in postorder(part)]
        if curved:
            return self._on_quadric(curved[0])
        equation = self._equation()
        try:
            found = eliminated(equation, self.x, list(zip(self.bound, self.parts, strict=True)), self.book)
        except RepeatedError:
            raise fail("M0605", "the constraints repeat or contradict each other, or leave nothing to choose",
                       self.problem.typed_source, error=NoRuleError) from None
        except NowhereError:
            raise self._nowhere() from None
        except UnsolvedError as trouble:
            raise self._without_closed_form(_reason(trouble)) from None
        if is_zero(found.x) and equation.move.startswith("multiplied"):
            raise self._nowhere()
        return self._said(equation, found)

    def _on_quadric(self, constraint: Constraint) -> Solution:
        """The minimum under one quadratic constraint."""
        problem = self.problem
        found = on_a_quadric(self.gradient, self.parts[0], self.x, constraint, self.book) \
            if len(self.bound) == 1 else None
        if found is None:
            raise self._without_closed_form("of constraints that are not linear only x'B x = c with a definite B, for "
                                            "a form or for a linear formula, and X'X = I are solved")
        kind = Nature("minimum")
        needed = held(self.x, found.x, [self.f, found.multiplier], kind, problem.typed_source)
        where = [of_columns(c, self.x) for c in needed]
        zero = [substitute(self.whole_gradient, {constraint.multiplier: found.multiplier}), constraint.h]
        stated = Stated(self.x, found.x, zero, where, "minimum", self.f, [constraint.h], found.onto)
        notes = list(problem.notes)
        if found.largest is not None:
            notes.append("every eigenvector is stationary: the smallest eigenvalue gives the minimum, the largest the "
                         f"maximum, at {ascii_text(found.largest)}")
        stages = [*self._first_stages(), Stage("set-to-zero", "set to zero", *found.stated, ("set to zero",)),
                  Stage("isolate", "solved for the unknown", self.x, found.x, (found.reason,)),
                  Stage("insert", "the multiplier", constraint.multiplier, found.multiplier, ("from the gradient",))]
        return Solution(problem, found.x, notes, "minimum", Claims([self._gradient_stated()], stated), where=where,
                        stages=stages, constraints=self.bound, values=[found.multiplier], is_only=found.is_only)

    def _gradient_stated(self) -> Statement:
        """That the gradient of the Lagrangian is what it is said to be."""
        problem = self.problem
        f = problem.marked(self.lagrangian)
        return Statement(f, problem.wrt[0], by_gradient(problem, f, problem.wrt[0]), "gradient")

    def _first_stages(self) -> list[Stage]:
        """The Lagrangian, where there is one, and the gradient."""
        name = "of lagrangian" if self.bound else "gradient"
        first = [Stage("lagrangian", "the Lagrangian", "lagrangian", self.lagrangian,
                       ("each constraint with its multiplier",))] if self.bound else []
        return [*first, Stage("gradient", "the gradient", name, self.whole_gradient, ("the gradient",))]

    def _equation(self) -> Affine:
        if self.x not in postorder(self.gradient):
            raise self._unbounded()
        found = affine(self.gradient, self.x, self.book, is_plain=bool(self.bound), positive=self.positive)
        if found is None and vanishes_nowhere(self.gradient, self.x, self.book):
            raise self._nowhere()
        if found is None:
            raise self._without_closed_form("the gradient is not affine in it")
        return found

    def _nowhere(self) -> MatcalcError:
        return fail("M0604", f"the gradient by {self.x.data.name} vanishes nowhere, so there is no stationary point",
                    self.problem.typed_source, error=NoRuleError)

    def _unbounded(self) -> MatcalcError:
        name, source = self.x.data.name, self.problem.typed_source
        if is_zero(self.gradient):
            return fail("M0528", f"{source} does not depend on {name}, so every {name} is as good", source)
        if self.bound:
            return self._without_closed_form("the formula is linear in it, so that only the constraints bound it")
        return fail("M0604", f"the gradient by {name} is the same everywhere, so there is no stationary point: "
                    f"{source} is linear in {name}, and unbounded below and above unless its gradient is 0", source,
                    error=NoRuleError)

    def _without_closed_form(self, why: str) -> MatcalcError:
        x, name = self.x, self.x.data.name
        fixes = () if self.bound else _descending(self.problem)
        if not is_symmetric(x) and any(e.kind is MATPOW and e.data < 0 and e.args[0] is x
                                       for e in postorder(self.gradient)):
            fixes = (f"matcalc solve {quoted(self.problem.typed_source)} --wrt {name} --var {quoted(f'{name}: spd')}",
                     *fixes)
        return fail("M0603", f"no closed form is known for {self.x.data.name}: {why}", self.problem.typed_source,
                    fixes=fixes, error=NoRuleError)

    def _said(self, equation: Affine, found: Found) -> Solution:
        """The solution with its kind, its conditions and what is tried of it."""
        q, kind = self._curvature(equation)
        others = [self.f, *found.multipliers, *(whole for wholes in found.needs for whole in wholes)]
        where = held(self.x, found.x, others, kind, self.problem.typed_source, self.positive, found.asked)
        values = {c.multiplier: value for c, value in zip(self.bound, found.multipliers, strict=True)}
        given = dict(kind.assumed)
        zero = [substitute(self.whole_gradient, values), *(c.h for c in self.bound)]
        stated = Stated(self.x, substitute(found.x, given), [substitute(e, given) for e in zero],
                        [c._replace(expr=substitute(c.expr, given)) for c in where], kind.kind,
                        substitute(self.f, given), [substitute(c.h, given) for c in self.bound])
        problem = self.problem
        return Solution(problem, found.x, self._notes(equation, kind), kind.kind,
                        Claims([self._gradient_stated()], stated), where=where, stages=self._stages(equation, found),
                        curvature=q, constraints=self.bound, values=found.multipliers)

    def _curvature(self, equation: Affine) -> tuple[Expr, Nature]:
        """⟨dX, outer(L[dX])⟩, and what it says of the point."""
        props = frozenset({"sym"}) if is_symmetric(self.x) and not self.x.is_scalar else frozenset()
        direction = variable(self.problem.fresh("DEV", self.problem.taken()), self.x.shape, props)

        def along(mean: Callable[[Image], Expr]) -> Expr:
            return trace(multiply(transpose(direction), equation.outer(equation.moved(direction, mean))))

        found = self._nature(along, direction, {})
        if found.kind == "depends" and self.doubtful:
            sure = {e: with_property(e, "positive") for e in self.doubtful}
            with_them = self._nature(along, direction, sure)
            if with_them.kind != "depends":
                found = with_them._replace(conditions=(*with_them.conditions, *(Condition("positive", e) for e in sure)),
                                           assumed={**with_them.assumed, **sure})
        q = along(lambda image: image.slope)
        return substitute(self.problem.closed(q), {direction: seed(self.x)}), found

    def _nature(self, along: Callable[[Callable[[Image], Expr]], Expr], direction: Expr,
                sure: Mapping[Expr, Expr]) -> Nature:
        """What the second differential says where the formula is defined, and with what is taken as positive."""
        positive = [unsure_part(substitute(e, sure)) for e in self.positive]
        above_0 = {e: variable(f"positive_{k}", e.shape, frozenset({"positive"})) for k, e in enumerate(positive)}
        below_0 = {negate(e): negate(leaf) for e, leaf in above_0.items()}

        def mean(image: Image) -> Expr:
            """A slope between two points: of what increases it is positive."""
            sign = rising(image._replace(slope=substitute(image.slope, sure)), positive)
            return multiply(num(sign or 1), variable("slope", image.e.shape, frozenset({"positive"} if sign else ())))

        return nature(substitute(substitute(along(mean), sure), below_0 | above_0), direction, self.x)

    def _notes(self, equation: Affine, kind: Nature) -> list[str]:
        notes = list(self.problem.notes)
        if kind.kind == "maximum" and not self.bound and not equation.move:
            notes.append(f"{self.problem.typed_source} is unbounded below: the only stationary point is a maximum")
        return notes

    def _stages(self, equation: Affine, found: Found) -> list[Stage]:
        """The way: the gradient, set to zero, each move by its name."""
        zero = num(0)
        stages = self._first_stages()
        if equation.move:
            assert equation.times is not None
            left = add(equation.left, equation.rest)
            stages.append(Stage("set-to-zero", "set to zero", self.gradient if not self.bound else left, zero,
                                ("set to zero",)))
            why = (f"{equation.move} ", equation.times, *((", into the multipliers too",) if self.bound else ()))
            stages.append(Stage("move", equation.move, self._linear(equation), self._due(equation), why))
        else:
            stages.append(Stage("set-to-zero", "set to zero", self._linear(equation), self._due(equation),
                                ("set to zero, the unknown on the left",)))
        stages.append(Stage("isolate", "solved for the unknown", self.x, found.before, _how(found.needs[0])))
        for k, (c, left, value) in enumerate(zip(self.bound, found.inserted, found.solved, strict=True)):
            stages.append(Stage("constraint", "inserted into the constraint", left, zero,
                                (f"inserted into {c.source}",)))
            stages.append(Stage("isolate", "solved for the multiplier", c.multiplier, value, _how(found.needs[k + 1])))
            if k == len(self.bound) - 1:
                stages.append(Stage("insert", "the multipliers inserted", self.x, found.x,
                                    ("the multipliers inserted",)))
        return stages

    def _linear(self, equation: Affine) -> Expr:
        return self.problem.closed(equation.left)

    def _due(self, equation: Affine) -> Expr:
        return self.problem.closed(negate(add(equation.rest, *self.parts)))


def _reason(trouble: UnsolvedError) -> str:
    """Why an equation is not solved, without what only the author of a rule could do."""
    return str(trouble).partition(";")[0]


def _how(wholes: Sequence[Expr]) -> tuple[str, ...]:
    """How an equation was solved: by a function of the rules, or by inverses."""
    call = next((e.data.name for whole in wholes for e in postorder(whole) if e.kind is CALL and e.data.unknown), "")
    return (f"the equation that {call} solves",) if call else ("both sides times the inverse of what stands there",)


def _least_squares(text: str, linear: Expr, name: str) -> tuple[str, ...]:
    """What to ask instead where there are not as many equations as unknowns."""
    left, right = sides(text) or ("", "")
    question = f"matcalc solve {quoted(text)} --wrt {name}"
    flat = [v.data.name for v in variables(linear) if 1 not in v.shape and not v.is_square]
    square = f"{question} --var {quoted(', '.join(f'{v}: invertible' for v in flat))}"
    least = f"matcalc solve {quoted(f'‖{left} - ({right})‖^2')} --wrt {name}"
    return (least, square) if flat else (least,)


def _of_equation(text: str, wrt: str | None, reading: Mapping[str, Any]) -> Solution:
    """The solution of left = right."""
    if wrt is None:
        raise fail("M0501", "name the variable to solve for", text)
    problem = difference(text, wrt, reading)
    x, book = problem.settled(problem.wrt[0]), problem.rulebook
    name = x.data.name
    if problem.wrt[0] not in postorder(problem.f):
        raise fail("M0528", f"{name} does not occur in {text} once it is simplified", text)
    h = problem.closed(problem.settled(problem.f))
    linear = affine(h, x, book)
    if linear is None:
        raise fail("M0603", f"no closed form is known for {name}: the equation is not affine in it", text,
                   error=NoRuleError)
    try:
        found = isolated(linear, x, is_symmetric(x), book)
    except NowhereError:
        raise fail("M0604", f"no {name} solves the equation, whatever the data are", text, error=NoRuleError) from None
    except UnsolvedError as trouble:
        raise fail("M0603", f"no closed form is known for {name}: {_reason(trouble)}", text,
                   fixes=_least_squares(text, linear.linear, name), error=NoRuleError) from None
    kind = Nature("solution")
    where = held(x, found.value, [h, *found.wholes], kind, text, asked=found.asked)
    moved = problem.closed(linear.left)
    stages = [Stage("collect", "the unknown on the left", moved, problem.closed(negate(linear.rest)),
                    ("the unknown on the left",)), Stage("isolate", "solved for the unknown", x, found.value, _how(found.wholes))]
    return Solution(problem, found.value, list(problem.notes), "solution",
                    Claims((), Stated(x, found.value, [h], where, "solution")), where=where, stages=stages)
