"""Is it the derivative? A claim is read in any spelling, tested, and if it is wrong told what is the matter with it.

Two oracles that share nothing have to agree with a claim: finite differences along random directions at several sizes
and draws, and the values of matcalc's own formula, which finite differences have tested before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from matcalc.algebra import transpose
from matcalc.checking.verdicts import Verification, verdict
from matcalc.checking.verification import TOLERANCE, check, equal_numerically
from matcalc.derive import claim_of, derived
from matcalc.deriving.derivation import Derivation
from matcalc.deriving.problem import Problem, pose
from matcalc.diagnostics import InputError, NoRuleError
from matcalc.expr import Expr
from matcalc.judging.diagnosis import Diagnosis
from matcalc.judging.edits import one_edit
from matcalc.judging.evidence import Case, gather
from matcalc.judging.far import hidden_difference
from matcalc.judging.search import diagnosed

_UNFIT = {"M0301", "M0302", "M0303", "M0306"}  # the claim can be read, but its shapes do not fit
_FLIPPED = {("gradient", "numerator"), ("jacobian", "denominator"), ("hessian", "denominator")}
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Judgement(Verification):
    """A verification of a claim with, where it is wrong, what is the matter and what would be right.

    `diagnosis` is a sentence and `right` the formula, both in ASCII; `cause`, `own` and `claim` are the same as data.
    """

    diagnosis: str = ""
    right: str = ""
    cause: Diagnosis | None = None
    own: Derivation | None = None
    claim: Expr | None = None
    problem: Problem | None = None
    unread: InputError | None = None


@dataclass(frozen=True)
class Hearing:
    """All that is known when a claim is judged."""

    problem: Problem
    own: Derivation | None
    case: Case
    text: str
    dialect: str
    layout: str
    options: dict[str, Any]


def judge(expr: str, wrt: str | Sequence[str] | None = None, *, claim: str, kind: str = "gradient",
          variables: Mapping[str, str] | None = None, structure: str = "project", layout: str = "gradient",
          dialect: str = "", rules: Any = None, trials: int = 3, seed: int = 0,
          sizes: Mapping[str, int] | None = None) -> Judgement:
    """Judge `claim` as the `kind` of `expr`; by two variables it is the mixed second derivative.

    A claim whose shapes do not fit is wrong; a claim that cannot be read raises InputError.
    """
    reading: dict[str, Any] = {"variables": variables, "dialect": dialect, "rules": rules}
    own = _own(kind, expr, wrt, reading | {"structure": structure, "layout": layout})
    problem = own.problem if own else pose(expr, wrt, demand_scalar=kind != "jacobian", **reading)
    is_flipped = (kind, layout) in _FLIPPED
    case = _case(problem, own, kind, is_flipped, seed, sizes)
    options = {"trials": trials, "seed": seed, "sizes": sizes}
    hearing = Hearing(problem, own, case, claim, dialect, layout, options)
    try:
        proposed = claim_of(problem, claim, dialect)
    except InputError as error:
        if not {d.code for d in error.diagnostics} & _UNFIT:
            raise
        return _unfit(hearing, error)
    proposed = problem.fitted(transpose(proposed) if is_flipped else proposed, case.shape)
    if proposed.shape != case.shape:
        return _wrong(hearing, _refused(hearing, "shapes"), proposed)
    found = _tested(hearing, proposed)
    return _wrong(hearing, found, proposed) if found.ok is False else _heard(hearing, found, proposed)


def _own(kind: str, expr: str, wrt: str | Sequence[str] | None, keywords: Mapping[str, Any]) -> Derivation | None:
    """matcalc's answer; None where no rule covers the expression."""
    try:
        own = derived(kind, expr, wrt, **keywords)
        return own if own.expr else None
    except NoRuleError:
        return None


def _case(problem: Problem, own: Derivation | None, kind: str, is_flipped: bool, seed: int,
          sizes: Mapping[str, int] | None) -> Case:
    right = None if own is None else transpose(own.expr) if is_flipped else own.expr
    free = problem.settled(own.statements[0].derivative) if own and kind == "gradient" else None
    return Case(problem.f, problem.wrt, kind, right, free, seed, sizes)


def _tested(hearing: Hearing, proposed: Expr) -> Verification:
    """What both oracles say."""
    right, options = hearing.case.own, hearing.options
    found = _measured(hearing, proposed)
    if right is None or proposed is right or found.ok is False:
        return found
    values = equal_numerically(proposed, right, tol=_CLOSE, **options)
    if values.ok is not False:
        values = hidden_difference(proposed, right, options["seed"], options["sizes"]) or values
    if found.ok and values.ok is False and _own_holds(hearing):
        return values
    if found.ok is None and _has_no_value(proposed, right, options):
        return _refused(hearing, "values", found.reason)
    return found


def _measured(hearing: Hearing, proposed: Expr) -> Verification:
    """Finite differences; of matcalc's own formula where that is known to be the same as another statement."""
    case, own, marked = hearing.case, hearing.own, hearing.problem.marked
    if own is None or case.own is None:
        return check(case.f, case.x[0], marked(proposed), case.kind, wrt2=case.x[-1], **hearing.options)
    last = own.statements[-1]
    if last.derivative is not marked(case.own):
        values = equal_numerically(proposed, case.own, tol=_CLOSE, **hearing.options)
        return values if values.ok is False else own.verify(**hearing.options)
    return check(last.f, last.x, marked(proposed), last.kind, structure=last.structure, wrt2=last.y, **hearing.options)


def _own_holds(hearing: Hearing) -> bool:
    return hearing.own is not None and hearing.own.verify(**hearing.options).ok is True


def _has_no_value(proposed: Expr, right: Expr, options: Mapping[str, Any]) -> bool:
    """The right formula has finite values where the claim has none."""
    return (equal_numerically(right, right, **options).ok is True
            and equal_numerically(proposed, proposed, **options).ok is None)


def _refused(hearing: Hearing, method: str, reason: str = "") -> Verification:
    """A claim that is wrong before anything is measured."""
    options = hearing.options
    none = verdict([], tolerance=TOLERANCE, trials=options["trials"], seed=options["seed"], method=method)
    return replace(none, ok=False, status="failed", max_rel_error=float("inf"), reason=reason)


def _unfit(hearing: Hearing, error: InputError) -> Judgement:
    """The shapes inside the claim do not fit: wrong, and perhaps one transpose away from right."""
    first = error.diagnostics[0]
    labels = ", ".join(label.text for label in first.labels)
    said = f"a wrong shape: {first.message}" + (f" ({labels})" if labels else "")
    evidence = gather(hearing.case, None, _known(hearing))
    edit = one_edit(evidence, hearing.text, hearing.problem, hearing.dialect)
    cause = Diagnosis(edit.kind if edit else "shape", f"{said}; {edit.text}" if edit else said)
    return replace(_heard(hearing, _refused(hearing, "shapes"), None, cause), unread=error)


def _wrong(hearing: Hearing, found: Verification, proposed: Expr) -> Judgement:
    """A wrong claim with its diagnosis."""
    compared = proposed if hearing.own else hearing.problem.marked(proposed)
    evidence = gather(hearing.case, compared, _known(hearing))
    cause = diagnosed(evidence, hearing.text, hearing.problem, hearing.dialect)
    return _heard(hearing, found, proposed, cause)


def _known(hearing: Hearing) -> list[Expr]:
    infos = hearing.problem.variables.values()
    return [hearing.problem.settled(v.expr) if hearing.own else v.expr for v in infos]


def _heard(hearing: Hearing, found: Verification, claim: Expr | None, cause: Diagnosis | None = None) -> Judgement:
    right = hearing.own.ascii if hearing.own and found.ok is False else ""
    return Judgement(**{f.name: getattr(found, f.name) for f in fields(Verification)}, right=right, cause=cause,
                     diagnosis=cause.said() if cause else "", own=hearing.own, claim=claim, problem=hearing.problem)
