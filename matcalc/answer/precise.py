"""What is computed where the formula that is shown needs more than the function has.

The book writes det(X) X⁻ᵀ for the gradient of a determinant, with the condition that X is invertible. Where X is
singular there is a gradient all the same, the matrix of cofactors. Blocks state such differentials in the field
`exact`; here a problem is posed anew with these in force, and values and code are made of what comes out.
"""

from __future__ import annotations

from collections.abc import Callable

from matcalc.algebra.facts import is_definite
from matcalc.answer.problem import Problem
from matcalc.core.expr import CALL, MUL, NUM, POW, Expr, postorder
from matcalc.diagnostics import NoRuleError


def precisely(problem: Problem, make: Callable[[Problem], Expr], shown: Expr) -> Expr:
    """What `make` gives with exact differentials; what is `shown` where there are none, or they do not go that far."""
    exact = exactly(problem)
    if exact is problem:
        return shown
    try:
        return make(exact)
    except NoRuleError:
        return shown


def exactly(problem: Problem) -> Problem:
    """The same problem with exact differentials, where the formula has a function that states one and may be 0."""
    f = problem.settled(problem.f)
    calls = {e for e in postorder(f) if e.kind is CALL and "exact" in e.data.fields}
    if not calls or problem.is_summed or all(map(is_definite, (arg for e in calls for arg in e.args))):
        return problem
    if any(_divides(e, calls) for e in postorder(f)):
        return problem
    return problem._replace(rulebook=problem.rulebook.exactly)


def _divides(e: Expr, calls: set[Expr]) -> bool:
    """Whether a call is not 0 where `e` has a derivative: √det X, 1/det X, log det X; X⁻¹ is shorter there."""
    if e.kind is POW:
        natural = e.args[1].kind is NUM and e.args[1].data.denominator == 1 and e.args[1].data > 0
        return not natural and _has_factor(e.args[0], calls)
    return e.kind is CALL and "domain" in e.data.fields and any(_has_factor(arg, calls) for arg in e.args)


def _has_factor(e: Expr, calls: set[Expr]) -> bool:
    """Whether `e` is 0 where a call is: a product, a power or an absolute value of it."""
    if e.kind is POW or (e.kind is CALL and e.data.name == "abs"):
        return _has_factor(e.args[0], calls)
    return e in calls or (e.kind is MUL and any(_has_factor(arg, calls) for arg in e.args))
