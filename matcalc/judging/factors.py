"""The step of a derivation at which a number arises: the 2 of d(u'u) = 2 u' du, the 1/2 that cancels it.

What a step leaves is read with a name for every d(…) in it; the number is the coefficient of its normal form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from matcalc.answer.problem import Problem
from matcalc.core.dims import format_dim
from matcalc.core.expr import ADD, MUL, Expr
from matcalc.diagnostics import MatcalcError
from matcalc.explanation import Step
from matcalc.language import parse

_LONGEST = 2000
_EXACT = 1e-6


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
    terms = e.args if e.kind is ADD else (e,)
    fronts = {abs(term.data) if term.kind is MUL else Fraction(1) for term in terms}
    return fronts.pop() if len(fronts) == 1 else Fraction(1)
