"""What Julia alone has: keywords behind a semicolon, functions and operators as arguments, ranges of places, blocks.

An argument that is no expression is a word, and the table of functions has a row for each way to call with it:
sum(_,dims=1), reduce(+,_), reshape(_,:).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from matcalc.diagnostics import Span
from matcalc.formats import over_index
from matcalc.formats.function_tables import Meaning
from matcalc.formats.mapped import STACKS
from matcalc.formats.mapped_pieces import Piece
from matcalc.formats.marked import Word
from matcalc.formats.valued import MATRIX, NUMBERS, SCALAR, VECTOR, Value, put

VIEWS = ("view", "getindex")
FACTORED = "cholesky"
_OPERATORS = ("+", "*", "-", "/")
_PLACES = (":", "+", "-", "*", "end", "begin")


class Program(over_index.Program, Protocol):
    """What of the reader of a text is used here."""


def word_at(words: list[Word], i: int, known: dict[str, dict[int | str, Meaning]]) -> tuple[str, int]:
    """The argument that starts at `i` where it is no expression, and where it ends; '' where it is one."""
    if i + 1 >= len(words):
        return "", i
    at, ahead = words[i], words[i + 1]
    if at.kind == "name" and ahead.text == "=" and i + 2 < len(words):
        return _keyword(words, i)
    if at.text == "-" and ahead.text == "Inf":
        return "-Inf", i + 2
    number = min(i + (at.text == "-"), len(words) - 2)
    if words[number].kind == "number" and words[number + 1].text == "=>":  # diagm(1 => x)
        return "".join(word.text for word in words[i:number + 2]), number + 2
    closes = words[min(i + 2, len(words) - 1)].text in (",", ")")
    if at.text == ":" and ahead.kind == "name" and words[i - 1].text == "," and closes:
        return f":{ahead.text}", i + 2
    is_function = at.kind == "name" and at.text in known and ahead.text == ","
    if is_function or (at.text in (":", *_OPERATORS) and ahead.text in (",", ")", ";")):
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
    if value.text == "[":
        closing = next((k for k in range(end, len(words)) if words[k].text in ("]", "]]")), end)
        listed = ",".join(word.text for word in words[end + 1:closing] if word.kind == "number")
        return f"{words[i].text}=({listed})", closing + 1
    if value.text == "(":
        listed, after = word_at(words, end, {})
        return f"{words[i].text}={listed}", after
    if value.kind in ("number", "name"):
        return f"{words[i].text}={'-' * sign}{value.text}", end + sign + 1
    return "", i


def signature(args: Sequence[object]) -> str:
    """How a function is called, with _ for an expression."""
    return ",".join("_" if isinstance(arg, Value) else str(arg) for arg in args)


def places(words: list[Word], i: int) -> tuple[list[str], int]:
    """The places in the bracket that opens before `i`, and where it closes; none where they are something else."""
    found = [""]
    while words[i].text not in ("]", "]]", ")"):
        word = words[i]
        if word.text == "[" and not found[-1]:
            closing = next((k for k in range(i, len(words)) if words[k].text == "]"), i)
            if any(one.kind != "number" and one.text != "," for one in words[i + 1:closing]):
                return [], i
            found[-1] = "".join(one.text for one in words[i:closing + 1]).replace(",", ", ")
            i = closing + 1
            continue
        if word.kind == "end":
            return [], i
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
    ranges = [":" in text or "[" in text for text in found]
    kind = SCALAR if not any(ranges) else MATRIX if all(ranges) and len(ranges) > 1 else VECTOR
    pieces = [*value.within(100), Piece(f"[{', '.join(found)}]", place)]
    if len(ranges) > 1 and ranges == [False, True]:
        return Value(put("(#1)'", [Value(pieces, MATRIX)], place), VECTOR, 95)
    return Value(pieces, kind)


def block(p: Program, opening: Word) -> Value:
    """[X Y; Z W]; a list of numbers, [a, b], is a vector."""
    if there := over_index.generator(p):
        found = over_index.generated(p, opening, there, opening.place)
        if p.at.text not in ("]", "]]"):
            raise p.unread("[ is not closed", opening.place)
        p.i += 1
        return found
    rows: list[list[Value]] = [[]]
    has_commas = False
    before = [word.text for word in p.words[max(p.i - 4, 0):p.i - 1]]
    stacked = before[1] if len(before) == 3 and before[::2] == ["(", ","] and before[1] in STACKS else ""
    while p.at.text not in ("]", "]]"):
        if p.at.kind == "end":
            raise p.unread("[ is not closed", opening.place)
        if p.at.text in (",", ";"):
            has_commas |= p.at.text == ","
            rows.append([])
            p.i += 1
        else:
            rows[-1].append(p.expression(0))
    p.i += 1
    flat = [value for row in rows for value in row]
    if stacked and has_commas and all(len(row) == 1 for row in rows):
        return _blocks([flat] if stacked == STACKS[0] else rows, opening.place.to(p.words[p.i - 1].place))
    if not all(rows) or (has_commas and not all(value.kind in NUMBERS for value in flat)):
        raise p.unread("a list of arrays of Julia is no matrix; [x; y] and [X Y] are", opening.place)
    return _blocks(rows, opening.place.to(p.words[p.i - 1].place))


def _blocks(rows: list[list[Value]], place: Span) -> Value:
    pieces = [Piece("[", place)]
    for k, row in enumerate(rows):
        pieces += [Piece("; ", place)] * (k > 0)
        for j, value in enumerate(row):
            pieces += [Piece(", ", place)] * (j > 0) + value.pieces
    is_long = all(len(row) == 1 and row[0].kind in (*NUMBERS, VECTOR) for row in rows)
    return Value([*pieces, Piece("]", place)], VECTOR if is_long else MATRIX)


def called(p: Program, at: Word) -> Word:
    """cholesky(S).L and logabsdet(A)[1], first(logabsdet(A)), as one word."""
    following = p.words[p.i:p.i + 3]
    if len(following) == 3 and following[0].text == "." and following[1].kind == "name" and following[2].text != "(":
        p.i += 2
        at = Word("name", f"{at.text}.{following[1].text}", at.place.to(following[1].place), at.spaced)
    if at.text == FACTORED and _is_whole(p, at):
        at = at._replace(text=f"{FACTORED}.whole")
    i = p.words.index(at) if at in p.words else 0
    result = f"{at.text}[{following[1].text}]" if len(following) == 3 and following[0].text == "[" else ""
    if result in p.known and following[2].text == "]":
        p.i += 3
        return at._replace(text=result)
    is_first = i > 1 and p.words[i - 2].text == "first" and p.words[i - 1].text == "(" and p.at.text == ")"
    return at._replace(text=f"{at.text}[1]") if is_first and f"{at.text}[1]" in p.known else at


def _is_whole(p: Program, at: Word) -> bool:
    """Whether a factorisation stands for its matrix, in det(cholesky(A)) and cholesky(A) \\ b."""
    i = p.words.index(at)
    inside = i > 1 and p.words[i - 1].text == "(" and f"{p.words[i - 2].text}.{FACTORED}" in p.known
    return p.at.text == "\\" or (inside and p.at.text == ")")
