"""Julia's functions as arguments: map(f, x), sum(z -> z^2, x), mapreduce(f, +, x), and @. before an expression.

A function of the entries is read with every operator entry by entry; its parameter is the whole array. Beside it only
numbers may stand, for of an array its body would make an array for each entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from matcalc.diagnostics import MatcalcError, Span
from matcalc.formats.function_tables import Meaning
from matcalc.formats.mapped_pieces import Piece
from matcalc.formats.marked import Word
from matcalc.formats.meanings import Meanings
from matcalc.formats.valued import COLUMNS, NUMBERS, ROWS, VECTOR, Value, put
from matcalc.records import NamedTuple

FUSED = {"product": "entries", "divided": "over", "power": "raised", "add": "spread", "subtract": "spread-",
         "rem": "rem", "compared": "compared"}  # operators below @. and in the body of a function
MACRO = "@."
_OPERATORS = {"+": "spread", "-": "spread-", "*": "entries", "/": "over", "^": "raised"}
_ENTRYWISE = ("number", "whole", "each", "same")
_ALONG = {"norm": "norm", "sum": "sum", "mean": "mean", "maximum": "max", "minimum": "min", "prod": "prod"}
_MAPS = ("map", "broadcast")
FOLDED, REDUCED = ("mapreduce", "mapfoldl", "mapfoldr"), "reduce"
FILTER = "filter"
STACKS = ("hcat", "vcat")  # reduce(hcat, [x, y])


class Lambda(NamedTuple):
    """A function as it is typed, (p, q) -> p*q: its parameters, the words of its body from `start` to `end`, and where
    the text goes on where that is not at the end."""

    parameters: tuple[str, ...]
    start: int
    end: int
    behind: int = 0

    @property
    def after(self) -> int:
        """Where the text goes on."""
        return self.behind or self.end


class Program(Protocol):
    """What of the reader of a text is used here."""

    words: list[Word]
    i: int
    known: dict[str, dict[int | str, Meaning]]
    meanings: Meanings
    fused: bool
    bound: dict[str, Value]

    def expression(self, binding: int) -> Value:
        """What stands here up to an operator that binds less."""

    def applied(self, at: Word, meaning: Meaning, args: list[Value], dotted: bool, place: Span) -> Value:
        """A function of the table."""

    def unread(self, what: str, span: Span, *fixes: str) -> MatcalcError:
        """The refusal of what stands at `span`."""


Arguments = list[Value | str | Lambda]


def function_at(words: list[Word], i: int) -> Lambda | None:
    """The function that starts at `i`, x -> body or (p, q) -> body; None where something else stands there."""
    if i + 2 >= len(words):
        return None
    if words[i].kind == "name" and words[i + 1].text == "->":
        return Lambda((words[i].text,), i + 2, _end(words, i + 2))
    end = next((k for k in range(i, len(words)) if words[k].text == ")"), i)
    inside = words[i + 1:end]
    is_list = words[i].text == "(" and words[min(end + 1, len(words) - 1)].text == "->"
    if not is_list or any(word.kind != "name" and word.text != "," for word in inside):
        return None
    return Lambda(tuple(word.text for word in inside if word.kind == "name"), end + 2, _end(words, end + 2))


def _end(words: list[Word], i: int) -> int:
    """Where the body of a function ends: at a comma or a bracket that it did not open."""
    depth = 0
    while words[i].kind != "end":
        depth += (words[i].text in ("(", "[")) - (words[i].text in (")", "]"))
        if depth < 0 or (depth == 0 and words[i].text in (",", ";")):
            return i
        i += 1
    return i


def fused(p: Program) -> Value:
    """What stands behind @., in which every operator and function works entry by entry."""
    before, p.fused = p.fused, True
    value = p.expression(0)
    p.fused = before
    return value


def gathered(p: Program, at: Word, args: Arguments, place: Span, dotted: bool) -> tuple[Word, Arguments] | Value:
    """map(f, x) as its value; sum(f, x) and mapreduce(f, +, x) as those of f.(x)."""
    if dotted and len(args) == 1 and isinstance(args[0], Value) and args[0].kind in (COLUMNS, ROWS):
        return of_each(p, at.text, args[0], place)
    if not args or not (isinstance(args[0], Lambda) or _is_function(p, args[0])):
        return at, args
    values = [arg for arg in args if isinstance(arg, Value)]
    if at.text in _MAPS and len(values) == len(args) - 1 and values:
        return applied_to(p, args[0], values, place)
    is_gathering = isinstance(args[0], Lambda) or (args[0] in p.known and 1 in p.known[str(args[0])])
    is_gathering &= args[0] not in STACKS
    if len(values) != 1 or not is_gathering or at.text in _MAPS:
        return at, args
    k = next(k for k, arg in enumerate(args) if isinstance(arg, Value))
    if at.text == FILTER:
        return where_true(p, values[0], applied_to(p, args[0], values, place), place)
    found = applied_to(p, args[0], values, place)
    return at._replace(text=REDUCED) if at.text in FOLDED else at, [*args[1:k], found, *args[k + 1:]]


def _is_function(p: Program, arg: object) -> bool:
    return isinstance(arg, str) and (arg in p.known or arg in _OPERATORS)


def applied_to(p: Program, function: object, values: Sequence[Value], place: Span) -> Value:
    """A function of the entries of arrays. Raises InputError where it is none."""
    values = [p.meanings.long(value) for value in values]
    if values[0].kind in (COLUMNS, ROWS):
        return of_each(p, str(function), values[0], place)
    if isinstance(function, Lambda):
        return _body(p, function, values, place)
    word = str(function)
    if word in _OPERATORS and len(values) == 2:
        return p.meanings.of(_OPERATORS[word], values[0], values[1], place)
    meaning = p.known.get(word, {}).get(len(values))
    if meaning is None or meaning.kind not in _ENTRYWISE:
        raise p.unread(f"{word} is no function of the entries here", place)
    return p.applied(Word("name", word, place, False), meaning, list(values), True, place)


def of_each(p: Program, word: str, value: Value, place: Span) -> Value:
    """norm.(eachcol(X)), a vector. Raises InputError where the function is none that works along an axis."""
    if word not in _ALONG:
        raise p.unread("of each column or row are read " + ", ".join(_ALONG), place)
    return Value(put(f"{_ALONG[word]}(#1, axis={int(value.kind == ROWS)})", [value], place), VECTOR)


def where_true(p: Program, value: Value, mask: Value, place: Span) -> Value:
    """The entries of an array for which a condition holds, as MATLAB writes them, x(x > 0): the language reads what is
    done to every one and how these are put together."""
    pieces = [*p.meanings.long(value).within(100), Piece("(", place), *mask.pieces, Piece(")", place)]
    return Value(pieces, VECTOR)


def _body(p: Program, function: Lambda, values: Sequence[Value], place: Span) -> Value:
    """The body of a function with arrays for its parameters."""
    if len(function.parameters) != len(values):
        raise p.unread("a function is given as many arrays as it has parameters", place)
    before = p.i, p.fused, p.bound
    p.i, p.fused = function.start, True
    p.bound = p.bound | dict(zip(function.parameters, values, strict=True))
    if "#" in p.bound:
        p.bound["#1"] = p.bound["#"]
    found = p.expression(0)
    ended = p.i
    p.i, p.fused, p.bound = before
    if ended != function.end:
        raise p.unread("the body of a function is one expression", p.words[ended].place)
    if found.kind in NUMBERS and values[0].kind not in NUMBERS:
        raise p.unread("a function of the entries that does not depend on them", place)
    return found
