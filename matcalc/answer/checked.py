"""An answer before finite differences: its statements one by one, what they say together, and the V-curve of the last.

An answer that its own check contradicts is a defect and never shown; one that no point can check is refused, and so is
one whose conditions cannot hold at all. The quick check comes first, and what it leaves open the thorough one decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from matcalc.algebra import transpose
from matcalc.answer.derivative import Derivative
from matcalc.answer.problem import Problem
from matcalc.calculus import regularity
from matcalc.checking.quick import passed
from matcalc.checking.stated import Statement, Trials
from matcalc.checking.verdicts import Verification, left_open, worst_of
from matcalc.core.expr import Expr
from matcalc.diagnostics import ContradictionError, NoRuleError, fail
from matcalc.extensions import ASCII
from matcalc.numeric.sizes import Sizes

if TYPE_CHECKING:
    from matcalc.checking.vcurve import Branch


def check(s: Statement, how: Trials) -> Verification:
    """What finite differences say of a statement; NumPy is loaded where they are not decided without it, and where it
    is not installed, as in a browser, nothing is decided then."""
    found = passed(s, how)
    if found is not None:
        return found
    try:
        from matcalc.checking import verification
    except ModuleNotFoundError as lost:
        return left_open(lost, how.seed)
    return verification.check(s, how)


def verified(answer: Derivative, trials: int = 3, seed: int = 0, sizes: Sizes | None = None) -> Verification:
    """Compare with central differences of the input on random matrices of pairwise different sizes."""
    found: list[Verification] = []
    for s in answer.statements:
        result = check(s, Trials(trials if s.decisive else 1, seed, sizes))
        if s.preliminary and result.ok is None:
            continue
        if s.decisive or result.ok is False:
            found.append(result)
        if s.decisive and not result.ok:
            break  # nothing that comes can make the answer sure
    return _summed([*found, *_two_ways(answer, Trials(trials, seed, sizes))], answer.problem)


def _two_ways(answer: Derivative, how: Trials) -> list[Verification]:
    """The matrices of an answer to index notation against the sums that were typed."""
    problem = answer.problem
    if problem.indexed is None or problem.is_summed:
        return []
    if answer.kind != "gradient" and not answer.is_laid:
        return []
    from matcalc.answer.summed import two_ways

    try:
        return [two_ways(answer, how)]
    except ModuleNotFoundError as lost:
        return [left_open(lost, how.seed)]


def assure(answer: Derivative) -> None:
    """Refuse an answer that its own check contradicts, and one that no point can check: one point each statement."""
    found: list[Verification] = []
    for s in answer.statements:
        if s.decisive and (not found or found[-1].ok):
            result = check(s, Trials(1))
            if not s.preliminary or result.ok is not None:
                found.append(result)
    found += _two_ways(answer, Trials(1))
    verification = _summed(found, answer.problem)
    if verification.ok is None:
        raise fail("M0901", f"the {answer.kind} could not be checked: {verification.reason}",
                   answer.problem.source, error=NoRuleError)
    if verification.ok is False:
        raise fail("M9001", f"the {answer.kind} of {answer.problem.source} fails its own check (largest relative error "
                   f"{verification.max_rel_error:.1e}); this is a bug in matcalc, please report it",
                   answer.problem.source, error=ContradictionError)


def curve_of(answer: Derivative, claim: Expr | None = None, seed: int = 0,
             sizes: Sizes | None = None) -> tuple[Branch, ...]:
    """Errors of the finite differences of what `answer` differentiates, against `claim` or its own last statement."""
    from matcalc.checking.claims import Claim
    from matcalc.checking.vcurve import v_curve

    last = answer.statements[-1]
    said = last.derivative
    if claim is not None:
        marked = answer.problem.marked(claim)
        said = marked if marked.shape == said.shape else transpose(marked)
    moved = last.x if isinstance(last.x, tuple) else (last.x,)
    return v_curve(Claim(last.f, said, moved, last.kind, last.structure, axes=last.axes), seed, sizes)


def _summed(found: Sequence[Verification], problem: Problem) -> Verification:
    """What several checks say together; nothing is decided where what was typed has a value at no point."""
    whole = worst_of(found)
    reason = _nowhere(problem) if whole.ok else _too_wide(problem) if whole.ok is None else ""
    return replace(whole, ok=None, status="inconclusive", reason=reason) if reason else whole


def _too_wide(problem: Problem) -> str:
    """That what has fewer rows than columns, by the sizes that were typed, is to have full column rank."""
    for c in regularity.conditions(problem.settled(problem.f), problem.settled(problem.f), problem.typed):
        rows, columns = c.expr.shape
        if c.word == "of full column rank" and isinstance(rows, int) and isinstance(columns, int) and rows < columns:
            from matcalc.printers.requirements import condition_text

            return f"{condition_text(c, ASCII)} is asked for, of {rows}x{columns}, which has fewer rows than columns"
    return ""


def _nowhere(problem: Problem) -> str:
    """That a condition which the formula has lost holds at no point; the check of the formula does not see it."""
    lost = regularity.lost(problem.settled(problem.f), problem.typed)
    if not lost:
        return ""
    from matcalc.answer.somewhere import never

    broken = never(lost)
    if not broken:
        return ""
    from matcalc.printers.requirements import condition_text

    return f"no point was found where {condition_text(broken, ASCII)}"
