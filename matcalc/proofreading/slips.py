"""Slips of the pen that one change does not mend: another letter than was meant, and that beside a lost transpose.

1_y exp(z) 1_yᵀ for 1_yᵀ exp(z) 1ᵀ is two of them. The changes are made in the text, as those of the judge are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from matcalc.answer.problem import Problem
from matcalc.answer.proposed import claim_declarations
from matcalc.core.expr import Expr
from matcalc.diagnostics import InputError, MatcalcError
from matcalc.judging.edits import Edit, Place, transposes
from matcalc.judging.evidence import Diagnosis, Evidence
from matcalc.language.elaborate import elaborate, outline
from matcalc.language.syntax import Op, postorder
from matcalc.options import NUMPY

_ONES = "ones"  # the vector of ones, which needs no declaration
_MOST, _MOST_FIRST = 250, 4
_LONGEST = 300
_NTH = ("first", "second", "third", "fourth")


def slips(evidence: Evidence, text: str, problem: Problem, dialect: str) -> Diagnosis | None:
    """The letter that should be another one, or a transpose and such a letter."""
    if len(text) > _LONGEST:
        return None
    for kind, sentence, changed in islice(_letters(text, problem, dialect), _MOST):
        if _fits(evidence, changed, problem, dialect):
            return Diagnosis(kind, sentence)
    if evidence.pairs:
        return None
    mended = ((sentence, changed) for _, sentence, changed in _transposed(text, problem, dialect)
              if (e := _read(changed, problem, dialect)) is not None and e.shape == evidence.case.shape)
    for first, changed in islice(mended, _MOST_FIRST):
        for _, second, both in islice(_letters(changed, problem, dialect), _MOST):
            if _fits(evidence, both, problem, dialect):
                return Diagnosis("term", f"{first}, and {second}")
    return None


def _fits(evidence: Evidence, text: str, problem: Problem, dialect: str) -> bool:
    e = _read(text, problem, dialect)
    return e is not None and e.shape == evidence.case.shape and evidence.fits(e)


def _read(text: str, problem: Problem, dialect: str) -> Expr | None:
    try:
        return elaborate(text, claim_declarations(problem), problem.rulebook, dialect=dialect, proposed=True).expr
    except InputError:
        return None


def _places(text: str, problem: Problem, dialect: str) -> list[Place]:
    try:
        root = outline(text, claim_declarations(problem), problem.rulebook, dialect)
    except MatcalcError:
        return []
    nodes = postorder(root)
    parents = {arg: s.op for s in nodes for arg in s.args}
    return sorted((Place(text, s, parents.get(s), dialect == NUMPY) for s in nodes), key=lambda p: p.node.span.start)


def _nth(place: Place, places: list[Place]) -> str:
    """`the second ` of a name that occurs several times."""
    which = [p for p in places if p.node.op is Op.NAME and p.node.data == place.node.data]
    return f"the {_NTH[which.index(place)]} " if place in which and 1 < len(which) <= len(_NTH) else ""


def _transposed(text: str, problem: Problem, dialect: str) -> Iterator[Edit]:
    places = _places(text, problem, dialect)
    for place in places:
        for kind, sentence, changed in transposes(place):
            said, nth = place.said(place.node), _nth(place, places)
            yield kind, (f"{nth}{said} should be transposed" if nth else sentence), changed


def _letters(text: str, problem: Problem, dialect: str) -> Iterator[Edit]:
    """Each name exchanged for another one of its shape that occurs, or a vector for that of ones."""
    places = [p for p in _places(text, problem, dialect) if p.node.op is Op.NAME]
    shapes = {name: info.expr.shape for name, info in problem.variables.items()}
    said = {str(p.node.data): p.said(p.node) for p in places if str(p.node.data) in shapes}
    for place in places:
        name = str(place.node.data)
        nth = _nth(place, places)
        if name not in shapes:
            continue
        others = [(o, typed) for o, typed in said.items() if o != name and shapes[o] == shapes[name]]
        if shapes[name][1] == 1 != shapes[name][0]:
            others.insert(0, (_ONES, "1"))
        for other, typed in others:
            new = _ONES if other == _ONES else typed
            yield "letter", f"{nth}{place.said(place.node)} should be {typed}", place.put(place.node, f"({new})")
