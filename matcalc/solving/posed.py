"""A problem with its constraints as it is solved: the gradients of the Lagrangian, and what is refused by name.

The gradient is the one that `grad` gives, within the declared structure of the unknown, by a complex one ∂f/∂X̄.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matcalc.algebra import add
from matcalc.algebra.facts import is_symmetric
from matcalc.algebra.leaves import is_zero
from matcalc.answer.applied import by_gradient, free_gradient
from matcalc.answer.problem import Problem
from matcalc.calculus.structure import within
from matcalc.checking.stated import Statement
from matcalc.core.expr import MATPOW, Expr, postorder
from matcalc.diagnostics import MatcalcError, NoRuleError, fail, quoted
from matcalc.solving.complex_unknown import free_gradient as by_unknown
from matcalc.solving.complex_unknown import refuse_unsolved, side, statement
from matcalc.solving.constraint import Constraint
from matcalc.solving.curving import Domain
from matcalc.solving.solution import Stage


class Posed:
    """A problem with its constraints, in terms of the unknowns `xs` with every declared property in force.

    By each of them the formula and the constraints have `free` gradients, with independent entries, and within what is
    declared `gradients` and `parts`.
    """

    def __init__(self, problem: Problem, bound: Sequence[Constraint]) -> None:
        self.problem, self.bound = problem, bound
        self.book = problem.rulebook
        self.xs = [problem.settled(x) for x in problem.wrt]
        self.f = problem.settled(problem.f)
        self.domain = Domain(self.f, self.xs)
        self.free = [[by_unknown(partial(free_gradient, problem), x),
                      *(self._by(problem.marked(c.paired), x) for c in bound)] for x in problem.wrt]
        within_x = [[self._within(e, x) for e in free] for free, x in zip(self.free, self.xs, strict=True)]
        self.gradients, self.parts = [found[0] for found in within_x], [found[1:] for found in within_x]

    def gradient_of(self, e: Expr, k: int) -> Expr:
        """The gradient of another number by the k-th unknown."""
        return self._within(self._by(self.problem.marked(e), self.problem.wrt[k]), self.xs[k])

    def _by(self, f: Expr, x: Expr) -> Expr:
        """The gradient of a number by an unknown with independent entries."""
        return by_unknown(partial(by_gradient, self.problem, f), x)

    def _within(self, free: Expr, x: Expr) -> Expr:
        """A gradient within the declared structure of an unknown."""
        return self.problem.closed(within(x, "project", self.book)(self.problem.settled(free)))

    @property
    def lagrangian(self) -> Expr:
        """f + Σ ⟨Λ, h⟩."""
        return add(self.f, *(c.paired for c in self.bound))

    @property
    def whole_gradients(self) -> list[Expr]:
        """Those of the Lagrangian."""
        return [self.problem.closed(add(gradient, *parts))
                for gradient, parts in zip(self.gradients, self.parts, strict=True)]

    def statements(self) -> list[Statement]:
        """That the gradients of the Lagrangian are what they are said to be."""
        problem = self.problem
        f = add(problem.f, *(problem.marked(c.paired) for c in self.bound))
        return [statement(f, x, add(*free)) for x, free in zip(problem.wrt, self.free, strict=True)]

    def first_stages(self) -> list[Stage]:
        """The Lagrangian, where there is one, and the gradients."""
        name = "of lagrangian" if self.bound else "gradient"
        first = [Stage("lagrangian", "the Lagrangian", "lagrangian", self.lagrangian,
                       ("each constraint with its multiplier",))] if self.bound else []
        return [*first, *(Stage("gradient", "the gradient", name, e, ("the gradient",), by=side(x))
                          for x, e in zip(self.xs, self.whole_gradients, strict=True))]

    @property
    def names(self) -> str:
        """The unknowns, as a sentence lists them."""
        return " and ".join(x.data.name for x in self.xs)

    def nowhere(self) -> MatcalcError:
        """No point is stationary."""
        return fail("M0604", f"the gradient by {self.names} vanishes nowhere, so there is no stationary point",
                    self.problem.typed_source, error=NoRuleError)

    def unbounded(self, k: int = 0) -> MatcalcError:
        """The gradient by an unknown does not depend on any."""
        name, source = self.xs[k].data.name, self.problem.typed_source
        if is_zero(self.gradients[k]):
            return fail("M0528", f"{source} does not depend on {name}, so every {name} is as good", source)
        if self.bound:
            return self.without_closed_form("the formula is linear in it, so that only the constraints bound it")
        return fail("M0604", f"the gradient by {name} is the same everywhere, so there is no stationary point: "
                    f"{source} is linear in {name}, and unbounded below and above unless its gradient is 0", source,
                    error=NoRuleError)

    def without_closed_form(self, why: str) -> MatcalcError:
        """There may be a solution, but nobody here can write it down."""
        x, name = self.xs[0], self.xs[0].data.name
        fixes = () if self.bound else descending(self.problem)
        if not is_symmetric(x) and any(e.kind is MATPOW and e.data < 0 and e.args[0] is x
                                       for e in postorder(self.gradients[0])):
            declared = quoted(f"{name}: spd")
            fixes = (f"matcalc solve {quoted(self.problem.typed_source)} {_wrt(self.problem)} --var {declared}", *fixes)
        return fail("M0603", f"no closed form is known for {self.names}: {why}", self.problem.typed_source,
                    fixes=fixes, error=NoRuleError)


def refuse_unfit(problem: Problem) -> None:
    """What is not solved for, said by name."""
    problem.refuse_order(0)
    problem.refuse_without_value()
    if problem.is_summed:
        raise fail("M0603", "this stays a sum over indices, and only what has a matrix form is solved",
                   problem.typed_source, fixes=descending(problem), error=NoRuleError)
    refuse_unsolved(problem)
    for x in problem.wrt:
        if x not in postorder(problem.f):
            raise fail("M0528", f"{x.data.name} does not occur in {problem.typed_source} once it is simplified, so "
                       f"every {x.data.name} is as good", problem.typed_source)


def descending(problem: Problem) -> tuple[str, ...]:
    """What to ask where only numbers help."""
    return (f"matcalc descend {quoted(problem.typed_source)} {_wrt(problem)}",)


def _wrt(problem: Problem) -> str:
    return " ".join(f"--wrt {x.data.name}" for x in problem.wrt)
