"""What follows from a condition, a gradient set to zero: an equation that says the same, or a solution of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from matcalc.algebra import add, negate, substitute, transpose, zeros
from matcalc.algebra.leaves import is_zero
from matcalc.core.expr import VAR, Expr, givens, variables
from matcalc.diagnostics import Span
from matcalc.judging.evidence import EXACT, Sample, constant, ratios
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import programs
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for
from matcalc.proofreading.constrained import agreement
from matcalc.proofreading.expanding import World
from matcalc.proofreading.links import linked
from matcalc.records import NamedTuple

Verdict = Literal["follows", "not refuted", "does not follow", "not read"]
_POINTS = 3


class Condition(NamedTuple):
    """left = right, right being zero where nothing is said."""

    left: Expr
    span: Span
    right: Expr | None = None
    is_stationary: bool = False

    @property
    def whole(self) -> Expr:
        """What is zero."""
        return self.left if self.right is None else add(self.left, negate(self.right))


def concluded(conditions: Sequence[Condition], left: Expr, right: Expr, world: World, seed: int,
              sizes: Sizes | None) -> tuple[Verdict, str]:
    """Whether left = right follows from the conditions so far, the last of them first."""
    if left.shape != right.shape:
        return "not read", "the two sides have different shapes"
    new = world.expanded(add(left, negate(right)))
    for condition in reversed(conditions):
        old = world.expanded(condition.whole)
        if _is_multiple(old, new, seed, sizes):
            return "follows", "the condition, rearranged"
        if left.kind is VAR and left in variables(old) and left not in variables(world.expanded(right)):
            put_in = substitute(old, {left: world.expanded(right)})
            found = linked(world, put_in, zeros(*old.shape), seed, sizes)
            if found.holds:
                return ("follows" if found.found == "proved" else "not refuted"), "it solves the condition"
    held = under(conditions, left, right, world, seed, sizes)
    if held is None:
        return "not read", "an equation that holds only under a condition; whether it follows is not decided"
    return ("not refuted", "under the conditions") if held else ("does not follow", "it does not hold where the "
                                                                 "conditions do")


def under(conditions: Sequence[Condition], left: Expr, right: Expr, world: World, seed: int,
          sizes: Sizes | None) -> bool | None:
    """Whether two members agree wherever the conditions hold; None where that cannot be tried."""
    if left.shape != right.shape:
        return None
    zero = [world.expanded(c.whole) for c in conditions]
    marks = world.lexicon.marks
    if any(x in marks for x in variables(world.expanded(left), world.expanded(right))):
        zero += [world.expanded(world.change(c.whole)) for c in conditions]
    return agreement([z for z in zero if not is_zero(z)], world.expanded(left), world.expanded(right), seed, sizes)


def _is_multiple(old: Expr, new: Expr, seed: int, sizes: Sizes | None) -> bool:
    """Whether the new equation is the old one times a number, perhaps transposed."""
    for other in (new, transpose(new)):
        if other.shape != old.shape:
            continue
        roots = (old, other)
        dims, shared = dims_of(*roots), programs()
        pairs = []
        for k in range(_POINTS):
            sizes_ = sizes_for(dims, k, sizes)
            rng = np.random.default_rng((seed % (1 << 63), 13, k))
            sample = Sample(sizes_, draw(givens(*roots), rng, sizes_, "generic", k), (), shared)
            pairs.append((sample.array(old), sample.array(other)))
        c = constant(ratios(pairs, EXACT), EXACT)
        if c is not None and abs(c) > EXACT:
            return True
    return False
