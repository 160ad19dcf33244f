"""Set it to zero and solve: the stationary point of a scalar, alone or under equations, and equations as such.

What has no closed form here is refused by name, with `descend` offered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from matcalc.answer.problem import Problem, pose
from matcalc.diagnostics import InputError, MatcalcError, fail
from matcalc.options import Dialect, Names, Rules, Variables
from matcalc.solving.constraint import Constraint, constraints, difference, is_equation, sides
from matcalc.solving.posed import Posed, refuse_unfit
from matcalc.solving.solution import Solution, assure


def solution(expr: str, wrt: Names = None, *, subject_to: str | Sequence[str] | None = None,
             declared: Variables = None, dialect: Dialect = "", rules: Rules = None,
             general: bool = False) -> Solution:
    """The stationary point of `expr` by `wrt`, one unknown or several, or the solution of the equation that it is.

    Raises InputError for what cannot be read or does not depend on `wrt`, NoRuleError where there is no stationary
    point or none in closed form.
    """
    reading: dict[str, Any] = {"variables": declared, "dialect": dialect, "rules": rules}
    texts = [subject_to] if isinstance(subject_to, str) else list(subject_to or ())
    names = [wrt] if isinstance(wrt, str) else list(wrt or ())
    one = names[0] if len(names) == 1 else None
    problem = None if is_equation(expr, one) else _formula(expr, names, reading)
    if problem is None:
        if texts:
            raise fail("M0527", "an equation is solved as it stands; constraints are for a formula", expr)
        from matcalc.solving.equations import of_equation

        return of_equation(expr, one, reading, general)
    if general:
        raise fail("M0527", "all solutions are given of an equation, such as A X B = C", expr)
    refuse_unfit(problem)
    posed = Posed(*_bound(problem, texts, reading))
    if len(posed.xs) > 1:
        from matcalc.solving.several import of_several

        return of_several(posed)
    from matcalc.solving.single import of_one

    return of_one(posed)


def _bound(problem: Problem, texts: Sequence[str], reading: Mapping[str, Any]) -> tuple[Problem, list[Constraint]]:
    """The problem with its constraints; where these do not fit the sizes that the formula leaves open, it is read once
    more with those of the constraints."""
    try:
        return problem, constraints(texts, problem, reading)
    except InputError as refused:
        names = [x.data.name for x in problem.wrt]
        said = dict(reading["variables"] or {})
        with suppress(MatcalcError):
            for text in texts:
                own = difference(text, (), {**reading, "variables": said}).declarations()
                said |= {name: kind for name, kind in own.items() if name in problem.variables}
            again = {**reading, "variables": said}
            tied = pose(problem.typed_source, names, **again, demand_scalar=True)
            return tied, constraints(texts, tied, again)
        raise refused


def checked_solution(expr: str, wrt: Names, subject_to: str | Sequence[str] | None, check: bool,
                     **given: Any) -> Solution:
    """The same, with `check` none that random data contradict, or that none can check."""
    found = solution(expr, wrt, subject_to=subject_to, **given)
    if check:
        assure(found, found.verify(1))
    return found


def formula_of(expr: str, wrt: Names, reading: Mapping[str, Any]) -> Problem:
    """The problem that a formula poses."""
    return pose(expr, wrt or None, **reading, demand_scalar=True)


def _formula(expr: str, names: Sequence[str], reading: Mapping[str, Any]) -> Problem | None:
    """The problem that a formula poses; None where the text is an equation proper, as inv(X) = A."""
    try:
        return formula_of(expr, names, reading)
    except InputError as refused:
        if refused.diagnostics[0].code != "M0222" or sides(expr) is None:
            raise
        return None
