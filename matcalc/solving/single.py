"""One unknown, alone or under equations that are linear in it: solved, its kind read off, its way told."""

from __future__ import annotations

from functools import partial

from matcalc.algebra import add, negate, num, substitute, variable
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.implicit import UnsolvedError
from matcalc.core.expr import CALL, MATPOW, Expr, postorder
from matcalc.diagnostics import NoRuleError, fail, listed
from matcalc.printers import ascii_text
from matcalc.solving.affine import Affine, Isolated, NowhereError, affine, vanishes_nowhere
from matcalc.solving.complex_unknown import not_linear, refuse_not_real, remarks
from matcalc.solving.constraint import Constraint, fresh_multiplier
from matcalc.solving.curving import of_equation, of_formula
from matcalc.solving.elimination import Found, RepeatedError, eliminated
from matcalc.solving.holding import held, of_columns
from matcalc.solving.nature import Freedom, Nature, Stated
from matcalc.solving.posed import Posed
from matcalc.solving.quadric import OnQuadric, Quotient, on_a_quadric, quotient
from matcalc.solving.solution import Claims, Solution, Stage, Told


def of_one(posed: Posed) -> Solution:
    """The stationary point. Raises NoRuleError where there is none, or none in closed form."""
    return _One(posed).solved()


class _One:
    """A problem posed in one unknown `x`."""

    def __init__(self, posed: Posed) -> None:
        self.posed, self.problem, self.bound, self.book = posed, posed.problem, posed.bound, posed.book
        self.x, self.f, self.gradient, self.parts = posed.xs[0], posed.f, posed.gradients[0], posed.parts[0]

    def solved(self) -> Solution:
        """The stationary point."""
        curved = [c for c, part in zip(self.bound, self.parts, strict=True) if self.x in postorder(part)]
        if curved and self.posed.lagrangian.complex and not self._is_free_vector(curved[0].h):
            raise not_linear(self.problem.typed_source)
        if curved:
            return self._on_quadric(curved[0])
        ratio = None if self.bound else quotient(self.f, self.x, self.book)
        if ratio is not None and self.f.complex and not self._is_free_vector(ratio.below):
            raise not_linear(self.problem.typed_source)
        if ratio is not None:
            return self._of_quotient(ratio)
        equation = self._equation()
        try:
            found = eliminated(equation, self.x, list(zip(self.bound, self.parts, strict=True)), self.book)
        except RepeatedError as repeated:
            raise fail("M0605", str(repeated), self.problem.typed_source, error=NoRuleError) from None
        except NowhereError:
            raise self.posed.nowhere() from None
        except UnsolvedError as trouble:
            why = "the gradient is not affine in it" if equation.image and not self.bound else reason(trouble)
            raise self.posed.without_closed_form(why) from None
        if is_zero(found.x) and equation.move.startswith("multiplied"):
            raise self.posed.nowhere()
        return self._said(equation, found)

    def _is_free_vector(self, h: Expr) -> bool:
        """Whether what is sought is any complex vector, and `h`, to which it is bound, a number."""
        return self.x.data.props == {"complex"} and self.x.shape[1] == 1 and h.is_scalar

    def _on_quadric(self, constraint: Constraint) -> Solution:
        """The minimum under one quadratic constraint."""
        problem = self.problem
        try:
            if len(self.bound) > 1:
                raise UnsolvedError("a constraint that is not linear is solved alone")
            found = on_a_quadric(self.gradient, self.parts[0], self.x, constraint, self.book)
        except UnsolvedError as trouble:
            raise self.posed.without_closed_form(str(trouble)) from None
        kind = Nature("minimum")
        needed = held(self.x, found.x, [self.f, found.multiplier], kind, problem.typed_source)
        where = [of_columns(c, self.x) for c in needed]
        zero = [substitute(self.posed.whole_gradients[0], {constraint.multiplier: found.multiplier}), constraint.h]
        stated = Stated({self.x: found.x}, zero, where, "minimum", self.f, [constraint.h], found.onto)
        notes = list(problem.notes)
        notes += _of_largest(found)
        def stages() -> list[Stage]:
            return [*self.posed.first_stages(), Stage("set-to-zero", "set to zero", *found.stated, ("set to zero",)),
                    Stage("isolate", "solved for the unknown", self.x, found.x, (found.reason,)),
                    Stage("insert", "the multiplier", constraint.multiplier, found.multiplier, ("from the gradient",))]

        return Solution(problem, found.x, notes, "minimum", Claims(self.posed.statements(), stated), where=where,
                        told=Told(stages), constraints=self.bound, values=[found.multiplier], freedom=found.freedom)

    def _equation(self) -> Affine:
        if self.x not in postorder(self.gradient):
            raise self.posed.unbounded()
        found = affine(self.gradient, self.x, self.book, is_plain=bool(self.bound),
                       positive=self.posed.domain.positive)
        if found is None and vanishes_nowhere(self.gradient, self.x, self.book):
            raise self.posed.nowhere()
        if found is None:
            raise self.posed.without_closed_form("the gradient is not affine in it")
        return found

    def _of_quotient(self, found: Quotient) -> Solution:
        """The minimum of u/v where the length of x does not count: that of u on v = 1, for which both are as good."""
        problem, posed = self.problem, self.posed
        multiplier = variable(fresh_multiplier(problem, found.below, problem.taken()), (1, 1))
        constraint = Constraint("", add(found.below, num(-1)), multiplier, problem.elaborated)
        above, part = (posed.gradient_of(e, 0) for e in (found.above, constraint.paired))
        try:
            least = on_a_quadric(above, part, self.x, constraint, self.book)
        except UnsolvedError:
            raise posed.without_closed_form("the gradient is not affine in it") from None
        where = held(self.x, least.x, [self.f], Nature("minimum"), problem.typed_source)
        freedom: Freedom = "scale" if least.freedom else "ray"
        stated = Stated({self.x: least.x}, [self.gradient], where, "minimum", self.f)
        unit = ("the length does not count, so it may be chosen",)

        def stages() -> list[Stage]:
            return [*posed.first_stages(), Stage("scale", "a choice of the length", found.below, num(1), unit),
                    Stage("set-to-zero", "set to zero", *least.stated, ("the Lagrangian under that, set to zero",)),
                    Stage("isolate", "solved for the unknown", self.x, least.x, (least.reason,))]

        return Solution(problem, least.x, [*problem.notes, *_of_largest(least)], "minimum",
                        Claims(posed.statements(), stated), where=where, told=Told(stages), freedom=freedom)

    def _said(self, equation: Affine, found: Found) -> Solution:
        """The solution with its kind, its conditions and what is tried of it."""
        q, kind = of_equation(equation, self.x, self.posed.domain.at(self.x, found.x))
        if kind.kind == "depends":
            q, kind = of_formula(self.f, [self.x], self.posed.domain, self.book)
        others = [self.f, *found.multipliers, *(whole for one in found.solved_as for whole in one.wholes)]
        where = held(self.x, found.x, others, kind, self.problem.typed_source, self.posed.domain.positive, found.asked)
        given_values = zip((self.x, *(c.multiplier for c in self.bound)), (found.x, *found.multipliers), strict=True)
        refuse_not_real(self.problem.typed_source, list(given_values))
        values = {c.multiplier: value for c, value in zip(self.bound, found.multipliers, strict=True)}
        given = dict(kind.assumed)
        zero = [substitute(self.posed.whole_gradients[0], values), *(c.h for c in self.bound)]
        stated = Stated({self.x: substitute(found.x, given)}, [substitute(e, given) for e in zero],
                        [c._replace(expr=substitute(c.expr, given)) for c in where], kind.kind,
                        substitute(self.f, given), [substitute(c.h, given) for c in self.bound])
        problem = self.problem
        told = Told(partial(self._stages, equation, found), partial(problem.closed, q))
        return Solution(problem, found.x, self._notes(equation, kind), kind.kind,
                        Claims(self.posed.statements(), stated), where=where, told=told, constraints=self.bound,
                        values=found.multipliers)

    def _notes(self, equation: Affine, kind: Nature) -> list[str]:
        notes = [*self.problem.notes, *remarks([c.multiplier for c in self.bound])]
        if kind.kind == "maximum" and not self.bound and not equation.move:
            notes.append(f"{self.problem.typed_source} is unbounded below: the only stationary point is a maximum")
        return notes

    def _stages(self, equation: Affine, found: Found) -> list[Stage]:
        """The way: the gradient, set to zero, each move by its name."""
        zero = num(0)
        stages = self.posed.first_stages()
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
        stages.append(Stage("isolate", "solved for the unknown", self.x, found.before, how(found.solved_as[0])))
        for k, (c, left, value) in enumerate(zip(self.bound, found.inserted, found.solved, strict=True)):
            stages.append(Stage("constraint", "inserted into the constraint", left, zero,
                                (f"inserted into {c.source}",)))
            stages.append(Stage("isolate", "solved for the multiplier", c.multiplier, value,
                                how(found.solved_as[k + 1])))
            if k == len(self.bound) - 1:
                stages.append(Stage("insert", "the multipliers inserted", self.x, found.x,
                                    ("the multipliers inserted",)))
        return stages

    def _linear(self, equation: Affine) -> Expr:
        return self.problem.closed(equation.left)

    def _due(self, equation: Affine) -> Expr:
        return self.problem.closed(negate(add(equation.rest, *self.parts)))


def _of_largest(found: OnQuadric) -> list[str]:
    """Where the other extreme of a form is."""
    return [] if found.largest is None else [
        f"all eigenvectors are stationary points; the maximum is at {ascii_text(found.largest)}"]


def reason(trouble: UnsolvedError) -> str:
    """Why an equation is not solved, without what only the author of a rule could do."""
    return str(trouble).partition(";")[0]


def how(found: Isolated) -> tuple[str, ...]:
    """How an equation was solved: by a function of the rules, by inverses, by undoing what stands around it."""
    calls = (e for whole in found.wholes for e in postorder(whole) if e.kind is CALL and e.data.unknown)
    call = next((e.data.name for e in calls), "")
    if call:
        return (f"the equation that {call} solves",)
    undone = [e.data.name if e.kind is CALL else "the inverse" if e.kind is MATPOW else "the power"
              for e in found.images]
    return (f"{listed(undone)} undone",) if undone else ("both sides times the inverse of what stands there",)
