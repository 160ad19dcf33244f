"""What Julia alone has: keywords behind a semicolon, functions and operators as arguments, ranges of places, blocks.

An argument that is no expression is a word, and the table of functions has a row for each way to call with it:
sum(_,dims=1), reduce(+,_), reshape(_,:).
"""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.formats.function_tables import Meaning
from matcalc.formats.mapped_pieces import Piece
from matcalc.formats.marked import Word
from matcalc.formats.valued import LETTER, MATRIX, NUMBERS, SCALAR, VECTOR, Value, put

MAPPED, FOLDED = "map", "mapreduce"  # of a function of the entries; mapreduce reduces what it gives
_OPERATORS = ("+", "*")
_PLACES = (":", "+", "-", "*", "end", "begin")


def word_at(words: list[Word], i: int, known: dict[str, dict[int | str, Meaning]]) -> tuple[str, int]:
    """The argument that starts at `i` where it is no expression, and where it ends; '' where it is one."""
    at, ahead = words[i], words[i + 1]
    if at.kind == "name" and ahead.text == "=" and i + 2 < len(words):
        return _keyword(words, i)
    if ahead.text in (",", ")", ";") and (at.text in (":", *_OPERATORS) or (at.kind == "name" and at.text in known
                                                                             and ahead.text == ",")):
        return at.text, i + 1
    if at.text == "(":
        end = next((k for k in range(i, len(words)) if words[k].text == ")"), i)
        inside = [word.text for word in words[i + 1:end]]
        if "," in inside and all(text.isdigit() or text in (",", ":") for text in inside):
            return f"({','.join(text for text in inside if text != ',')})", end + 1
    return "", i


def _keyword(words: list[Word], i: int) -> tuple[str, int]:
    """dims=1, rev=true"""
    end = i + 2
    sign = words[end].text == "-"
    value = words[end + sign]
    if value.kind in ("number", "name"):
        return f"{words[i].text}={'-' * sign}{value.text}", end + sign + 1
    return "", i


def signature(args: list[Value | str]) -> str:
    """How a function is called, with _ for an expression."""
    return ",".join("_" if isinstance(arg, Value) else arg for arg in args)


def places(words: list[Word], i: int) -> tuple[list[str], int]:
    """The places in the bracket that opens before `i`, and where it closes; none where they are something else."""
    found = [""]
    while words[i].text not in ("]", "]]"):
        word = words[i]
        if word.text == ",":
            found.append("")
        elif (word.kind == "number" and "." not in word.text) or word.text in _PLACES:
            found[-1] += "1" if word.text == "begin" else word.text
        else:
            return [], i
        i += 1
    return (found if all(found) else []), i


def taken(value: Value, found: list[str], place: Span) -> Value:
    """x[2:3], X[1, :], which is a vector."""
    ranges = [":" in text for text in found]
    kind = SCALAR if not any(ranges) else MATRIX if all(ranges) and len(ranges) > 1 else VECTOR
    pieces = [*value.within(100), Piece(f"[{', '.join(found)}]", place)]
    if len(ranges) > 1 and ranges == [False, True]:
        return Value(put("(#1)'", [Value(pieces, MATRIX)], place), VECTOR, 95)
    return Value(pieces, kind)


def block(rows: list[list[Value]], place: Span) -> Value:
    """[X Y; Z W]; a list of numbers is a vector."""
    flat = [value for row in rows for value in row]
    is_long = all(len(row) == 1 for row in rows)
    kinds = {value.kind for value in flat}
    pieces = [Piece("[", place)]
    for k, row in enumerate(rows):
        pieces += [Piece("; ", place)] * (k > 0)
        for j, value in enumerate(row):
            pieces += [Piece(", ", place)] * (j > 0) + value.pieces
    kind = VECTOR if is_long and kinds <= {*NUMBERS, VECTOR} else MATRIX
    return Value([*pieces, Piece("]", place)], kind)


def is_list_of_numbers(values: list[Value]) -> bool:
    """Whether they are numbers, of which Julia makes a vector."""
    return all(value.kind in (SCALAR, LETTER) for value in values)
