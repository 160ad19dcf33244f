"""Equations as such: left = right, solved as it stands, without a gradient; A X B = C with all its solutions, too.

Where A X B = C has a solution, A⁺C B⁺ is one of them, the one of least norm, and all others differ from it by
Z − A⁺A Z B B⁺.

Source: Penrose (1955), theorem 2; Magnus & Neudecker (2019) 2.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matcalc.algebra import add, multiply, negate, substitute, variable
from matcalc.algebra.facts import is_symmetric
from matcalc.answer.problem import Problem
from matcalc.calculus.implicit import Term, UnsolvedError, products
from matcalc.calculus.regularity import Condition
from matcalc.core.expr import Expr, postorder, variables
from matcalc.diagnostics import NoRuleError, fail, quoted
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.solving.affine import Affine, NowhereError, affine, isolated
from matcalc.solving.complex_unknown import refuse_not_real
from matcalc.solving.constraint import difference, sides
from matcalc.solving.holding import held
from matcalc.solving.nature import Nature, Stated, with_property
from matcalc.solving.single import how, reason
from matcalc.solving.solution import Claims, Solution, Stage, Told

SOLVABLE = "= 0"  # what is said of what has to vanish so that there is a solution


class _Equation(NamedTuple):
    """What was typed, `h` = left − right, and how it is affine in `x`."""

    text: str
    problem: Problem
    x: Expr
    h: Expr
    linear: Affine

    @property
    def collected(self) -> Stage:
        """The unknown on the left, all else on the right."""
        left, right = self.linear.left, negate(self.linear.rest)
        return Stage("collect", "the unknown on the left", self.problem.closed(left), self.problem.closed(right),
                     ("the unknown on the left",))


def of_equation(text: str, wrt: str | None, reading: Mapping[str, Any], is_general: bool = False) -> Solution:
    """The solution of left = right; where it `is_general` all of them, by pseudo-inverses."""
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
                   fixes=_positive(h, x, text, book), error=NoRuleError)
    equation = _Equation(text, problem, x, h, linear)
    return _all_of(equation) if is_general else _only(equation)


def _only(equation: _Equation) -> Solution:
    """The one solution that there is."""
    text, problem, x, h, linear = equation
    name = x.data.name
    try:
        found = isolated(linear, x, is_symmetric(x), problem.rulebook)
    except NowhereError:
        raise fail("M0604", f"no {name} solves the equation, whatever the data are", text, error=NoRuleError) from None
    except UnsolvedError as trouble:
        raise fail("M0603", f"no closed form is known for {name}: {reason(trouble)}", text,
                   fixes=_least_squares(equation), error=NoRuleError) from None
    refuse_not_real(text, [(x, found.value)])
    where = held(x, found.value, [h, *found.wholes], Nature("solution"), text, asked=found.asked)
    def stages() -> list[Stage]:
        return [equation.collected, Stage("isolate", "solved for the unknown", x, found.value, how(found))]
    return Solution(problem, found.value, list(problem.notes), "solution",
                    Claims((), Stated({x: found.value}, [h], where, "solution")), where=where,
                    told=Told(stages))


def _all_of(equation: _Equation) -> Solution:
    """A⁺C B⁺ + Z − A⁺A Z B B⁺ with any Z, and the condition A A⁺C B⁺B = C under which that solves A X B = C."""
    text, problem, x, h, linear = equation
    if equation.h.complex:
        raise fail("M1503", "the general solution is not worked out for complex matrices", text, error=NoRuleError)
    term = _one_product(equation)
    if term is None or linear.image is not None or linear.move:
        raise fail("M0603", f"all solutions are known of one product A {x.data.name} B = C, which this is not", text,
                   error=NoRuleError)
    (a, b), due = term, negate(linear.rest)
    left, right = (problem.closed(problem.rulebook.answer("pseudo-inverse", A=e)) for e in (a, b))
    free = variable(problem.fresh("ZWYKV" if 1 not in x.shape else "zwyv", problem.taken()), x.shape)
    particular = multiply(left, due, right)
    value = add(particular, free, negate(multiply(left, a, free, b, right)))
    missing = problem.closed(add(due, negate(multiply(a, left, due, right, b))))
    unmet = [Condition(SOLVABLE, missing)]
    stated = Stated({x: value}, [add(h, missing)], (), "solution")

    def stages() -> list[Stage]:
        return [equation.collected,
                Stage("particular", "the solution of least norm", x, problem.closed(particular),
                      ("the pseudo-inverse on each side",)),
                Stage("general", "all solutions", x, value, ("what the product maps to 0 is added",))]

    return Solution(problem, value, list(problem.notes), "solution", Claims((), stated), where=unmet, told=Told(stages),
                    free=[free] if free in postorder(value) else [])


def _one_product(equation: _Equation) -> Term | None:
    """A and B where L[dX] is A dX B."""
    try:
        terms = products(equation.linear.linear, is_symmetric(equation.x), equation.problem.rulebook)
    except UnsolvedError:
        return None
    return terms[0] if len(terms) == 1 else None


def _positive(h: Expr, x: Expr, text: str, book: Rulebook) -> tuple[str, ...]:
    """That the unknown is positive may be missing."""
    if not x.is_scalar:
        return ()
    sure = with_property(x, "positive")
    found = affine(substitute(h, {x: sure}), sure, book)
    declared = quoted(f"{x.data.name}: scalar positive")
    return () if found is None else (f"matcalc solve {quoted(text)} --wrt {x.data.name} --var {declared}",)


def _least_squares(equation: _Equation) -> tuple[str, ...]:
    """What to ask instead where there are not as many equations as unknowns."""
    text, name = equation.text, equation.x.data.name
    left, right = sides(text) or ("", "")
    question = f"matcalc solve {quoted(text)} --wrt {name}"
    flat = [v.data.name for v in variables(equation.linear.linear) if 1 not in v.shape and not v.is_square]
    square = f"{question} --var {quoted(', '.join(f'{v}: invertible' for v in flat))}"
    less = f"{left} - {right}" if _is_one_term(right) else f"{left} - ({right})"
    least = f"matcalc solve {quoted(f'‖{less}‖^2')} --wrt {name}"
    every = (f"{question} --general",) if _one_product(equation) is not None else ()
    return (least, *every, square) if flat else (least, *every)


def _is_one_term(text: str) -> bool:
    """Whether a minus in front of a text needs no brackets around it."""
    return not any(sign in text for sign in "+-−±∓=")
