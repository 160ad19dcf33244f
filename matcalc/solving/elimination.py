"""The stationary point under linear equations: X in terms of the multipliers, and these from the equations, in turn.

From L[X] + R + Σ Aₖ*[Λₖ] = 0 follows X; inserted into each equation it leaves one that is affine in the next Λ. A
number s by which the gradient was divided goes into the multipliers: Λ is s at the solution times what is found here.

Source: Boyd & Vandenberghe (2004) 10.1; Magnus & Neudecker (2019) 7.12.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from matcalc.algebra import add, multiply, substitute
from matcalc.algebra.facts import is_symmetric
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.implicit import UnsolvedError
from matcalc.calculus.regularity import Condition
from matcalc.core.expr import NUM, Expr, postorder
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded
from matcalc.solving.affine import Affine, Isolated, affine, isolated
from matcalc.solving.constraint import Constraint
from matcalc.solving.images import parted


class Found(NamedTuple):
    """The solution and the multipliers; `before` is the solution in terms of these, `inserted` each equation as it was
    solved for its multiplier, `solved` the multiplier then, `solved_as` how each was isolated, X first."""

    x: Expr
    multipliers: list[Expr]
    before: Expr
    inserted: list[Expr]
    solved: list[Expr]
    solved_as: list[Isolated]
    asked: list[Condition]


class RepeatedError(Exception):
    """An equation that follows from the others, or contradicts them."""


def eliminated(equation: Affine, x: Expr, bound: Sequence[tuple[Constraint, Expr]], book: Rulebook) -> Found:
    """The solution of `equation` under the constraints, each given with its part of the gradient, Aₖ*[Λₖ].

    Raises UnsolvedError where there is no closed form, RepeatedError where the equations are not independent.
    """
    def closed(e: Expr) -> Expr:
        return closed_form(e, book)

    if any(x in postorder(part) for _, part in bound):
        raise UnsolvedError("the constraint is not linear")
    rest = closed(add(equation.rest, *(part for _, part in bound)))
    found = isolated(equation._replace(rest=rest), x, is_symmetric(x), book)
    before = current = found.value
    isolations, asked = [found], list(found.asked)
    inserted: list[Expr] = []
    solved: list[Expr] = []
    values: dict[Expr, Expr] = {}
    for constraint, _ in bound:
        leaf = constraint.multiplier
        current, left, one = _for_multiplier(constraint, current, x, book)
        value = one.value
        isolations.append(one)
        asked = [c._replace(expr=closed(substitute(c.expr, {leaf: value}))) for c in asked] + [*one.asked]
        inserted.append(left)
        solved.append(value)
        values = {other: closed(substitute(said, {leaf: value})) for other, said in values.items()} | {leaf: value}
        current = closed(substitute(closed(substitute(current, one.images)), {leaf: value}))
    number = None if equation.times is None else substitute(equation.times, {x: current})
    multipliers = [values[constraint.multiplier] for constraint, _ in bound]
    return Found(current, [closed(multiply(number, e)) if number is not None else e for e in multipliers], before,
                 inserted, solved, isolations, asked)


def _for_multiplier(constraint: Constraint, current: Expr, x: Expr, book: Rulebook) -> tuple[Expr, Expr, Isolated]:
    """The solution so far, as it was inserted into an equation, the equation, and this solved for its multiplier; where
    it is not affine in that, with the value of a sum in parts."""
    leaf = constraint.multiplier
    for form in dict.fromkeys((current, parted(current, leaf))):
        left = closed_form(expanded(substitute(constraint.h, {x: form})), book)
        if leaf not in postorder(left):
            raise RepeatedError(f"{constraint.source} follows from the others, so its multiplier can be any" if
                                is_zero(left) else f"{constraint.source} contradicts the others" if left.kind is NUM
                                else f"{constraint.source} repeats or contradicts the others")
        linear = affine(left, leaf, book)
        with suppress(UnsolvedError):
            if linear is not None:
                return form, left, isolated(linear, leaf, False, book)
    raise UnsolvedError(f"{constraint.source} with it inserted is not solved for the multiplier")
