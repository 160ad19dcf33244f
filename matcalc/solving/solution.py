"""A solution as people hold it: the unknown in closed form, what kind of point it is, and where that holds.

It is a formula like any other, in every notation; beside it stand the multipliers, the way in named steps, and a check
at random data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from matcalc.answer.derivative import Answer
from matcalc.answer.problem import Problem
from matcalc.calculus.regularity import Condition
from matcalc.core.dims import names
from matcalc.core.expr import Expr, postorder, variables
from matcalc.derivation import Formula, Steps
from matcalc.diagnostics import ContradictionError, NoRuleError, fail
from matcalc.extensions import ASCII
from matcalc.options import Sizes
from matcalc.records import NamedTuple
from matcalc.solving.constraint import Constraint
from matcalc.solving.nature import Kind

if TYPE_CHECKING:
    from matcalc.checking.stated import Statement
    from matcalc.checking.verdicts import Verification
    from matcalc.solving.trial import Stated


class Stage(NamedTuple):
    """A line on the way: `left` = `right` by the rule `rule`, and why, in words and formulas. A left side that is a
    word is "gradient" (of the formula), "lagrangian", or "of lagrangian", its gradient."""

    rule: str
    title: str
    left: Expr | str
    right: Expr
    because: tuple[Expr | str, ...] = ()


class Claims(NamedTuple):
    """What has to hold for a solution: what finite differences decide, and what is tried at random data."""

    statements: Sequence[Statement]
    stated: Stated


class Solution(Formula):
    """The unknown in closed form.

    `kind` is minimum, maximum, depends (on `curvature`, the second differential, being positive or negative), or
    solution (of an equation); unless `is_only`, −x is as good. `multipliers` are formulas by name, `constraints` the
    equations as they are read.
    """

    kind: Kind
    curvature: Expr | None
    constraints: Sequence[Constraint]
    values: Sequence[Expr]
    stages: Sequence[Stage]
    where: Sequence[Condition]
    is_only: bool
    claims: Claims

    def __init__(self, problem: Problem, expr: Expr, notes: list[str], kind: Kind, claims: Claims, *,
                 where: Sequence[Condition] = (), stages: Sequence[Stage] = (), curvature: Expr | None = None,
                 constraints: Sequence[Constraint] = (), values: Sequence[Expr] = (), is_only: bool = True) -> None:
        super().__init__(problem, lambda: expr, notes)
        vars(self).update(kind=kind, claims=claims, where=tuple(where), stages=tuple(stages), curvature=curvature,
                          constraints=tuple(constraints), values=tuple(values), is_only=is_only)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.unknown.data.name} = {self.ascii}>"

    @property
    def unknown(self) -> Expr:
        """The variable that was solved for."""
        return self.problem.settled(self.problem.wrt[0])

    @property
    def requirements(self) -> Sequence[Condition]:  # type: ignore[override]
        """Where the solution holds."""
        return self.where

    @property
    def inputs(self) -> dict[str, Expr]:
        """The variables of which the solution is a function, and those that tell its sizes."""
        return self.needed_for(self.expr)

    def needed_for(self, e: Expr) -> dict[str, Expr]:
        """The variables in `e`, and where they do not tell all sizes in it, others that do."""
        found = variables(e)
        sizes = _sizes(*postorder(e)) - _sizes(*found)
        leaves = [self.problem.settled(leaf) for leaf in self.problem.leaves]
        found += [leaf for leaf in leaves if leaf is not self.unknown and leaf not in found and _sizes(leaf) & sizes]
        return {leaf.data.name: leaf for leaf in found}

    @cached_property
    def multipliers(self) -> Mapping[str, Formula]:
        """The multipliers by name: of ⟨Λ, left − right⟩ in the Lagrangian."""
        found = {}
        for constraint, value in zip(self.constraints, self.values, strict=True):
            found[constraint.multiplier.data.name] = Multiplier(self, value)
        return found

    @cached_property
    def steps(self) -> Steps:
        """The way from the formula to the solution."""
        from matcalc.explanation import Step
        from matcalc.printers import text

        def ascii_side(e: Expr | str) -> str:
            return e if isinstance(e, str) else text(self.problem.lettered(e), ASCII)

        return Steps([Step(n, stage.rule, stage.title, ascii_side(stage.left), ascii_side(stage.right),
                           "".join(map(ascii_side, stage.because))) for n, stage in enumerate(self.stages, 1)], self)

    def verify(self, trials: int = 3, seed: int = 0, sizes: Sizes = None) -> Verification:
        """Try the solution at random data: the gradient of the Lagrangian vanishes, the constraints hold, and at a
        minimum no feasible step lowers the formula. The gradient itself is compared with finite differences."""
        from matcalc.answer.checked import check
        from matcalc.checking.stated import Trials
        from matcalc.checking.verdicts import worst_of
        from matcalc.solving.trial import tried

        found = tried(self.claims.stated, trials, seed, sizes)
        stated = [check(s, Trials(1, seed, sizes)) for s in self.claims.statements]
        return found if found.ok is not True else worst_of([found, *(v for v in stated if v.ok is not True)])


def assure(answer: Solution, verification: Verification) -> None:
    """Refuse a solution that its own check contradicts, and one that no random data can check."""
    name, source = answer.unknown.data.name, answer.problem.typed_source
    if verification.ok is None:
        raise fail("M0901", f"the solution for {name} could not be checked, so it is not shown: {verification.reason}",
                   source, fixes=("--no-check",), error=NoRuleError)
    if verification.ok is False:
        raise fail("M9001", f"the solution for {name} that matcalc found fails its own check, so it is not shown: "
                   f"relative error {verification.max_rel_error:.1e}; this is a bug in matcalc, please report it",
                   source, error=ContradictionError)


class Multiplier(Formula):
    """The value of a multiplier."""

    needed_for: Callable[[Expr], dict[str, Expr]]

    def __init__(self, solution: Solution, value: Expr) -> None:
        Answer.__init__(self, solution.problem, lambda: value, [])
        vars(self).update(needed_for=solution.needed_for)

    @property
    def inputs(self) -> dict[str, Expr]:
        """The variables of which it is a function."""
        return self.needed_for(self.expr)


def _sizes(*nodes: Expr) -> set[str]:
    """The names in the shapes of nodes."""
    return {name for e in nodes for dim in e.shape for name in names(dim)}
