"""What follows from ∂J/∂μₖ = 0 about the members of a family: μₖ = Σᵢ rᵢₖ xᵢ/Σᵢ rᵢₖ, or the same equation rearranged.

Both are read in the matrices that hold the families, with J: a solution is put into the gradient, which must vanish
then; another equation must be a number times that the gradient is zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import cast

from matcalc.algebra import add, negate, substitute, zeros
from matcalc.algebra.addition import scaled
from matcalc.algebra.leaves import is_zero
from matcalc.answer.first import posed_gradient
from matcalc.answer.problem import Problem, pose, rulebook_for
from matcalc.answer.proposed import claim_of
from matcalc.checking.comparing import compare
from matcalc.core.expr import Expr, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.judging.at_members import wanted_of
from matcalc.judging.claimed import LeftSide
from matcalc.numeric.sizes import Sizes
from matcalc.options import Dialect
from matcalc.proofreading.by_member import family_of
from matcalc.proofreading.conditions import Verdict
from matcalc.proofreading.infinitesimals import Sign
from matcalc.proofreading.lexicon import Lexicon
from matcalc.records import NamedTuple

_NUMBERS = tuple(sign * Fraction(q, 4) for q in (1, 2, 4, 8, 16) for sign in (1, -1))


class MemberCondition(NamedTuple):
    """∂J/∂μₖ = 0: what J is defined as, and the derivative."""

    definition: str
    sign: Sign


def condition_on(conditions: Iterable[MemberCondition], *texts: str) -> MemberCondition | None:
    """The condition on the members that are typed in some formulas; None where there is none."""
    return next((c for c in conditions for text in texts
                 if re.search(rf"{re.escape(c.sign.by[0].strip())}(?!\w)", text)), None)


def concluded(condition: MemberCondition, left: str, right: str, lexicon: Lexicon, seed: int,
              sizes: Sizes | None) -> tuple[Verdict, str] | None:
    """Whether left = right follows; None where it is not about members in matrices."""
    if lexicon.book is not rulebook_for(None):
        return None
    try:
        problem = pose(condition.definition, family_of(condition.sign), variables=lexicon.declared,
                       dialect=cast(Dialect, lexicon.dialect), demand_scalar=True)
        if problem.indexed is None or not problem.indexed.is_lifted:
            return None
        slope, x = posed_gradient(problem).expr, problem.settled(problem.wrt[0])
        sides = [_at_member(problem, condition.sign, text, x) for text in (left, right)]
    except MatcalcError:
        return None
    if None in sides:
        return None
    a, b = cast(tuple[Expr, Expr], tuple(sides))
    if a is x and x not in postorder(b):
        return _solved(problem, substitute(slope, {x: b}), seed, sizes)
    apart = add(a, negate(b))
    if any(is_zero(problem.closed(add(apart, negate(part)))) for part in (zeros(*x.shape), *_multiples(slope))):
        return "follows", "the condition, rearranged"
    return None


def _at_member(problem: Problem, sign: Sign, text: str, x: Expr) -> Expr | None:
    """What a side says of any member, in matrices."""
    wanted = wanted_of(problem, "gradient")
    side = LeftSide(problem, f"∂f/∂{sign.by[0].strip()} = {text}", "gradient", "gradient", wanted, {})
    text = side.removed()
    found = claim_of(problem, text, "", wanted and wanted._replace(stated=side.stated))
    found = problem.settled(problem.fitted(found, x.shape))
    return found if found.shape == x.shape and not found.free else None


def _solved(problem: Problem, left: Expr, seed: int, sizes: Sizes | None) -> tuple[Verdict, str]:
    """Whether a gradient in which a solution was put vanishes."""
    said = "it solves the condition"
    if is_zero(problem.closed(left)):
        return "follows", said
    found = compare(left, zeros(*left.shape), seed, sizes, at_kinks=False)
    if found.ok is None:
        return "not read", f"undecided: {found.reason}"
    return ("not refuted", said) if found.ok else ("does not follow", "it does not solve the condition")


def _multiples(slope: Expr) -> list[Expr]:
    return [scaled(slope, q) for q in _NUMBERS]
