"""The one change that makes a wrong claim right: a transpose more or less, a sign, two factors swapped, a number.

The changes are made in the text of the claim, so that each occurrence of a name is tried by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise

from matcalc.answer.problem import Problem
from matcalc.answer.proposed import claim_declarations, claim_text
from matcalc.diagnostics import InputError
from matcalc.judging.evidence import Diagnosis, Evidence
from matcalc.language.constructs import CONSTRUCTS
from matcalc.language.elaborate import elaborate, outline
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.options import NUMPY

MOST_EDITS = 120
LONGEST = 400
_TRANSPOSED = frozenset({Op.NAME, Op.CALL, Op.APPLY, Op.POWER, Op.HADAMARD, Op.SUM, Op.PRODUCT, Op.BLOCK, Op.INDEX})
Edit = tuple[str, str, str]  # kind, sentence, the new text


def one_edit(evidence: Evidence, claim: str, problem: Problem, dialect: str) -> Diagnosis | None:
    """The first single change with which the claim is right."""
    if evidence.case.own is None or len(claim) > LONGEST:
        return None
    text, start = claim_text(problem, claim)
    declared, seen = claim_declarations(problem), {text}
    for kind, sentence, changed in islice(_edits(text, start, declared, problem, dialect), MOST_EDITS):
        if changed in seen:
            continue
        seen.add(changed)
        try:
            e = elaborate(changed, declared, problem.rulebook, dialect=dialect).expr
        except InputError:
            continue
        if e.shape == evidence.case.shape and evidence.fits(e):
            return Diagnosis(kind, sentence)
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the claim's syntax where something may be changed."""

    text: str
    node: Syntax
    parent: Op | None
    numpy: bool

    def said(self, s: Syntax) -> str:
        """The text that `s` was read from."""
        return self.text[s.span.start:s.span.end]

    def put(self, s: Syntax, new: str) -> str:
        """The whole text with `new` for `s`."""
        return self.spliced(s, s, new)

    def spliced(self, first: Syntax, last: Syntax, new: str) -> str:
        """The whole text with `new` for all that stands from `first` to `last`."""
        return f"{self.text[:first.span.start]} {new}{self.text[last.span.end:]}"


def _edits(text: str, start: int, declared: dict[str, str], problem: Problem, dialect: str) -> Iterator[Edit]:
    """Changes in what stands from `start` on."""
    try:
        root = outline(text, declared, problem.rulebook, dialect)
    except InputError:
        return
    nodes = [s for s in postorder(root) if s.span.start >= start]
    parents = {arg: s.op for s in nodes for arg in s.args}
    places = [Place(text, s, parents.get(s), dialect == NUMPY) for s in nodes]
    for make in (transposes, _signs, _swaps, _numbers):
        for place in places:
            yield from make(place)


def transposes(place: Place) -> Iterator[Edit]:
    """A transpose more or less at one place."""
    s, said = place.node, place.said(place.node)
    if s.op is Op.TRANSPOSE:
        inner = place.said(s.args[0])
        yield "transpose", f"the transpose of {inner} is one too many", place.put(s, f"({inner})")
    elif s.op is Op.INVERSE_TRANSPOSE:
        inner = place.said(s.args[0])
        yield "transpose", f"the transpose in {said} is one too many", place.put(s, f"(({inner})^-1)")
    elif s.op in _TRANSPOSED and place.parent is not Op.TRANSPOSE:
        sign = ".T" if place.numpy else "'"
        yield "transpose", f"a transpose is missing: {said} should be transposed", place.put(s, f"(({said}){sign})")


def _signs(place: Place) -> Iterator[Edit]:
    for term in place.node.args if place.node.op in (Op.SUM, Op.NEGATE) else ():
        said = place.said(term)
        yield "sign", f"right up to the sign of one term: {said}", place.put(term, f"(-({said}))")


def _swaps(place: Place) -> Iterator[Edit]:
    construct = CONSTRUCTS[place.node.op]
    times = construct.infix.signs[-1 if place.numpy else 0] if construct.infix and construct.is_ordered else ""
    for a, b in pairwise(place.node.args) if times else ():
        first, second = place.said(a), place.said(b)
        swapped = place.spliced(a, b, f"(({second}) {times} ({first}))")
        yield "swap", f"two factors are swapped: {first} and {second}", swapped


def _numbers(place: Place) -> Iterator[Edit]:
    if place.node.op is Op.NUMBER:
        for change in _CHANGES:
            new = change(place.node.data)
            yield "number", f"{place.said(place.node)} should be {new}", place.put(place.node, f"({new})")


_CHANGES: tuple[Callable[[Fraction], Fraction], ...] = (
    lambda q: -q, lambda q: 2 * q, lambda q: q / 2, lambda q: q + 1, lambda q: q - 1, lambda q: 1 / q if q else q,
)
