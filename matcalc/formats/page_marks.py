"""Typst, AsciiMath and UnicodeMath taken apart: letters, numbers, words of the format's table, brackets and signs."""

from __future__ import annotations

import re

from matcalc.diagnostics import Span
from matcalc.formats.mapped_pieces import unread
from matcalc.formats.symbol_tables import Table, table
from matcalc.language.characters import pattern
from matcalc.records import NamedTuple

TYPST, ASCIIMATH, UNICODEMATH = "typst", "asciimath", "unicodemath"
_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_STRING = r'"([^"\\]*)"'
_WORD = r"[^\W\d_][^\W_]*(?:\.[a-z]+)*"
_OPS = ("_", "^", "/", "'")
_BRACKETS = {TYPST: ("||", "(", ")", "[", "]", "{", "}", "|"),
             ASCIIMATH: ("||", "(:", ":)", "{:", ":}", "<<", ">>", "(", ")", "[", "]", "{", "}", "|"),
             UNICODEMATH: ("(", ")", "[", "]", "{", "}", "|", "‖", "⟨", "⟩", "〖", "〗")}
_SIGNS = {"->": r"\rightarrow", "|->": r"\mapsto", r"\/": "/", "–": "-", "+": "+", "-": "-", "−": "-", "=": "=",
          "<=": r"\le", ">=": r"\ge", "!=": r"\ne", ":=": ":=", "...": r"\dots", "*": "*", "<": "<", ">": ">", ",": ",",
          ";": ";", ":": ":", "!": "!", "~": r"\;", "‖": r"\|", "∥": r"\|", "?": "?", "⟨": r"\langle", "⟩": r"\rangle"}
_GLYPHS = "αβγδεζηθικλμνξοπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩϵϑϕϱς"


class Mark(NamedTuple):
    """`kind` is letter, number, symbol, call, string, bracket, op (that binds), sign, refused or end; `latex` is what
    it becomes, `spaced` tells of a blank before it."""

    kind: str
    text: str
    latex: str
    place: Span
    spaced: bool


def marks(name: str, source: str, start: int, end: int) -> list[Mark]:
    """The marks of source[start:end], the last one its end."""
    known = table(name)
    take = {TYPST: _typst, ASCIIMATH: _asciimath}.get(name, _unicodemath)
    made: list[Mark] = []
    i, spaced = start, False
    end = start + len(source[start:end].rstrip(". \n"))
    while i < end:
        if source[i].isspace() or source[i] in "\u2063\u200b$`" or (source[i] == "&" and name == TYPST):
            spaced, i = True, i + 1
            continue
        kind, text, latex = take(source, i, end, known) or _common(name, source, i, end)
        if not text:
            raise unread(f"the sign {source[i]} is not read", source, Span(i, i + 1))
        made.append(Mark(kind, text, latex, Span(i, i + len(text)), spaced))
        if kind == "string":
            made[-1] = made[-1]._replace(text=latex)
        i, spaced = i + len(text), False
    made.append(Mark("end", "", "", Span(end, end), spaced))
    _refuse_run(source, made)
    return made


def _refuse_run(source: str, made: list[Mark]) -> None:
    """Raise InputError where letters before a bracket look like the name of a function: t r a c e(A)."""
    run: list[Mark] = []
    for mark in made:
        if mark.kind == "letter" and "a" <= mark.text <= "z" and len(mark.text) == 1:
            run.append(mark)
            continue
        word = "".join(letter.text for letter in run)
        if mark.text == "(" and not mark.spaced and (len(word) > 2 or word == "tr"):
            raise unread(f"the letters {word} before a bracket: a word, which stands in quotes, or their product?",
                         source, Span(run[0].place.start, run[-1].place.end))
        run = []


Taken = tuple[str, str, str]


def _common(name: str, source: str, i: int, end: int) -> Taken:
    """What is alike in all three."""
    if match := pattern(_NUMBER).match(source, i, end):
        return "number", match[0], match[0]
    if match := pattern(_STRING).match(source, i, end):
        return "string", match[0], match[1]
    if source[i] in _OPS:
        return "op", source[i], source[i]
    if source.startswith("|->", i):
        return "symbol", "|->", _SIGNS["|->"]
    bracket = next((sign for sign in _BRACKETS[name] if source.startswith(sign, i)), "")
    if bracket:
        return "bracket", bracket, bracket
    sign = next((sign for sign in sorted(_SIGNS, key=len, reverse=True) if source.startswith(sign, i)), "")
    if sign:
        return "symbol", sign, _SIGNS[sign]
    if source[i] in "▒&@":
        return "sign", source[i], source[i]
    if source[i].isalpha() or 0x1D400 <= ord(source[i]) <= 0x1D7FF or source[i] in "½⅓¼¾⅔":
        marked = re.compile(r".[\u0300-\u036f]*", re.DOTALL).match(source, i, end)
        assert marked is not None
        return "letter", marked[0], marked[0]
    if source[i] in "ᵀ⁻¹²³⁺₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₙ∂∇⊤⊗⊙∘⊘∑∏⋅·×∞√†":
        return "symbol", source[i], source[i]
    return "", "", ""


def _entry(known: Table, word: str, called: bool) -> Taken | None:
    """A word of the table."""
    if called and (word in known.calls or word in known.refused):
        return "call", word, word
    if word in known.symbols:
        return "symbol", word, known.symbols[word]
    if word in known.refused:
        return "refused", word, known.refused[word]
    return ("call", word, word) if word in known.calls else None


def _typst(source: str, i: int, end: int, known: Table) -> Taken | None:
    """An identifier of two letters or more is one name, alone or before its arguments."""
    if source[i] in "#\\" and source[i + 1:i + 2] != "/":
        raise unread("code and escapes of Typst are not read", source, Span(i, i + 1))
    match = pattern(_WORD).match(source, i, end)
    if match is None or len(match[0]) < 2:
        return None
    word = match[0]
    if word[0] in _GLYPHS or (len(word) > 1 and word[1:2] in "\u0300\u0302\u0303\u0304\u0307"):
        return None
    called = source.startswith("(", match.end())
    if called and word in ("mat", "vec", "cases", "op"):
        return "call", word, word
    found = _entry(known, word, called)
    if found is not None and not (found[0] == "call" and not called):
        return found
    if re.search(r"\d|\.", word) or found is not None:
        raise unread(f"{word} is no name of Typst", source, Span(*match.span()))
    return "string", word, rf"\operatorname{{{word}}}"[len(r"\operatorname{"):-1]


def _asciimath(source: str, i: int, end: int, known: Table) -> Taken | None:
    """The longest symbol that the text goes on with."""
    step = source[i] == "\\"
    if step and source[i + 1:i + 2] == " ":
        return "symbol", "\\ ", r"\;"
    if (text := re.compile(r"(?:text|mbox)\(([A-Za-z ]*)\)").match(source, i, end)) is not None:
        return "string", text[0], text[1].strip()
    word = next((word for word in known.names if source.startswith(word, i + step)), "")
    longer = next((sign for sign in _BRACKETS[ASCIIMATH] if source.startswith(sign, i)), "")
    if not word or len(longer) > len(word):
        return None
    found = _entry(known, word, False)
    return found and (found[0], "\\" * step + word if step else word, found[2])


def _unicodemath(source: str, i: int, end: int, known: Table) -> Taken | None:
    """A word of the table where it is all of a run of letters; signs."""
    match = re.compile("[A-Za-z]+").match(source, i, end)
    if match is not None:
        word = match[0]
        if word in known.symbols and len(word) > 1:
            return "symbol", word, known.symbols[word]
        if source.startswith("\u2061", match.end()) and len(word) > 1:
            return "symbol", word, rf"\operatorname{{{word}}}"
        return None
    if source[i] == "\u2061":
        return "sign", source[i], ""
    if source[i] in "■⒨⒩":
        return "call", source[i], source[i]
    if source[i] in _OPS:
        return None
    return _entry(known, source[i], False)
