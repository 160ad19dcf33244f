"""The first step of the derivation whose result is not in the claim, or at which the claim's number was lost.

A step leaves terms that are finished: linear in dX, nothing left to differentiate. Such a term is ⟨g, dX⟩, and a claim
that went the same way has g among its terms. Where the whole claim is transposed, the ways part at the read-off. A
number arises at a step, the 2 of d(u'u) = 2 u' du, or the 1/2 that cancels it: what a step leaves is read with a name
for every d(…) in it, and the number is the coefficient of its normal form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from matcalc.answer.problem import Problem
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import NoDifferentialError
from matcalc.core.dims import format_dim
from matcalc.core.expr import Expr
from matcalc.core.parts import number_scalars_matrix, terms
from matcalc.diagnostics import MatcalcError
from matcalc.explanation import Step
from matcalc.judging.diagnosis import summed
from matcalc.judging.evidence import Case, Evidence, close, constant, gather, ratios
from matcalc.judging.judge import Judgement
from matcalc.language import parse
from matcalc.simplification.expand import expanded

_LONGEST = 2000
_CAUSES = ("factor", "sign", "term")
_EXACT = 1e-6


def parting(found: Judgement) -> Step | None:
    """The step, or None where it cannot be told."""
    own, cause, claim = found.own, found.cause, found.claim
    if own is None or cause is None or claim is None or own.kind != "gradient" or own.layout == "numerator":
        return None
    steps = own.steps
    if cause.kind == "transpose":
        return next((s for s in steps if s.rule == "read-off"), None) if "transpose of the" in cause.text else None
    if cause.kind == "sym":
        return _where_transposed(steps, [name for name in own.problem.variables
                                         if re.search(rf"\b{re.escape(name)}\b", cause.said())])
    if cause.kind not in _CAUSES or claim.shape != own.expr.shape:
        return None
    posed = own.problem
    known = [posed.settled(info.expr) for info in posed.variables.values()]
    evidence = gather(Case(posed.f, posed.wrt, own.kind, own.expr, posed.rulebook, seed=found.seed), claim, known)
    usual = (s for s in steps if s.rule != "read-off" and _is_foreign(s, own.problem, evidence, claim))
    c = constant(ratios(evidence.pairs, evidence.tolerance), evidence.tolerance) if cause.kind == "factor" else None
    return (c and where_a_factor_arises(steps, own.problem, 1 / c)) or next(usual, None)


def _where_transposed(steps: Sequence[Step], names: Sequence[str]) -> Step | None:
    """The first step that transposes one of these: where it is symmetric nobody sees the difference. What is done with
    the formula before it is differentiated is no way yet."""
    def turned(text: str) -> set[str]:
        return {name for name in names if re.search(rf"(?<![\w]){re.escape(name)}\)?'", text)}

    return next((step for step in steps if turned(step.after) - turned(step.before)
                 and (step.rule == "read-off" or re.search(r"\bd", step.after))), None)


def _is_foreign(step: Step, problem: Problem, evidence: Evidence, claim: Expr) -> bool:
    """Whether the step leaves a finished term that the claim does not have."""
    mine = [claim, *summed(claim)]
    parts = [part for g in _finished(step.after, problem) for part in _parts(g)]
    return any(not any(_same(evidence, part, own) for own in mine) for part in parts)


def _parts(g: Expr) -> tuple[Expr, ...]:
    return terms(expanded(g))


def _same(evidence: Evidence, a: Expr, b: Expr) -> bool:
    return all(close(s.array(a), s.array(b), evidence.tolerance) for s in evidence.samples)


def _finished(text: str, problem: Problem) -> Iterator[Expr]:
    """g for each term ⟨g, dX⟩ of the formula `text`."""
    x = problem.wrt[0]
    name = f"d{x.data.name}"
    if len(text) > _LONGEST or name in problem.variables:
        return
    declared = problem.declarations()
    declared |= {name: declared[x.data.name].partition(" ")[0]}
    for term in _terms(text):
        if re.search(rf"\b{re.escape(name)}\b", term) and not re.search(r"\bd\(", term):
            g = _read(term, declared, name, problem)
            if g is not None:
                yield g


def _read(term: str, declared: dict[str, str], name: str, problem: Problem) -> Expr | None:
    try:
        read = parse(term, declared, problem.rulebook)
        direction = read.variables[name].expr
        return gradient(read.expr, direction, problem.rulebook) if read.expr.is_scalar else None
    except (MatcalcError, NoDifferentialError, KeyError):
        return None


def _terms(text: str) -> list[str]:
    """The terms of a sum, with their signs."""
    cuts, depth = [0], 0
    for i, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and text[i:i + 3] in (" + ", " - "):
            cuts.append(i)
    return [text[a:b].strip().removeprefix("+ ") for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def where_a_factor_arises(steps: Sequence[Step], problem: Problem, factor: float) -> Step | None:
    """The first step that multiplies by `factor`; else the first one that changes the number in front."""
    for counting_inside in (False, True):
        for step in steps:
            before, after = (_coefficient(text, problem, counting_inside) for text in (step.before, step.after))
            if before and after and step.rule != "read-off":
                ratio = float(after / before)
                if abs(ratio - factor) <= _EXACT * abs(factor) or (counting_inside and ratio != 1):
                    return step
    return None


def _coefficient(text: str, problem: Problem, inside: bool) -> Fraction | None:
    """The number in front of a formula with differentials; `inside` counts what stands in front within d(…)."""
    x, declared = problem.wrt[0], problem.declarations()
    if len(text) > _LONGEST or f"d{x.data.name}" in declared:
        return None
    number = Fraction(1)
    try:
        while found := re.search(r"\bd\(", text):
            end = _closing(text, found.end())
            e = parse(text[found.end():end], declared, problem.rulebook).expr
            name = problem.fresh("z", declared)
            declared[name] = _declaration(e)
            text = f"{text[:found.start()]}{name}{text[end + 1:]}"
            number *= _front(e) if inside else 1
        declared[f"d{x.data.name}"] = _declaration(x)
        return number * _front(parse(text, declared, problem.rulebook).expr)
    except MatcalcError:
        return None


def _closing(text: str, start: int) -> int:
    """The place of the bracket that closes the one before `start`."""
    depth = 1
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if not depth:
            return i
    return len(text)


def _declaration(e: Expr) -> str:
    rows, columns = map(format_dim, e.shape)
    return "scalar" if e.is_scalar else f"vector({rows})" if columns == "1" else f"matrix({rows},{columns})"


def _front(e: Expr) -> Fraction:
    """The coefficient of one term, or the one that all terms have."""
    fronts = {abs(number_scalars_matrix(term)[0]) for term in terms(e)}
    return fronts.pop() if len(fronts) == 1 else Fraction(1)
