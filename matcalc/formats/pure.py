"""Mathematica's functions without a name: #^2 & and Function[z, z^3], mapped over the entries of an array."""

from __future__ import annotations

from typing import Protocol

from matcalc.diagnostics import Span
from matcalc.formats import mapped
from matcalc.formats.grammars import MAPPED
from matcalc.formats.mapped import Lambda
from matcalc.formats.marked import Word
from matcalc.formats.over_index import end_of
from matcalc.formats.valued import Value

SIGN, SLOT = "&", "#"
_FUNCTION = "Function"


class Program(mapped.Program, Protocol):
    """What of the reader of a text is used here."""

    has_pure: bool  # whether functions without a name stand ahead


def function_at(words: list[Word], i: int) -> Lambda | None:
    """The function that starts at `i` and is an argument of its own; None where something else stands there."""
    if words[i].text == _FUNCTION and words[i + 1].text == "[":
        return _named(words, i + 2)
    end = end_of(words, i, (SIGN, ","))
    if words[end].text != SIGN or words[end + 1].text not in (",", "]"):
        return None
    return Lambda((SLOT,), i, end, end + 1)


def _named(words: list[Word], i: int) -> Lambda | None:
    """Function[z, z^3] and Function[{p, q}, p q], whose bracket opens before `i`."""
    comma = end_of(words, i, (",",))
    end = end_of(words, comma + 1, ()) if words[comma].text == "," else comma
    names = tuple(word.text for word in words[i:comma] if word.kind == "name")
    is_whole = names and words[comma].text == "," and words[end].kind != "end"
    return Lambda(names, comma + 1, end, end + 1) if is_whole else None


def applied(p: Program) -> Value | None:
    """#^2 & /@ x; None where it is something else."""
    end = end_of(p.words, p.i, (SIGN, ","))
    if p.words[end].text != SIGN or p.words[end + 1].text != MAPPED:
        return None
    function, sign = Lambda((SLOT,), p.i, end), p.words[end + 1]
    p.i = end + 2
    value = p.expression(91)
    after, p.has_pure = p.i, False
    found = mapped.applied_to(p, function, [value], sign.place)
    p.i, p.has_pure = after, True
    return found


def mapped_name(p: mapped.Program, at: Word) -> Value:
    """Sin /@ x, whose sign stands here; Function[z, z^3] /@ x."""
    sign = p.words[p.i].place
    p.i += 1
    value, meaning = p.expression(91), p.known.get(at.text, {}).get(1)
    if meaning is None or meaning.kind != "entries":
        raise p.unread(f"{at.text} is no function of the entries here", Span(at.place.start, sign.end))
    return p.applied(Word("name", at.text, sign, False), meaning, [value], False, sign)
