"""Entries of arrays in other programs: x[2], A[1, :], view(X, :, 1), Julia's x[x .> 0], and x[[i]] below a sum over i.
"""

from __future__ import annotations

import re
from typing import Protocol

from matcalc.diagnostics import Span
from matcalc.formats import julia, mapped
from matcalc.formats.mapped_pieces import Piece
from matcalc.formats.marked import Word
from matcalc.formats.over_index import end_of
from matcalc.formats.valued import CONDITION, LETTER, MATRIX, ROW, SCALAR, VECTOR, Value, put

ALL = "All"  # Mathematica's for a whole axis
_SPAN = re.compile(r"^(\d*);;(\d*)$")
_CLOSING = {"[[": "]]", "(": ")"}
_ORDER = (">", "<", ">=", "<=", ".>", ".<", ".>=", ".<=", "≥", "≤")


class Program(mapped.Program, Protocol):
    """What of the reader of a text is used here."""

    name: str
    letters: dict[str, str]

    @property
    def at(self) -> Word:
        """The word that stands here."""


def viewed(p: Program, at: Word) -> Value:
    """view(X, :, 1), which is X[:, 1]."""
    opening = p.at
    p.i += 1
    value = p.expression(0)
    if p.at.text != ",":
        raise p.unread(f"{at.text} has places behind a comma", at.place)
    return entry(p, value, opening)


def entry(p: Program, value: Value, at: Word) -> Value:
    """x[2], A[1, 2]: places that are numbers, letters of a sum, or a mask."""
    closing = _CLOSING.get(at.text, "]")
    p.i += 1
    if p.letters and (found := _member(p, value, at, closing)) is not None:
        return found
    if p.name == "julia" and _is_mask(p.words, p.i):
        return _picked(p, value, at)
    places, end = _of_mathematica(p, value) if p.name == "mathematica" else julia.places(p.words, p.i)
    known = p.name in ("julia", "mathematica") or all(text.isdigit() for text in places)
    if not places or not known or p.words[end].text != closing:
        raise p.unread("only entries at places that are numbers are read", Span(at.place.start, p.at.place.end))
    p.i = end + 1
    if places == [":"] and value.kind == MATRIX:
        return Value(put("vec(#1)", [value], at.place), VECTOR)
    wanted = {VECTOR: 1, LETTER: 1, MATRIX: 2}.get(value.kind, 0)
    if len(places) != wanted and not (value.kind == ROW and len(places) == 1):
        raise p.unread(f"an entry of this has {wanted or 'no'} places", Span(at.place.start, p.at.place.start))
    value = p.meanings.long(value)
    return julia.taken(value, places, Span(at.place.start, p.words[p.i - 1].place.end))


def _of_mathematica(p: Program, value: Value) -> tuple[list[str], int]:
    """The places of A[[2, All]], x[[2 ;; 3]] and A[[1]], a row, and where they end; none where they are no numbers."""
    parts, i = [""], p.i
    while p.words[i].text not in ("]", "]]") and p.words[i].kind != "end":
        word = p.words[i]
        if word.text == ",":
            parts.append("")
        elif word.text in (ALL, ";") or (word.kind == "number" and word.text.isdigit()):
            parts[-1] += word.text
        else:
            return [], i
        i += 1
    places = [_SPAN.sub(_span, part) if part != ALL else ":" for part in parts]
    if not all(place == ":" or re.fullmatch(r"[1-9]\d*(:([1-9]\d*|end))?", place) for place in places):
        return [], i
    return places + [":"] * (value.kind == MATRIX and len(places) == 1), i


def _span(match: re.Match[str]) -> str:
    return f"{match[1] or '1'}:{match[2] or 'end'}"


def _is_mask(words: list[Word], i: int) -> bool:
    """Whether a comparison stands in the bracket that opens before `i`."""
    return words[end_of(words, i, _ORDER)].text in _ORDER


def _picked(p: Program, value: Value, at: Word) -> Value:
    """x[x .> 0]"""
    mask = p.expression(0)
    if mask.kind != CONDITION or p.at.text not in ("]", "]]"):
        raise p.unread("a mask is one comparison, x[x .> 0]", Span(at.place.start, p.at.place.end))
    p.i += 1
    return mapped.where_true(p, value, mask, at.place)


def _member(p: Program, value: Value, at: Word, closing: str) -> Value | None:
    """x[[i]] and A[[i, j]] below a sum over these letters, x_i and A_{i,j}; None where no letter stands there."""
    places: list[str] = [""]
    i = p.i
    while p.words[i].text not in (closing, "]", "]]", ")") and p.words[i].kind != "end":
        word = p.words[i]
        if word.text == ",":
            places.append("")
        elif word.text in p.letters or word.kind == "number" or word.text in ("+", "-"):
            places[-1] += word.text
        else:
            return None
        i += 1
    if p.words[i].kind == "end" or not any(word.text in p.letters for word in p.words[p.i:i]):
        return None
    wanted = {VECTOR: 1, LETTER: 1, MATRIX: 2}.get(value.kind, 0)
    place = Span(at.place.start, p.words[i].place.end)
    if not value.name or "_" in value.name or len(places) != wanted:
        raise p.unread("below a sum, entries are those of a variable, with as many places as it has axes", place)
    p.i = i + 1
    pieces = [*p.meanings.long(value).pieces, Piece(f"_{{{','.join(places)}}}", place)]
    return Value(pieces, SCALAR)
