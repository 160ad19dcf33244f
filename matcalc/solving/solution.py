"""A solution as people hold it: the unknown in closed form, what kind of point it is, and where that holds.

It is a formula like any other, in every notation; beside it stand the multipliers, the way in named steps, and a check
at random data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING

from matcalc.answer.derivative import Answer
from matcalc.answer.problem import Problem
from matcalc.calculus.regularity import Condition
from matcalc.core.dims import names
from matcalc.core.expr import Expr, postorder, variables
from matcalc.derivation import Formula, Steps
from matcalc.diagnostics import ContradictionError, NoRuleError, fail
from matcalc.extensions import ASCII
from matcalc.options import Dtype, Language, Sizes
from matcalc.records import NamedTuple
from matcalc.solving.constraint import Constraint
from matcalc.solving.nature import Freedom, Kind, Stated

if TYPE_CHECKING:
    from matcalc.checking.stated import Statement
    from matcalc.checking.verdicts import Verification

class Stage(NamedTuple):
    """A line on the way: `left` = `right` by the rule `rule`, and why, in words and formulas. A left side that is a
    word is "gradient" (of the formula), "lagrangian", or "of lagrangian", its gradient; `by` is the unknown then."""

    rule: str
    title: str
    left: Expr | str
    right: Expr
    because: tuple[Expr | str, ...] = ()
    by: Expr | None = None


class Value(NamedTuple):
    """An unknown, its value in the data, and how that is shown: perhaps in terms of other unknowns."""

    x: Expr
    expr: Expr
    shown: Expr


class Told(NamedTuple):
    """What is only worked out where somebody asks: the way, and the second differential at the point."""

    stages: Callable[[], Sequence[Stage]]
    curvature: Callable[[], Expr] | None = None


class Claims(NamedTuple):
    """What has to hold for a solution: what finite differences decide, and what is tried at random data."""

    statements: Sequence[Statement]
    stated: Stated


class Solution(Formula):
    """The unknown in closed form.

    `kind` is minimum, maximum, saddle, depends (on `curvature`, the second differential, being positive or negative),
    or solution (of an equation); what is as good is told by `freedom`. `multipliers` are formulas by name,
    `constraints` the equations as they are read. Of several unknowns it is the first; `unknowns` are all of them by
    name. What is `free` in the general solution of an equation can be anything.
    """

    kind: Kind
    constraints: Sequence[Constraint]
    values: Sequence[Expr]
    others: Sequence[Value]
    shown: Expr
    free: Sequence[Expr]
    told: Told
    where: Sequence[Condition]
    freedom: Freedom
    claims: Claims

    def __init__(self, problem: Problem, expr: Expr, notes: list[str], kind: Kind, claims: Claims, *,
                 where: Sequence[Condition] = (), told: Told | None = None,
                 constraints: Sequence[Constraint] = (), values: Sequence[Expr] = (), freedom: Freedom = "",
                 others: Sequence[Value] = (), shown: Expr | None = None,
                 free: Sequence[Expr] = ()) -> None:
        super().__init__(problem, lambda: expr, notes)
        vars(self).update(kind=kind, claims=claims, where=tuple(where), told=told or Told(list),
                          constraints=tuple(constraints), values=tuple(values), freedom=freedom,
                          others=tuple(others), shown=shown or expr, free=tuple(free))

    def __repr__(self) -> str:
        said = ", ".join(f"{name} = {value.ascii}" for name, value in self.unknowns.items())
        return f"<{self.kind} {said}>"

    @property
    def unknown(self) -> Expr:
        """The variable that was solved for, the first of several."""
        return self.problem.settled(self.problem.wrt[0])

    @cached_property
    def stages(self) -> Sequence[Stage]:
        """The way from the formula to the solution."""
        found = list(self.told.stages())
        return tuple(stage for before, stage in zip([None, *found], found, strict=False)
                     if before is None or (before.left, before.right) != (stage.left, stage.right))

    @cached_property
    def curvature(self) -> Expr | None:
        """The second differential at the point, in the differentials of the unknowns; None of an equation."""
        return self.told.curvature() if self.told.curvature is not None else None

    @property
    def is_only(self) -> bool:
        """Whether no other point is as good."""
        return not self.freedom and not self.free

    @property
    def solved(self) -> list[Value]:
        """All unknowns."""
        return [Value(self.unknown, self.expr, self.shown), *self.others]

    @cached_property
    def unknowns(self) -> Mapping[str, Formula]:
        """The values of all unknowns by name."""
        return {one.x.data.name: Part(self, one.expr) for one in self.solved}

    @property
    def requirements(self) -> Sequence[Condition]:  # type: ignore[override]
        """Where the solution holds."""
        return self.where

    @property
    def inputs(self) -> dict[str, Expr]:
        """The variables of which the solution is a function, and those that tell its sizes."""
        return self.needed_for(self.expr)

    def needed_for(self, *formulas: Expr) -> dict[str, Expr]:
        """The variables in formulas, and where they do not tell all sizes in them, others that do."""
        found = variables(*formulas)
        sizes = _sizes(*postorder(*formulas)) - _sizes(*found)
        unknowns = [one.x for one in self.solved]
        leaves = [self.problem.settled(leaf) for leaf in self.problem.leaves]
        found += [leaf for leaf in leaves if leaf not in unknowns and leaf not in found and _sizes(leaf) & sizes]
        return {leaf.data.name: leaf for leaf in found}

    @cached_property
    def multipliers(self) -> Mapping[str, Formula]:
        """The multipliers by name: of ⟨Λ, left − right⟩ in the Lagrangian."""
        found = {}
        for constraint, value in zip(self.constraints, self.values, strict=True):
            found[constraint.multiplier.data.name] = Part(self, value)
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

    def code(self, target: Language = "numpy", *, dtype: Dtype | None = None, check: bool = True,
             check_arguments: bool = True, name: str | None = None) -> str:
        """Source text of a module whose function `solution`, or `name`, computes the unknowns and the multipliers from
        the data, and which checks itself when it is run. Keywords as of a derivative's `code`."""
        from matcalc.derivation import written
        from matcalc.solving.coded import Asked, program

        record, how = written(target, None, dtype, check_arguments, name)
        xs = [one.x for one in self.solved]
        zero = self.claims.stated.zero
        needed = self.needed_for(*(one.expr for one in self.solved), *self.values, *zero)
        multipliers = [(c.multiplier, e) for c, e in zip(self.constraints, self.values, strict=True)]
        return program(Asked(self.problem, [one[:2] for one in self.solved], multipliers, zero, self.requirements,
                             [x for x in needed.values() if x not in xs]), record, check, how)

    def function(self, target: Language = "numpy", *, dtype: Dtype | None = None, check: bool = True,
                 check_arguments: bool = True, name: str | None = None) -> SimpleNamespace:
        """`code`, compiled: `s.function().solution(A, b)` takes and gives arrays, vectors as (n,)."""
        from matcalc.derivation import compiled

        return compiled(self.code(target, dtype=dtype, check=check, check_arguments=check_arguments, name=name), target)

    def verify(self, trials: int = 3, seed: int = 0, sizes: Sizes = None) -> Verification:
        """Try the solution at random data: the gradient of the Lagrangian vanishes, the constraints hold, and at a
        minimum no feasible step lowers the formula. The gradient itself is compared with finite differences."""
        from matcalc.answer.checked import check
        from matcalc.checking.stated import Trials
        from matcalc.checking.verdicts import left_open, worst_of

        try:
            from matcalc.solving.trial import tried
        except ModuleNotFoundError as lost:
            return left_open(lost, seed)
        found = tried(self.claims.stated, trials, seed, sizes)
        stated = [check(s, Trials(1, seed, sizes)) for s in self.claims.statements]
        return found if found.ok is not True else worst_of([found, *(v for v in stated if v.ok is not True)])


def assure(answer: Solution, verification: Verification) -> None:
    """Refuse a solution that its own check contradicts, and one that no random data can check."""
    name, source = answer.unknown.data.name, answer.problem.typed_source
    if verification.ok is None:
        raise fail("M0901", f"the solution for {name} could not be checked, so it is not shown: {verification.reason}",
                   source, error=NoRuleError)
    if verification.ok is False:
        raise fail("M9001", f"the solution for {name} that matcalc found fails its own check, so it is not shown: "
                   f"relative error {verification.max_rel_error:.1e}; this is a bug in matcalc, please report it",
                   source, error=ContradictionError)


class Part(Formula):
    """The value of one of several unknowns, or of a multiplier."""

    needed_for: Callable[..., dict[str, Expr]]

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
