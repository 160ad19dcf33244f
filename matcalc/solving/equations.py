"""Equations as such: left = right, solved as it stands, without a gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matcalc.algebra import negate
from matcalc.algebra.facts import is_symmetric
from matcalc.calculus.implicit import UnsolvedError
from matcalc.core.expr import Expr, postorder, variables
from matcalc.diagnostics import NoRuleError, fail, quoted
from matcalc.solving.affine import NowhereError, affine, isolated
from matcalc.solving.constraint import difference, sides
from matcalc.solving.holding import held
from matcalc.solving.nature import Nature
from matcalc.solving.single import how, reason
from matcalc.solving.solution import Claims, Solution, Stage
from matcalc.solving.trial import Stated


def _least_squares(text: str, linear: Expr, name: str) -> tuple[str, ...]:
    """What to ask instead where there are not as many equations as unknowns."""
    left, right = sides(text) or ("", "")
    question = f"matcalc solve {quoted(text)} --wrt {name}"
    flat = [v.data.name for v in variables(linear) if 1 not in v.shape and not v.is_square]
    square = f"{question} --var {quoted(', '.join(f'{v}: invertible' for v in flat))}"
    least = f"matcalc solve {quoted(f'‖{left} - ({right})‖^2')} --wrt {name}"
    return (least, square) if flat else (least,)


def of_equation(text: str, wrt: str | None, reading: Mapping[str, Any]) -> Solution:
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
        raise fail("M0603", f"no closed form is known for {name}: {reason(trouble)}", text,
                   fixes=_least_squares(text, linear.linear, name), error=NoRuleError) from None
    kind = Nature("solution")
    where = held(x, found.value, [h, *found.wholes], kind, text, asked=found.asked)
    moved = problem.closed(linear.left)
    stages = [Stage("collect", "the unknown on the left", moved, problem.closed(negate(linear.rest)),
                    ("the unknown on the left",)), Stage("isolate", "solved for the unknown", x, found.value, how(found.wholes))]
    return Solution(problem, found.value, list(problem.notes), "solution",
                    Claims((), Stated({x: found.value}, [h], where, "solution")), where=where, stages=stages)
