"""Derivatives by a member of a family, ∂L/∂uᵢ: what is said of one is judged as a claim about the definition of L.

Letters of indices live in the formula they are typed in, so that the members of a chain are no expressions by
themselves: each is held against the definition, in which i is any member.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from matcalc.answer.problem import rulebook_for
from matcalc.answer.proposed import OTHER_RANGE
from matcalc.diagnostics import MatcalcError
from matcalc.judging import Judgement, judge
from matcalc.judging.evidence import Diagnosis
from matcalc.language import name_of
from matcalc.language.bounds import is_letter
from matcalc.language.letters import split_name
from matcalc.numeric.sizes import Sizes
from matcalc.options import Dialect
from matcalc.proofreading.chains import Statement
from matcalc.proofreading.infinitesimals import Sign
from matcalc.proofreading.lexicon import Lexicon

_EXCHANGED = re.compile(r"(?P<x>\w)_\{?(?P<i>[a-z]),?(?P<j>[a-z])\}?=(?P=x)_\{?(?P=j),?(?P=i)\}?")


def family_of(sign: Sign) -> str:
    """The family of which a derivative is by a member, u of ∂L/∂uᵢ; '' where it is by a variable."""
    try:
        base, labels = split_name(name_of(sign.by[0])) if len(sign.by) == 1 == sign.order else ("", ())
    except MatcalcError:
        return ""
    letters = [letter for label in labels for letter in label]
    return base if letters and all(map(is_letter, letters)) and all(x.islower() for x in letters) else ""


def needs_only(cause: Diagnosis, statements: Sequence[Statement]) -> bool:
    """Whether a claim is right for symmetric matrices, and w_ij = w_ji is said of the entries of each."""
    said = {found["x"].lower() for s in statements if len(s.members) == 2
            and (found := _EXCHANGED.fullmatch("=".join("".join(m.text.split()) for m in s.members)))}
    return cause.kind == "sym" and {x.data.name.lower() for x in cause.formulas} <= said


def judged(lexicon: Lexicon, definition: str, sign: Sign, claim: str, seed: int,
           sizes: Sizes | None) -> Judgement | None:
    """The judgement on a claim about the derivative of what is defined so; None where the definition has no such
    family, or rules of one's own are in force; raises InputError where an index stands where its range does not fit."""
    if lexicon.book is not rulebook_for(None):
        return None
    try:
        return judge(definition, family_of(sign), claim=f"∂f/∂{sign.by[0].strip()} = {claim}", seed=seed, sizes=sizes,
                     variables=lexicon.declared, dialect=cast(Dialect, lexicon.dialect))
    except MatcalcError as error:
        if error.diagnostics[0].code == OTHER_RANGE:
            raise
        return None
