"""The verdict: what is proved as it is declared, what under conditions, or the points that contradict it.

Nothing is said without a proof or a witness, and a proof is tried at random midpoints before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from matcalc.algebra import substitute
from matcalc.algebra.conjugation import is_real
from matcalc.answer.problem import Problem, pose
from matcalc.calculus.regularity import Condition
from matcalc.checking.verdicts import Verification, left_open
from matcalc.convex.domains import OUTSIDE
from matcalc.convex.hessian import Second
from matcalc.convex.proved import Attempt, Statement, is_negated, proved, supposed
from matcalc.core.expr import Expr, node
from matcalc.curvature.fields import Sense
from matcalc.curvature.proof import Proof
from matcalc.diagnostics import ContradictionError, NoRuleError, fail, not_there
from matcalc.extensions import ASCII
from matcalc.mime import Shown
from matcalc.options import Dialect, Names, Rules, Sizes, Variables
from matcalc.stability.stable import stable

if TYPE_CHECKING:
    from matcalc.convex.witness import Witness
    from matcalc.explanation import Step


class Convexity(Shown):
    """What is known of the curvature of a formula.

    `verdict` is convex, concave or affine, the former two also strictly or strongly; neither, not convex, not concave,
    each with a `witness`; or not decided. `statements` are the proofs, the first of which is the verdict; the others
    say what more holds under further conditions, or elsewhere.
    """

    def __init__(self, problem: Problem, first: Attempt, statements: Sequence[Statement], witness: Witness | None,
                 notes: Sequence[str]) -> None:
        self.problem, self.first, self.statements = problem, first, tuple(statements)
        self.witness, self.notes = witness, list(notes)

    @property
    def main(self) -> Statement | None:
        """What the verdict says; None where it rests on a witness, or is open."""
        return self.statements[0] if self.statements and self.witness is None else None

    @property
    def verdict(self) -> str:
        """“strongly convex”, “neither”."""
        if self.main is not None:
            return self.main.words
        w = self.witness
        if w is None:
            return "not decided"
        if w.against_convex is not None and w.against_concave is not None:
            return "neither"
        return "not convex" if w.against_convex is not None else "not concave"

    @cached_property
    def known(self) -> tuple[str, ...]:
        """What else is known, quasiconvex, log-concave, self-concordant, and geodesically with the metric named."""
        from matcalc.convex.elsewhere import known

        if self.first.f.complex:
            return ()
        return known(self.first, self.main.curvature if self.main is not None and not self.requirements else None)

    @property
    def constant(self) -> Expr | None:
        """The constant m of strong convexity: f − m‖x‖²/2 is convex."""
        return self.main.strength.constant if self.main is not None else None

    @property
    def requirements(self) -> tuple[Condition, ...]:
        """Where the verdict holds."""
        return self.main.where if self.main is not None else ()

    @property
    def conditions(self) -> list[str]:
        """The same as text: ["lambda nonnegative"]."""
        return self.conditions_of(self.requirements)

    def conditions_of(self, found: Sequence[Condition]) -> list[str]:
        """Conditions as text."""
        from matcalc.printers.requirements import condition_text

        return list(dict.fromkeys(condition_text(c, ASCII, self.problem.lettered) for c in found))

    @property
    def proof(self) -> list[Proof]:
        """The lines of the proof, what it rests on first."""
        return self.main.proof.lines() if self.main is not None else []

    @cached_property
    def steps(self) -> list[Step]:
        """The proof as numbered steps."""
        from matcalc.explanation import Step
        from matcalc.printers import text

        def said(part: Expr | str) -> str:
            return part if isinstance(part, str) else text(self.problem.lettered(part), ASCII)

        return [Step(n, line.rule, line.rule, said(line.expr), word_of(line), "".join(map(said, line.because)))
                for n, line in enumerate(self.proof, 1)]

    def __repr__(self) -> str:
        said = " and ".join(self.conditions)
        return f"<{self.verdict}{' if ' + said if said else ''}>"

    def __bool__(self) -> bool:
        """Whether it is certainly convex as it is declared."""
        return self.main is not None and self.main.curvature != "concave" and not self.requirements

    def verify(self, trials: int = 3, seed: int = 0, sizes: Sizes = None) -> Verification:
        """Random midpoints never contradict what is said, nor f − m‖x‖²/2 where a constant m is said."""
        try:
            from matcalc.convex.trying import verification
        except ModuleNotFoundError as lost:
            return left_open(lost, seed)
        return verification(self.statements, trials, seed, sizes)


def word_of(line: Proof) -> str:
    """What a line says of its expression."""
    if line.is_affine:
        return line.rule
    word = "convex" if line.sense > 0 else "concave"
    return f"{word} in the order of Loewner" if line.is_operator else word


def convexity(expr: str, wrt: Names = None, *, declared: Variables = None, dialect: Dialect = "", rules: Rules = None,
              check: bool = True, seed: int = 0, sizes: Sizes = None) -> Convexity:
    """The verdict on `expr` in the variables `wrt` together.

    Raises InputError for what cannot be read, is no scalar, or does not depend on `wrt`.
    """
    problem = pose(expr, wrt, variables=declared, dialect=dialect, rules=rules, demand_scalar=True)
    _refuse_unfit(problem)
    found = _judged(problem, seed, sizes)
    if check:
        assure(found, found.verify(1, seed, sizes))
    return found


def _refuse_unfit(problem: Problem) -> None:
    from matcalc.answer.applied import not_scalar

    problem.refuse_order(0)
    problem.refuse_without_value()
    if not problem.f.is_scalar:
        raise not_scalar(problem)
    if not is_real(problem.settled(problem.f)):
        raise fail("M1531", "the value is not certainly real, and only real functions are convex or concave; where a "
                   "matrix is Hermitian, “hermitian” or “hpd” in its declaration says so", problem.typed_source,
                   error=NoRuleError)


def _judged(problem: Problem, seed: int, sizes: Sizes) -> Convexity:
    notes = list(problem.notes)
    f, unknowns = _on_whole_space(problem, notes)
    first = Attempt(f, unknowns, problem.rulebook)
    found = _proved(problem, f, unknowns)
    if not found:  # log(cosh(x)) is a function with a name of its own
        safe = stable(f, problem.rulebook)
        found = _proved(problem, safe, unknowns) if safe is not f else []
    if not found:
        found = _supposed(problem, f, unknowns)
        if found and all(map(is_negated, found)):  # as (relu(x) - y)² is convex for y ≤ 0 only
            against_both = _against(f, unknowns, seed, sizes, notes)
            if against_both is not None and against_both.is_full:
                return Convexity(problem, first, found, against_both, notes)
    if found:
        return Convexity(problem, first, found, None, notes)
    on_part = _supposed(problem, f, unknowns, True)
    if not first.is_on_convex_set and on_part:
        return Convexity(problem, first, on_part, None, notes)
    return Convexity(problem, first, on_part, _against(f, unknowns, seed, sizes, notes), notes)


def _against(f: Expr, unknowns: Sequence[Expr], seed: int, sizes: Sizes, notes: list[str]) -> Witness | None:
    """The points that contradict it, where there is a library to look for them with."""
    try:
        from matcalc.convex.witness import against
    except ModuleNotFoundError as lost:
        notes.append(f"no point was tried: {not_there(lost)}")
        return None
    return against(f, unknowns, seed, sizes)


def _on_whole_space(problem: Problem, notes: list[str]) -> tuple[Expr, list[Expr]]:
    """The formula on a convex set: of orthogonal matrices, which are none, on all matrices, with nothing that holds for
    them alone."""
    wide: dict[Expr, Expr] = {}
    for x in problem.wrt:
        lost = x.data.props & OUTSIDE
        wide[x] = node(x.kind, (), x.data._replace(props=x.data.props - OUTSIDE - {"free"}), x.shape)
        if lost:
            notes.append(f"{x.data.name} is declared {min(lost)}, and such values are no convex set: this is about all "
                         f"{x.data.name} of its shape")
    if any(x.data.props & OUTSIDE for x in problem.wrt):
        return problem.settled(substitute(problem.f, wide)), list(wide.values())
    return problem.settled(problem.f), list(wide.values())


def _proved(problem: Problem, f: Expr, unknowns: Sequence[Expr]) -> list[Statement]:
    """By composition, else by the second differential."""
    senses: tuple[Sense, ...] = (1, -1)
    for sense in senses:
        found = proved(f, unknowns, problem.rulebook, sense)
        if found:
            return found
    second = Second(Attempt(f, unknowns, problem.rulebook))
    return next((found for sense in senses if (found := list(second.statements(sense)))), [])


def _supposed(problem: Problem, f: Expr, unknowns: Sequence[Expr], of_unknown: bool = False) -> list[Statement]:
    """Under conditions on data: by composition in either sense, else on the matrix of a quadratic form."""
    found: list[Statement] = []
    senses: tuple[Sense, ...] = (1, -1)
    for sense in senses:
        more = supposed(f, unknowns, problem.rulebook, sense, of_unknown)
        found = [*more, *found] if more and found and is_negated(found[0]) else [*found, *more]
    if found or of_unknown:
        return found
    second = Second(Attempt(f, unknowns, problem.rulebook))
    return [s for sense in senses for s in second.conditional(sense)]


def assure(found: Convexity, verification: Verification) -> None:
    """Refuse a statement that random midpoints contradict."""
    if verification.ok is False:
        raise fail("M9001", f"that {found.problem.typed_source} is {found.verdict} fails its own check, so it is not "
                   "shown: this is a bug in matcalc, please report it", found.problem.typed_source,
                   error=ContradictionError)
