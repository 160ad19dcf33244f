"""What the engine makes of a block: the first and the second differential of a call, against differences.

Once with all dimensions open, and once where every dimension is 1, for a rule must hold for scalars as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from matcalc.algebra import apply
from matcalc.calculus.differential import NoDifferentialError, differential
from matcalc.core.expr import Expr
from matcalc.numeric.draws import Rng
from matcalc.rulecheck.block import Block, Curve
from matcalc.rulecheck.measure import Trial, differences_agree, tangent_leaf
from matcalc.rulecheck.report import Check


def engine_differentials(block: Block) -> Iterator[Check]:
    yield from _differentials(block, "")
    ones = block.scalar()
    if ones is not None:
        yield from _differentials(ones, " at 1×1")


def _differentials(block: Block, label: str) -> Iterator[Check]:
    leaves, first = differentiable(block, apply(block.function, *block.arguments), list(block.places), 0)
    if leaves:
        yield differences_agree(f"differential of a call{label}", block, _jointly(block, block.raw, first, leaves, 0))
        yield _second(block, first, leaves, f"second differential{label}")


def _second(block: Block, first: Expr, leaves: list[Expr], name: str) -> Check:
    leaves, second = differentiable(block, first, leaves, 1)
    if not leaves:
        return Check(name, True, "none stated")
    return differences_agree(name, block, _jointly(block, first, second, leaves, 1))


def differentiable(block: Block, e: Expr, leaves: list[Expr], index: int) -> tuple[list[Expr], Expr]:
    """The leaves for which the rules give `e` a differential, and the differential by all of them together."""
    found = []
    for x in leaves:
        try:
            differential(e, {x: tangent_leaf(x, index)}, block.book)
        except NoDifferentialError:
            continue
        found.append(x)
    return found, differential(e, {x: tangent_leaf(x, index) for x in found}, block.book)


def _jointly(block: Block, f: Expr, df: Expr, leaves: list[Expr], index: int) -> Trial:
    """f along a random direction in all `leaves` at once, and what df says."""
    def trial(rng: Rng, choice: int) -> tuple[Curve, Callable[[], Any]]:
        at = block.point(rng, choice)
        fixed = {tangent_leaf(x): at.direction(x) for x in block.places}
        v = {x: at.direction(x) for x in leaves}
        seeds = {tangent_leaf(x, index): v[x] for x in leaves}
        return at.along(v, f, fixed), lambda: at.value(df, {**fixed, **seeds})
    return trial
