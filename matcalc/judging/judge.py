"""Is it the derivative? A claim is read in any spelling, tested, and if it is wrong told what is the matter with it.

Two oracles that share nothing have to agree with a claim: finite differences along random directions at several sizes
and draws, and matcalc's own formula, which finite differences have tested before: by algebra, or by its values near
and far, of both signs and around every breakpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial

from matcalc.algebra import add, negate, transpose, variable
from matcalc.algebra.leaves import is_zero
from matcalc.answer import first, second
from matcalc.answer.checked import curve_of
from matcalc.answer.claim_letters import Wanted
from matcalc.answer.derivative import Derivative
from matcalc.answer.other_sizes import in_other_sizes
from matcalc.answer.problem import Problem, pose
from matcalc.answer.proposed import (
    OTHER_RANGE,
    claim_declarations,
    claim_of,
    claim_text,
    exchanged_claim,
    is_in_sums,
)
from matcalc.checking.comparing import Difference, compare
from matcalc.checking.stated import Statement, Trials
from matcalc.checking.verdicts import Verification, verdict
from matcalc.checking.verification import TOLERANCE, VERY_LARGE, check, equal_numerically
from matcalc.core.dims import names
from matcalc.core.expr import CALL, DIM, Expr
from matcalc.core.expr import postorder as reachable
from matcalc.core.expr import variables as variables_of
from matcalc.derivation import Derivation
from matcalc.diagnostics import InputError, MatcalcError, NoRuleError, fail
from matcalc.judging.at_members import wanted_of
from matcalc.judging.claimed import LeftSide, Question, joint_readings, new_squares, sized
from matcalc.judging.diagnosis import diagnosed
from matcalc.judging.edits import one_edit
from matcalc.judging.evidence import Case, Diagnosis, gather
from matcalc.language.elaborate import outline
from matcalc.language.syntax import Op, postorder
from matcalc.numeric.sizes import known_sizes
from matcalc.options import Asked, Dialect, Layout, Rules, Sizes, Structure, Variables, by
from matcalc.printers import unicode_text
from matcalc.records import NamedTuple

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
    difference: Difference | None = None
    assumed: tuple[str, ...] = ()  # what the claim demands of shapes that nobody declared: "X square"
    proved: bool = False  # by algebra, for all sizes
    unproved: bool = False  # a kink, a step or a size of the claim's own may hide between the points tried

    def __repr__(self) -> str:
        verdict = {True: "holds", False: "wrong", None: "undecided"}[self.ok]
        said = self.diagnosis or self.reason
        return f"<{verdict}{f': {said}' if said else ''}>"


class Hearing(NamedTuple):
    """All that is known when a claim is judged."""

    problem: Problem
    own: Derivation | None
    case: Case
    text: str
    question: Question
    how: Trials


def judge(expr: str, wrt: str | Sequence[str] | None = None, *, claim: str, kind: Asked = "gradient",
          variables: Variables = None, structure: Structure = "project", layout: Layout = "gradient",
          dialect: Dialect = "", rules: Rules = None, trials: int = 3, seed: int = 0,
          sizes: Sizes = None) -> Judgement:
    """Judge `claim` as the `kind` of `expr`; by two variables it is the mixed second derivative.

    A claim whose shapes do not fit is wrong; a claim that cannot be read raises InputError.
    """
    question = Question(wrt, kind, structure, layout, variables, dialect, rules)
    found = _judged(expr, claim, question, Trials(trials, seed, sizes))
    if found.own is None or found.claim is None or found.claim.shape != found.own.expr.shape:
        return found
    return found.drawn_by(partial(curve_of, found.own, found.claim, seed, sizes), f"claim {claim}")


def _judged(expr: str, claim: str, q: Question, how: Trials) -> Judgement:
    if q.kind == "hessian" and not isinstance(q.wrt, str) and len(q.wrt or ()) > 2:
        raise fail("M0501", "a claim for a Hessian is by one variable or by two", expr)
    own = _own(expr, q)
    problem = own.problem if own else pose(expr, q.wrt, variables=q.variables, dialect=q.dialect, rules=q.rules,
                                           demand_scalar=q.kind != "jacobian")
    left = LeftSide(problem, claim, q.kind, q.layout, wanted_of(problem, q.kind), {})
    claim = left.removed()
    wanted = left.wanted and left.wanted._replace(stated=left.stated)
    known_sizes(how.sizes, problem.f, *problem.leaves)
    is_flipped = (q.kind, q.layout) in _FLIPPED
    hearing = Hearing(problem, own, _case(problem, own, q, wanted, how), claim, q, how)
    try:
        proposed = claim_of(problem, claim, q.dialect, wanted)
        if problem.indexed is not None and not problem.is_summed and is_in_sums(proposed):
            hearing = _in_sums(hearing, wanted)
    except InputError as error:
        other = _with_sizes(hearing, is_flipped)
        if other is None and error.diagnostics[0].code == OTHER_RANGE:
            other = _with_exchanged(hearing, wanted, is_flipped)
        if other is None and error.diagnostics[0].code in _UNFIT:
            other = _with_other_sizes(hearing, is_flipped)
        return _unread(hearing, error) if other is None else other
    return _on(hearing, proposed, is_flipped)


def _with_exchanged(hearing: Hearing, wanted: Wanted | None, is_flipped: bool) -> Judgement | None:
    """The judgement on a claim whose ranges fit only with two letters exchanged: that is wrong."""
    found = exchanged_claim(hearing.problem, hearing.text, wanted or Wanted(), hearing.question.dialect)
    if found is None or hearing.problem.is_summed != is_in_sums(found[0]):
        return None
    judged = _on(hearing, found[0], is_flipped)
    if judged.ok is not True:
        return judged
    cause = Diagnosis("index", f"the indices {found[1]} are exchanged")
    return _heard(hearing, _refused(hearing, "indices"), None, cause)


def _on(hearing: Hearing, proposed: Expr, is_flipped: bool) -> Judgement:
    """The judgement on a claim that can be read."""
    problem, case = hearing.problem, hearing.case
    if (unknown := strangers(proposed, problem) or _unknown_functions(proposed, problem)):
        if (other := _with_other_sizes(hearing, is_flipped)) is not None:
            return other
        return _heard(hearing, _undecided(hearing, unknown), proposed)
    proposed = problem.fitted(transpose(proposed) if is_flipped else proposed, case.shape)
    if proposed.shape != case.shape:
        sized_claim = _with_sizes(hearing, is_flipped)
        return _wrong(hearing, _refused(hearing, "shapes"), proposed) if sized_claim is None else sized_claim
    if case.own is not None and (problem.f.complex or proposed.complex):
        from matcalc.judging.of_complex import tested

        found, cause = tested(problem.settled(case.own), problem.settled(proposed), hearing.how)
        return _heard(hearing, found, proposed, cause)
    found, apart = _tested(hearing, proposed)
    if found.ok is False:
        return _wrong(hearing, found, proposed, apart)
    proved = found.ok is True and _is_same(hearing.problem, proposed, case.own)
    return replace(_heard(hearing, found, proposed), proved=proved,
                   unproved=found.ok is True and not proved and bool(_own_corners(proposed) - _own_corners(case.own)))


def _with_other_sizes(hearing: Hearing, is_flipped: bool) -> Judgement | None:
    """The judgement on a claim whose names for sizes are meant for those that nobody typed: right if one way is."""
    problem, shape = hearing.problem, hearing.case.shape
    if problem.indexed is None or problem.is_summed:
        return None
    found = in_other_sizes(problem, hearing.text, hearing.question.dialect)
    judged = [_on(hearing, e, is_flipped) for e in found if e.shape == (shape[::-1] if is_flipped else shape)]
    return next((other for other in judged if other.ok is True), judged[0] if judged else None)


def _own_corners(e: Expr | None) -> set[Expr]:
    """The functions with a kink inside, and the sizes that are counted with."""
    nodes = reachable(e) if e is not None else []
    return {x for x in nodes if x.kind is DIM or (x.kind is CALL and ("kink" in x.data.fields
                                                                     or x.data.form == "constant"))}


def _is_same(problem: Problem, claim: Expr, right: Expr | None) -> bool:
    """Whether algebra says that the claim is the right formula."""
    return right is not None and (claim is right or is_zero(problem.closed(add(claim, negate(right)))))


def _with_sizes(hearing: Hearing, is_flipped: bool) -> Judgement | None:
    """The judgement on the claim with a size for every I, where that is what its shapes want."""
    case = hearing.case
    shape = (case.shape[1], case.shape[0]) if is_flipped else case.shape
    found, is_all = sized(hearing.problem, hearing.text, shape, hearing.question.dialect)
    if not found:
        reason = "which size has each I? write eye(n)"
        return None if is_all else _heard(hearing, _left_open(hearing, "shapes", reason), None)
    judged = (_on(hearing._replace(text=text), e, is_flipped) for text, e in found)
    first = next(judged)
    return first if first.ok is not False else next((other for other in judged if other.ok is not False), first)


def strangers(claim: Expr, problem: Problem) -> list[Expr]:
    """The variables of a claim that the expression does not have."""
    return [v for v in variables_of(claim) if v.data.name not in problem.variables]


def _unknown_functions(claim: Expr, problem: Problem) -> list[str]:
    """The unspecified functions of a claim that the expression does not have: σ for some activation."""
    of_claim, known = ({e.data.name for e in reachable(side) if e.kind is CALL and e.data.form == "unspecified"}
                       for side in (claim, problem.f))
    return [f"{name}(z)" for name in sorted(of_claim - known)]


def _undecided(hearing: Hearing, unknown: Sequence[Expr | str]) -> Verification:
    """Nobody knows what a name of the claim stands for."""
    names = [v if isinstance(v, str) else unicode_text(v) for v in unknown]
    what = f"what is {names[0]}?" if len(names) == 1 else f"what are {', '.join(names[:-1])} and {names[-1]}?"
    said = f"{what} write {'; '.join(f'{name} := …' for name in names)}; {hearing.text}"
    return _left_open(hearing, "names", said)


def _left_open(hearing: Hearing, method: str, reason: str) -> Verification:
    return replace(_refused(hearing, method, reason), ok=None, status="inconclusive", max_rel_error=float("nan"))


def _unread(hearing: Hearing, error: InputError) -> Judgement:
    """A claim that cannot be read, with the shapes of the expression at least."""
    if not {d.code for d in error.diagnostics} & _UNFIT:
        raise error
    unknown = unknown_names(hearing)
    if unknown:
        return _heard(hearing, _undecided(hearing, unknown), None)
    return _with_its_shapes(hearing) or _unfit(hearing, error)


def unknown_names(hearing: Hearing) -> list[Expr]:
    """Names in the text of a claim, whose shapes do not fit, that the problem does not have."""
    problem, declared = hearing.problem, claim_declarations(hearing.problem)
    root = outline(claim_text(problem, hearing.text)[0], declared, problem.rulebook, hearing.question.dialect)
    dims = {name for info in problem.variables.values() for dim in info.shape for name in names(dim)}
    typed = dict.fromkeys(s.data for s in postorder(root) if s.op is Op.NAME)
    return [variable(name, (1, 1)) for name in typed if name not in declared and name not in dims]


def _with_its_shapes(hearing: Hearing) -> Judgement | None:
    """The claim is right where undeclared shapes are those that it demands, and then that is said."""
    for declared in joint_readings(hearing.problem, hearing.text, hearing.question):
        asked = hearing.question._replace(variables=declared)
        try:
            found = _judged(hearing.problem.source, hearing.text, asked, hearing.how)
        except MatcalcError:
            continue
        if found.ok is True and found.problem is not None:
            return replace(found, assumed=tuple(new_squares(hearing.problem, found.problem)))
    return None


def _own(expr: str, q: Question) -> Derivation | None:
    """matcalc's answer; None where no rule covers the expression."""
    try:
        own = Derivation.of(_OWN[q.kind](expr, *by(q.kind, q.wrt), variables=q.variables, structure=q.structure,
                                         layout=q.layout, dialect=q.dialect, rules=q.rules))
        return own if own.expr else None
    except NoRuleError:
        return None


_OWN: dict[Asked, Callable[..., Derivative]] = {"gradient": first.gradient, "jacobian": first.jacobian,
                                              "hessian": second.hessian}


def _case(problem: Problem, own: Derivation | None, q: Question, wanted: Wanted | None, how: Trials) -> Case:
    is_flipped = (q.kind, q.layout) in _FLIPPED and own is not None and own.layout == q.layout
    right = None if own is None else transpose(own.expr) if is_flipped else own.expr
    free = problem.settled(own.statements[0].derivative) if own and q.kind == "gradient" else None
    return Case(problem.f, problem.wrt, q.kind, right, problem.rulebook, free, how.seed, how.sizes, wanted)


def _in_sums(hearing: Hearing, wanted: Wanted | None) -> Hearing:
    """The same question about the sums that were typed, for a claim that has no matrix form."""
    problem, q = hearing.problem.in_sums, hearing.question
    try:
        own = Derivation.of(first.in_sums(problem, q.kind, q.structure)) if hearing.own else None
    except NoRuleError:
        own = None
    return hearing._replace(problem=problem, own=own, case=_case(problem, own, q, wanted, hearing.how))


def _tested(hearing: Hearing, proposed: Expr) -> tuple[Verification, Difference | None]:
    """What both oracles say, and where the values differ from those of the right formula."""
    right, how = hearing.case.own, hearing.how
    found = _measured(hearing, proposed)
    if right is None or _is_same(hearing.problem, proposed, right):
        return found, None
    if found.ok is False:
        return found, None
    f = hearing.problem.settled(hearing.case.f)
    values = compare(proposed, right, how.seed, how.sizes, at_kinks=False, domain=(f,))
    if values.difference is not None and _own_holds(hearing, values.difference):
        return values.verification(), values.difference
    if found.ok is None and _has_no_value(proposed, right, how):
        return _refused(hearing, "values", found.reason), None
    return found, None


def _measured(hearing: Hearing, proposed: Expr) -> Verification:
    """Finite differences; of matcalc's own formula where that is known to be the same as another statement."""
    case, own, marked = hearing.case, hearing.own, hearing.problem.marked
    if own is None or case.own is None:
        return check(Statement(case.f, case.x[0], marked(proposed), case.kind, y=case.x[-1]), hearing.how)
    last = own.statements[-1]
    if last.derivative is not marked(case.own):
        values = equal_numerically(proposed, case.own, hearing.how, _CLOSE)
        return values if values.ok is False else own.verify(*hearing.how)
    return check(last._replace(derivative=marked(proposed)), hearing.how)


def _own_holds(hearing: Hearing, apart: Difference) -> bool:
    """Whether finite differences confirm matcalc's own formula, also at the sizes of the place."""
    own = hearing.own
    return own is not None and all(own.verify(*hearing.how._replace(sizes=sizes)).ok is True
                                   for sizes in (hearing.how.sizes, apart.place.sizes))


def _has_no_value(proposed: Expr, right: Expr, how: Trials) -> bool:
    """The right formula has finite values where the claim has none."""
    found = equal_numerically(proposed, proposed, how)
    return (found.ok is None and found.reason != VERY_LARGE
            and equal_numerically(right, right, how).ok is True)


def _refused(hearing: Hearing, method: str, reason: str = "") -> Verification:
    """A claim that is wrong before anything is measured."""
    none = verdict([], tolerance=TOLERANCE, trials=hearing.how.number, seed=hearing.how.seed, method=method)
    return replace(none, ok=False, status="failed", max_rel_error=float("inf"), reason=reason)


def _unfit(hearing: Hearing, error: InputError) -> Judgement:
    """The shapes inside the claim do not fit: wrong, and perhaps one transpose away from right."""
    first = error.diagnostics[0]
    labels = ", ".join(label.text for label in first.labels)
    said = f"a wrong shape: {first.message}" + (f" ({labels})" if labels else "")
    evidence = gather(hearing.case, None, _known(hearing))
    edit = one_edit(evidence, hearing.text, hearing.problem, hearing.question.dialect)
    cause = Diagnosis(edit.kind if edit else "shape", f"{said}; {edit.text}" if edit else said)
    return replace(_heard(hearing, _refused(hearing, "shapes"), None, cause), unread=error)


def _wrong(hearing: Hearing, found: Verification, proposed: Expr, apart: Difference | None = None) -> Judgement:
    """A wrong claim with its diagnosis."""
    compared = proposed if hearing.own else hearing.problem.marked(proposed)
    evidence = replace(gather(hearing.case, compared, _known(hearing)), apart=apart)
    cause = diagnosed(evidence, hearing.text, hearing.problem, hearing.question.dialect)
    return replace(_heard(hearing, found, proposed, cause), difference=apart)


def _known(hearing: Hearing) -> list[Expr]:
    infos = hearing.problem.variables.values()
    return [hearing.problem.settled(v.expr) if hearing.own else v.expr for v in infos]


def _heard(hearing: Hearing, found: Verification, claim: Expr | None, cause: Diagnosis | None = None) -> Judgement:
    right = hearing.own.ascii if hearing.own and found.ok is False else ""
    return Judgement(**{f.name: getattr(found, f.name) for f in fields(Verification)}, right=right, cause=cause,
                     diagnosis=cause.said() if cause else "", own=hearing.own, claim=claim, problem=hearing.problem)
