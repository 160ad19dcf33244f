"""Outputs that a text defines entry by entry, pᵢ = eᶻⁱ/Σₖ eᶻᵏ, and what it says of their derivatives by a member,
∂pᵢ/∂zⱼ = pᵢ (δᵢⱼ − pⱼ): the definition is put in for each entry, and the whole is judged as a Jacobian.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from matcalc.diagnostics import MatcalcError
from matcalc.judging import Judgement, judge
from matcalc.language import name_of
from matcalc.language.bounds import is_letter
from matcalc.language.characters import SUBSCRIPTS
from matcalc.language.letters import split_name
from matcalc.numeric.sizes import Sizes
from matcalc.options import Dialect
from matcalc.proofreading.infinitesimals import Sign
from matcalc.proofreading.lexicon import Lexicon
from matcalc.records import NamedTuple

_LABEL = re.compile(r"_(?:\{([a-zA-Z,]+)\}|([a-zA-Z]))")
_LOW = re.compile(f"[{''.join(SUBSCRIPTS)}]+")


class Output(NamedTuple):
    """An output as it was defined: its name, the letter of its entries, and an entry."""

    name: str
    letter: str
    entry: str


def output_of(left: str, right: str) -> Output | None:
    """What p_i = … defines; None of what is no entry with one letter, or does not have this letter on its right."""
    name, letter = _member(left)
    found = Output(name, letter, lowered(right.strip()))
    return found if letter and letter in _letters(found.entry) and name not in _bases(found.entry) else None


def judged(lexicon: Lexicon, known: Output, sign: Sign, claim: str, seed: int, sizes: Sizes | None) -> Judgement | None:
    """The judgement on a claim about ∂pᵢ/∂zⱼ; None where it cannot be read as one."""
    letter = _member(sign.of)[1]
    put = put_in([known], claim)
    try:
        defined, by = f"{known.name}_{letter} = {_renamed(known, letter)}", sign.by[0].strip()
        return judge(defined, by, claim=put, kind="jacobian", seed=seed, sizes=sizes, variables=lexicon.declared,
                     dialect=cast(Dialect, lexicon.dialect))
    except MatcalcError:
        return None


def put_in(outputs: Iterable[Output], text: str) -> str:
    """A formula with what its outputs are in their place; as it is where it has none of them."""
    for known in outputs:
        text = _with_entries(known, text)
    return text


def _with_entries(known: Output, text: str) -> str:
    below = lowered(text)
    found = re.sub(_typed(known.name), lambda m: f"({_renamed(known, m[1] or m[2])})", below)
    return text if found == below else found


def entry_of(text: str) -> str:
    """The name of an output of which a text is an entry: p of pᵢ; '' where it is none."""
    return _member(text)[0]


def lowered(text: str) -> str:
    """zᵢ as z_{i}."""
    return _LOW.sub(lambda m: f"_{{{''.join(SUBSCRIPTS[sign] for sign in m[0])}}}", text)


def _member(text: str) -> tuple[str, str]:
    try:
        base, labels = split_name(name_of(lowered(text.strip())))
    except MatcalcError:
        return "", ""
    is_member = len(labels) == 1 and is_letter(labels[0]) and labels[0].islower()
    return (base, labels[0]) if is_member else ("", "")


def _renamed(known: Output, letter: str) -> str:
    """An entry at another letter; sums in it that bind this letter hide it."""
    def put(match: re.Match[str]) -> str:
        return f"_{{{(match[1] or match[2]).replace(known.letter, letter)}}}"

    return _LABEL.sub(put, known.entry)


def _letters(text: str) -> set[str]:
    return {letter for match in _LABEL.finditer(text) for letter in match[1] or match[2]}


def _bases(text: str) -> set[str]:
    return {match[0] for match in re.finditer(r"[A-Za-zͰ-Ͽ]+(?=_)", text)}


def _typed(name: str) -> str:
    """A member of a family as it is typed, with its letter."""
    return rf"(?<![A-Za-z\\]){re.escape(name)}_(?:\{{([a-z])\}}|([a-z])(?![A-Za-z0-9]))"
