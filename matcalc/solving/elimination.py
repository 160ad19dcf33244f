"""The stationary point under linear equations: X in terms of the multipliers, and these from the equations, in turn.

From L[X] + R + Σ Aₖ*[Λₖ] = 0 follows X; inserted into each equation it leaves one that is affine in the next Λ. A
number s by which the gradient was divided goes into the multipliers: Λ is s at the solution times what is found here.

Source: Boyd & Vandenberghe (2004) 10.1; Magnus & Neudecker (2019) 7.12.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import add, multiply, substitute
from matcalc.algebra.facts import is_symmetric
from matcalc.calculus.implicit import UnsolvedError
from matcalc.core.expr import Expr, postorder
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded
from matcalc.solving.affine import Affine, affine, isolated
from matcalc.solving.constraint import Constraint


class Found(NamedTuple):
    """The solution and the multipliers; `before` is the solution in terms of these, `inserted` each equation as it was
    solved for its multiplier, `solved` the multiplier then. Where all inverses of `needs` exist, so do these."""

    x: Expr
    multipliers: list[Expr]
    before: Expr
    inserted: list[Expr]
    solved: list[Expr]
    needs: list[Expr]


class RepeatedError(Exception):
    """Equations that say the same, or contradict each other."""


def eliminated(equation: Affine, x: Expr, bound: Sequence[tuple[Constraint, Expr]], book: Rulebook) -> Found:
    """The solution of `equation` under the constraints, each given with its part of the gradient, Aₖ*[Λₖ].

    Raises UnsolvedError where there is no closed form, RepeatedError where the equations are not independent.
    """
    def closed(e: Expr) -> Expr:
        return closed_form(e, book)

    if any(x in postorder(part) for _, part in bound):
        raise UnsolvedError("the constraint is not linear")
    rest = closed(add(equation.rest, *(part for _, part in bound)))
    before, whole = isolated(equation._replace(rest=rest), x, is_symmetric(x), book)
    current, needs = before, [whole]
    inserted: list[Expr] = []
    solved: list[Expr] = []
    values: dict[Expr, Expr] = {}
    for constraint, _ in bound:
        left = closed(expanded(substitute(constraint.h, {x: current})))
        leaf = constraint.multiplier
        if leaf not in postorder(left):
            raise RepeatedError
        linear = affine(left, leaf, book, is_plain=True)
        if linear is None:
            raise UnsolvedError("the constraint is not linear")
        value, whole = isolated(linear, leaf, False, book)
        needs.append(whole)
        inserted.append(left)
        solved.append(value)
        values = {other: closed(substitute(said, {leaf: value})) for other, said in values.items()} | {leaf: value}
        current = closed(substitute(current, {leaf: value}))
    number = None if equation.times is None else substitute(equation.times, {x: current})
    found = [values[constraint.multiplier] for constraint, _ in bound]
    return Found(current, [closed(multiply(number, e)) if number is not None else e for e in found], before, inserted,
                 solved, needs)
