"""Sums and products over an index: Mathematica's Sum[x[[i]] y[[i]], {i, 4}] and Julia's sum(x[i]*y[i] for i in 1:4);
Mathematica's Table[x[[i]]^2, {i, 4}], the sum of x_i^2 times the basis vector e_i; and over the entries of an array,
sum(z^2 for z in x), which is a function of the entries.
"""

from __future__ import annotations

import re
from typing import Protocol

from matcalc.diagnostics import Span
from matcalc.formats import mapped
from matcalc.formats.mapped_pieces import Piece
from matcalc.formats.marked import Word
from matcalc.formats.valued import COLUMNS, MATRIX, NUMBERS, ROWS, SCALAR, VECTOR, Value
from matcalc.records import NamedTuple

TABLE = "Table"
SIGNS = {"Sum": "\\sum", "Product": "\\prod", "sum": "\\sum", "prod": "\\prod"}
_GENERATED = (("for", "in"), ("for", "="), ("for", "∈"))
_WHOLE = ("eachindex", "Length")  # over all places of an array
PIPE = "|>"


class Range(NamedTuple):
    """The letter of an index and the limits that are typed, none where it goes over all places of an array."""

    letter: str
    low: str
    high: str


class Program(mapped.Program, Protocol):
    """What of the reader of a text is used here."""

    letters: dict[str, str]
    source: str

    @property
    def at(self) -> Word:
        """The word that stands here."""


def end_of(words: list[Word], i: int, signs: tuple[str, ...]) -> int:
    """The place of the next such word in no further bracket, or of what closes the bracket in which `i` stands."""
    depth = 0
    while words[i].kind != "end":
        text = words[i].text
        if depth == 0 and (text in signs or text in (")", "]", "]]", "}")):
            return i
        depth += (text in ("(", "[", "[[", "{")) - (text in (")", "]", "]]", "}"))
        i += 1
    return i


def iterated(p: Program, at: Word) -> Value:
    """Sum[f, {i, 1, n}, {j, m}], whose bracket was taken."""
    start, ranges = p.i, list[Range]()
    end = end_of(p.words, start, (",",))
    p.i = end
    while p.at.text == ",":
        p.i += 1
        ranges.append(_iterator(p, at))
    if p.at.text != "]" or not ranges:
        raise p.unread(f"{at.text} has an expression and ranges, {at.text}[f, {{i, 1, n}}]", at.place)
    closing, p.i = p.i, start
    found = _over(p, at, ranges, end)
    p.i = closing + 1
    return found


def _over(p: Program, at: Word, ranges: list[Range], end: int) -> Value:
    """The sum of what stands here up to the word `end`."""
    before, p.letters = p.letters, p.letters | {one.letter: one.letter for one in ranges}
    body = p.expression(0)
    p.letters = before
    if p.i != end:
        raise p.unread("what is summed over an index is one expression", p.at.place)
    if body.kind not in NUMBERS:
        raise p.unread("what is summed over an index is a number", at.place)
    pieces, kind = body.within(100), SCALAR
    if at.text == TABLE:
        kind, units = _units(p, at, ranges)
        pieces = [*pieces, Piece(units, at.place)]
    for one in reversed(ranges):
        limits = f"_{{{one.letter}={one.low}}}^{{{one.high}}}" if one.high else f"_{{{one.letter}}}"
        pieces = [Piece(f"{SIGNS.get(at.text, SIGNS['Sum'])}{limits} ", at.place), *pieces]
    return Value([Piece("(", at.place), *pieces, Piece(")", at.place)], kind)


def _units(p: Program, at: Word, ranges: list[Range]) -> tuple[str, str]:
    """The kind of a table and the basis vectors that put its entries in their places."""
    if len(ranges) > 2 or any(one.low not in ("", "1") for one in ranges):
        raise p.unread("a table is read with one range or two, which begin at 1", at.place)
    if re.search(r"(?<![A-Za-z])e(?![A-Za-z])", p.source):
        raise p.unread("a table is read where no variable is called e", at.place)
    first, *second = (f" e_{{{one.letter}}}" for one in ranges)
    return (MATRIX, f"{first} {second[0]}'") if second else (VECTOR, first)


def _iterator(p: Program, at: Word) -> Range:
    """{i, 1, n}, {i, n} or {i, Length[x]}."""
    end = end_of(p.words, p.i + 1, ("}",)) if p.at.text == "{" else p.i
    inside = p.words[p.i + 1:end]
    parts: list[list[Word]] = [[]]
    for word in inside:
        parts = [*parts, []] if word.text == "," else [*parts[:-1], [*parts[-1], word]]
    good = p.words[end].text == "}" and 1 < len(parts) < 4 and len(parts[0]) == 1 and all(parts)
    if not good:
        raise p.unread(f"a range of {at.text} is {{i, 1, n}} or {{i, n}}", p.at.place.to(p.words[end].place))
    low = parts[1] if len(parts) == 3 else []
    p.i = end + 1
    return _range(p, parts[0][0], low, parts[-1])


def _range(p: Program, letter: Word, low: list[Word], high: list[Word]) -> Range:
    """The limits of an index. Raises InputError where they are no numbers or sizes."""
    first, last = ("".join(word.text for word in side) for side in (low, high))
    if not high:
        raise p.unread("an index of a sum goes from a number to a number or a size", letter.place)
    if len(letter.text) != 1 or letter.kind != "name":
        raise p.unread("the index of a sum is a letter", letter.place)
    if high[0].text in (*_WHOLE, "length") and len(high) > 1 and first in ("", "1"):
        return Range(letter.text, "", "")
    if len(high) != 1 or high[0].kind not in ("number", "name") or not (first or "1").isdigit():
        raise p.unread("an index of a sum goes from a number to a number or a size", high[0].place)
    return Range(letter.text, first or "1", last)


def repeated(source: str, start: int, end: int) -> tuple[str, ...]:
    """The letters in brackets, over all of which @tullio s := x[i] * A[i, j] * y[j] sums."""
    inside = re.findall(r"\[([^\[\]]*)\]", source[start:end])
    return tuple(dict.fromkeys(letter for text in inside for letter in re.findall(r"\b[a-z]\b", text)))


def over_all(p: Program, letters: tuple[str, ...]) -> Value:
    """What stands here, summed over all of some letters."""
    body = p.expression(0)
    if body.kind in (COLUMNS, ROWS):
        raise p.unread("the columns or rows of a matrix are read in a function of each, norm.(eachcol(X))", body.place)
    if not letters:
        return body
    signs = [Piece(f"\\sum_{{{letter}}} ", body.place) for letter in letters]
    return Value([*signs, *body.within(100)], SCALAR)


def generator(p: Program) -> int:
    """The place of `for` in what stands here up to a comma or what closes it; 0 where it is no generator."""
    there = end_of(p.words, p.i, ("for", ",", ";"))
    following = p.words[there:there + 3]
    return there if len(following) == 3 and (following[0].text, following[2].text) in _GENERATED else 0


def _ranges(p: Program, there: int) -> tuple[list[Range], int]:
    """The ranges behind for, i in 1:4, j in eachindex(x), and where they end; none where it goes over an array."""
    found: list[Range] = []
    while True:
        letter, start = p.words[there + 1], there + 3
        end = end_of(p.words, start, (",",))
        colon = end_of(p.words, start, (":", ","))
        is_range = p.words[colon].text == ":" and colon < end
        if not is_range and p.words[start].text not in _WHOLE:
            return [], end
        low, high = (p.words[start:colon], p.words[colon + 1:end]) if is_range else ([], p.words[start:end])
        found.append(_range(p, letter, low, high))
        following = p.words[end:end + 3]
        if len(following) < 3 or following[0].text != "," or ("for", following[2].text) not in _GENERATED:
            return found, end
        there = end


def generated(p: Program, at: Word, there: int, place: Span) -> Value:
    """x[i]*y[i] for i in 1:4 as a sum, z^2 for z in x as what is done to every entry; `there` is the place of for."""
    letter, start, body = p.words[there + 1], there + 3, p.i
    ranges, end = _ranges(p, there)
    if ranges:
        if at.text not in SIGNS:
            raise p.unread("a list over an index is read where it is summed", letter.place)
        found = _over(p, at, ranges, there)
        p.i = end
        return found
    p.i = start
    array = p.expression(0)
    after = p.i
    p.i = body
    found = mapped.applied_to(p, mapped.Lambda((letter.text,), body, there), [array], place)
    p.i = after
    return found
