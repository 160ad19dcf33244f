"""R, Julia, Mathematica and Maple taken apart: names, numbers, words in quotes, operators and brackets."""

from __future__ import annotations

import re

from matcalc.diagnostics import Span
from matcalc.formats.grammars import Grammar
from matcalc.formats.mapped_pieces import unread
from matcalc.language.characters import pattern
from matcalc.records import NamedTuple

_NUMBER = r"(?:\d+(?:\.\d+|\.(?![*/^'.A-Za-z(+\-]))?|\.\d+)(?:[eE][+-]?\d+)?"
_NAME = r"[^\W\d_](?:\w|[\u0300-\u036f])*"
_DOTTED = r"[^\W\d_](?:\w|\.(?=\w))*"  # R's as.vector
_GREEK = r"\\\[(?:Capital)?[A-Z][a-z]+\]"
_STRING = r'"([^"]*)"'
_QUOTED = r"'([^']*)'"
_CHARACTER = r"(?<=[(,\s])'([A-Z])'"  # Julia's 'N', no transpose
_BRACKETS = ("[[", "]]", "(", ")", "[", "]", "{", "}", ",", ";", ":", "=", "~", "->", "<-", ".")
_ARROWS = ("->", "=>", "@.", "|>")  # Julia's, before the signs that they begin with
_BANG = r"[^\W\d_](?:\w|[\u0300-\u036f])*(?:!(?=\())?"  # Julia's mul!(z, A, x)


class Word(NamedTuple):
    """`kind` is name, number, string, sign, bracket or end."""

    kind: str
    text: str
    place: Span
    spaced: bool


def words(name: str, grammar: Grammar, source: str, start: int, end: int) -> list[Word]:
    """The words of source[start:end], the last one its end."""
    signs = sorted({*grammar.infix, *grammar.postfix, "-", "+"}, key=len, reverse=True)
    made: list[Word] = []
    i, spaced = start, False
    while i < end:
        if source[i].isspace():
            spaced, i = True, i + 1
            continue
        kind, text = _word(name, source, i, end, signs)
        if not text:
            raise unread(f"{source[i]} of {grammar.title} is not read", source, Span(i, i + 1))
        if kind == "bracket" and text == "]]" and not _doubled(made):
            text = "]"
        if kind == "bracket" and text == "[[" and name != "mathematica":
            text = "["
        made.append(Word(kind, text, Span(i, i + len(text)), spaced))
        i, spaced = i + len(text), False
    return [*made, Word("end", "", Span(end, end), spaced)]


def _doubled(made: list[Word]) -> bool:
    """Whether the innermost open bracket is [[."""
    depth = 0
    for word in reversed(made):
        if word.text in ("]", "]]", ")"):
            depth += 1
        elif word.text in ("[", "[[", "("):
            if depth == 0:
                return word.text == "[["
            depth -= 1
    return False


def _word(name: str, source: str, i: int, end: int, signs: list[str]) -> tuple[str, str]:
    if name == "julia" and source[i:i + 2] in _ARROWS:
        return "bracket", source[i:i + 2]
    if (sign := next((sign for sign in signs if source.startswith(sign, i)), "")) and len(sign) > 1:
        return "sign", sign
    if match := pattern(_NUMBER).match(source, i, end):
        return "number", match[0]
    kinds = [("name", {"r": _DOTTED, "julia": _BANG}.get(name, _NAME)), ("string", _STRING)]
    kinds += [("name", _GREEK)] if name == "mathematica" else []
    kinds += [("string", _QUOTED)] if name in ("r", "maple") else []
    kinds += [("string", _CHARACTER)] if name == "julia" else []
    for kind, form in kinds:
        if match := re.compile(form).match(source, i, end):
            return kind, match[0]
    if name == "mathematica" and source[i] == "#":
        return "name", "#1" if source[i:i + 2] == "#1" else "#"
    if name == "mathematica" and source[i] == "&":
        return "bracket", "&"
    if name == "julia" and source[i] == "√":
        return "name", "√"
    if sign:
        return "sign", sign
    return "bracket", next((bracket for bracket in _BRACKETS if source.startswith(bracket, i)), "")
