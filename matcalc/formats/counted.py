"""SymPy's Sum(A[i, j]*x[j, 0], (j, 0, n - 1)) and Product: sums over an index whose entries are counted from 0.

The rest of a text stays as it is; a sum becomes \\sum_{j=0}^{n - 1} with subscripts that are counted from 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from matcalc.diagnostics import Span
from matcalc.formats.mapped_pieces import Piece, Pieces, unread
from matcalc.formats.valued import MATRIX, kind_of_name
from matcalc.language.characters import pattern
from matcalc.records import NamedTuple

_HEAD = r"(?<![\w.])(?:sympy\.)?(Sum|Product)\("
_RANGE = r"\s*\(\s*([A-Za-z])\s*,\s*([\w+\- ]+?)\s*,\s*([\w+\- ]+?)\s*\)\s*"
_ENTRY = r"(?<![\w.])([A-Za-z]\w*)\[([^\[\]]*)\]"
_PLACE = r"([A-Za-z])?(?:\s*([+\-])?\s*(\d+))?"
_SIGNS = {"Sum": "\\sum", "Product": "\\prod"}


class _Call(NamedTuple):
    """Sum(…): its word, the body as source[start:end], its ranges from the innermost, and where all of it ends."""

    word: str
    start: int
    end: int
    ranges: tuple[tuple[str, str, str], ...]
    stop: int


def is_counted(text: str, declared: Mapping[str, str]) -> bool:
    """Whether a sum of SymPy stands in the text."""
    return any(_call(text, match) is not None for match in pattern(_HEAD).finditer(text) if match[1] not in declared)


def counted(source: str, declared: Mapping[str, str]) -> Pieces:
    """`source` with its sums in the language's own spelling. Raises InputError where an index is none that is read."""
    return _translated(source, declared, 0, len(source), False)


def _translated(source: str, declared: Mapping[str, str], at: int, end: int, inside: bool) -> Pieces:
    """source[at:end]; `inside` a sum, whose entries are counted from 0."""
    made: Pieces = []
    while at < end:
        match = pattern(_HEAD).search(source, at, end)
        call = _call(source, match) if match is not None else None
        stop = match.start() if match is not None and call is not None else match.end() if match is not None else end
        made += _entries(source, declared, at, stop) if inside else _typed(source, at, stop)
        at = stop
        if call is None:
            continue
        head = Span(stop, call.start)
        made.append(Piece("(", head))
        made += [Piece(f"{_SIGNS[call.word]}_{{{letter}={low}}}^{{{high}}} ", head)
                 for letter, low, high in reversed(call.ranges)]
        made.append(Piece("(", head))
        made += _translated(source, declared, call.start, call.end, True)
        made.append(Piece("))", Span(call.end, call.stop)))
        at = call.stop
    return made


def _typed(source: str, start: int, stop: int) -> Pieces:
    return [Piece(char, Span(k, k + 1)) for k, char in enumerate(source[start:stop], start)]


def _call(source: str, match: re.Match[str]) -> _Call | None:
    """The sum that begins at `match`; None where no ranges stand behind what is summed."""
    parts, depth, start = list[tuple[int, int]](), 0, match.end()
    for k in range(match.end(), len(source)):
        depth += (source[k] in "([{") - (source[k] in ")]}")
        if (depth == 0 and source[k] == ",") or depth < 0:
            parts.append((start, k))
            start = k + 1
        if depth < 0:
            break
    ranges = [pattern(_RANGE).fullmatch(source, *part) for part in parts[1:]]
    if depth >= 0 or not ranges or not all(ranges):
        return None
    found = tuple((one[1], one[2], one[3]) for one in ranges if one is not None)
    return _Call(match[1], *parts[0], found, start)


def _entries(source: str, declared: Mapping[str, str], start: int, stop: int) -> Pieces:
    """source[start:stop] with x[i, 0] as x_{i+1}, which SymPy writes for a column too, and A[i, j] as A_{i+1,j+1}."""
    made: Pieces = []
    at = start
    for match in pattern(_ENTRY).finditer(source, start, stop):
        made += _typed(source, at, match.start())
        places = [place.strip() for place in match[2].split(",")]
        is_matrix = kind_of_name(match[1], declared) == MATRIX
        if len(places) == 2 and not is_matrix and places[1] == "0":
            places = places[:1]
        if len(places) != 1 + is_matrix:
            raise unread(f"{match[0]} in a sum of SymPy: a matrix has two indices, a vector one or a second that is 0",
                         source, Span(*match.span()))
        subscript = ",".join(_from_1(source, match, place) for place in places)
        made.append(Piece(f"{match[1]}_{{{subscript}}}", Span(*match.span())))
        at = match.end()
    if "[" in source[at:stop]:
        place = source.index("[", at, stop)
        raise unread("an entry in a sum of SymPy is one of a variable", source, Span(place, place + 1))
    return [*made, *_typed(source, at, stop)]


def _from_1(source: str, match: re.Match[str], place: str) -> str:
    """The index as it is counted from 1: i + 1 of i, 1 of 0, i of i - 1."""
    found = pattern(_PLACE).fullmatch(place)
    if not place or found is None or (found[1] and found[3] and not found[2]) or (not found[1] and found[2]):
        raise unread(f"{place or 'nothing'} is no index that is read in a sum of SymPy", source, Span(*match.span()))
    number = 1 + int(found[3] or 0) * (-1 if found[2] == "-" else 1)
    return (found[1] or "") + (f"{number:+d}" if number and found[1] else str(number) * (not found[1]))
