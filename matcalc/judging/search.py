"""The search for a diagnosis: from what explains the whole claim to the one change that would make it right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matcalc.answer.problem import Problem
from matcalc.core.expr import Expr
from matcalc.judging import forms
from matcalc.judging.diagnosis import Diagnosis
from matcalc.judging.edits import one_edit
from matcalc.judging.evidence import Evidence
from matcalc.judging.properties import property_needed
from matcalc.judging.terms import one_term, tiny
from matcalc.numeric.sizes import format_shape

_TESTS: Sequence[Callable[[Evidence], Diagnosis | None]] = (
    tiny, forms.elsewhere, forms.nothing, forms.factor, forms.projected, forms.transposed, forms.by_rows,
    forms.diagonal, property_needed, one_term,
)


def diagnosed(evidence: Evidence, text: str, problem: Problem, dialect: str) -> Diagnosis | None:
    """What is the matter with the claim `text`; None where nothing simple is."""
    assert evidence.claim is not None
    if evidence.claim.shape != evidence.case.shape:
        return _misshapen(evidence, evidence.claim, text, problem, dialect)
    found = (test(evidence) for test in _TESTS if evidence.pairs)
    return (next((d for d in found if d is not None), None) or one_edit(evidence, text, problem, dialect)
            or forms.in_part(evidence) or forms.only_of_size_one(evidence))


def _misshapen(evidence: Evidence, claim: Expr, text: str, problem: Problem, dialect: str) -> Diagnosis:
    """The shapes, and what makes them fit if anything does."""
    kind, shape = evidence.case.kind, evidence.case.shape
    wrong = f"a wrong shape: the {kind} is {format_shape(shape)}, the claim is {format_shape(claim.shape)}"
    found = forms.shape(evidence) or one_edit(evidence, text, problem, dialect)
    return Diagnosis(found.kind, f"{wrong}; {found.text}", found.formulas) if found else Diagnosis("shape", wrong)
