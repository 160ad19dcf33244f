"""Functions of other programs that depend on a kind or a word: norms, diagonals, Kronecker products."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from matcalc.diagnostics import Span
from matcalc.formats import mapped
from matcalc.formats.function_tables import Meaning
from matcalc.formats.grammars import Grammar
from matcalc.formats.mapped_pieces import Piece
from matcalc.formats.marked import Word
from matcalc.formats.meanings import text
from matcalc.formats.valued import COLUMNS, MATRIX, NUMBERS, ROW, ROWS, SCALAR, VECTOR, Value, put
from matcalc.language.suggest import with_declarations

TIMES, PLUS = "Times", "Plus"
_ALONG = {"Total": "sum", "Mean": "mean", "Median": "median", "Variance": "var_sample",
          "StandardDeviation": "std_sample"}
_OF_SLICES = ("sum", "mean")
_EACH = {"eachcol": COLUMNS, "eachrow": ROWS}
_INDUCED = {"1": "column_sum_norm(#1)", "2": "norm_op(#1)", "Inf": "row_sum_norm(#1)"}
_SYMMETRIC = r"\b(?:sym|spd|psd|diag)\b"


class Program(mapped.Program, Protocol):
    """What of the reader of a text is used here."""

    name: str
    source: str
    grammar: Grammar
    declared: Mapping[str, str]


def special(p: Program, at: Word, args: Sequence[object], place: Span) -> Value | None:
    """The value of a call that depends on the kinds of its arguments; None for all others."""
    values = [arg for arg in args if isinstance(arg, Value)]
    first = values[0] if values and values[0] is args[0] else None
    if at.text.lower().endswith("norm") and len(args) == 2 and first is not None:
        return _norm(p, at, first, args[1], place)
    if at.text == "sum" and len(args) == 2 and args[0] == "abs2" and values:
        return Value(put("sum((#1).^2)", [p.meanings.long(values[0])], place), SCALAR)
    if at.text == "muladd" and len(values) == len(args) == 3 and not all(v.kind in NUMBERS for v in values):
        product = p.meanings.of("product", values[0], values[1], place)
        return p.meanings.of("add", product, values[2], place)
    if at.text == "diag" and p.name == "r" and first is not None:
        return _diag_of_r(p, values, place)
    if at.text == "diagm" and len(args) == 2 and str(args[0]).endswith("=>"):
        shift = str(args[0])[:-2]
        form = "diag(#1)" if shift == "0" else f"diag(#1, {shift})"
        return Value(put(form, [p.meanings.long(values[0])], place), MATRIX)
    if at.text == "KroneckerProduct" and p.name == "mathematica" and len(values) == 2:
        return _kronecker(p, values[0], values[1], place)
    if at.text == "Diagonal" and p.name == "julia" and len(args) == 1 and first is not None and first.kind == MATRIX:
        return Value(put("diag(diag(#1))", [first], place), MATRIX)
    if at.text == "Diagonal" and len(args) == 1 and first is not None and first.kind == SCALAR:
        raise p.unread("the diagonal of a number", place)
    if p.name == "mathematica":
        return _of_mathematica(p, at, args, values, place)
    if p.name == "julia" and first is not None:
        return _of_julia(p, at, first, args, place)
    return None


def is_function(p: Program, word: Word, following: Word) -> bool:
    """Whether the name of a function of Mathematica stands alone as an argument, Map[Sin, x]."""
    is_known = word.kind == "name" and (word.text in p.known or word.text in (TIMES, PLUS))
    return is_known and word.text not in p.declared and following.text in (",", p.grammar.closing)


def _of_mathematica(p: Program, at: Word, args: Sequence[object], values: Sequence[Value], place: Span) -> Value | None:
    """Dot[x, A, y], Outer[Times, x, y], Inner[Times, x, y, Plus], Map[Sin, x] and Flatten[A]."""
    if at.text == "Dot" and len(values) == len(args) > 1:
        found = values[0]
        for value in values[1:]:
            found = p.meanings.of("dot", found, value, place)
        return found
    if at.text == "Outer" and len(args) == 3 and args[0] == TIMES and len(values) == 2:
        return p.meanings.outer(values[0], values[1], place)
    if at.text == "Inner" and len(args) == 4 and (args[0], args[3]) == (TIMES, PLUS) and len(values) == 2:
        return p.meanings.of("dot", values[0], values[1], place)
    if at.text == "Map" and len(args) == 2 and len(values) == 1 and isinstance(args[0], mapped.Lambda):
        return mapped.applied_to(p, args[0], values, place)
    if at.text == "Map" and len(args) == 2 and len(values) == 1 and isinstance(args[0], str):
        meaning = p.known.get(args[0], {}).get(1)
        if meaning is not None and meaning.kind == "entries":
            return p.applied(Word("name", args[0], place, False), meaning, list(values), False, place)
    if at.text in _ALONG and values and values[0].kind == MATRIX and len(values) == len(args):
        return _along(at, values, place)
    if at.text == "Norm" and len(args) == 1 and values and values[0].kind == MATRIX:
        return Value(put("norm_op(#1)", list(values), place), SCALAR)
    if at.text == "ArrayFlatten" and len(args) == len(values) == 1:
        return values[0]
    if at.text == "Flatten" and len(args) == 1 and values and values[0].kind == MATRIX:
        return Value(put("vec((#1)')", [values[0]], place), VECTOR)
    return None


def _along(at: Word, values: Sequence[Value], place: Span) -> Value | None:
    """Total[A], of each column, Total[A, {2}], of each row, and Total[A, 2] of all entries."""
    word, levels = _ALONG[at.text], text(values[1]) if len(values) == 2 else ""
    if levels == "2":
        return Value(put(f"{word}(#1)", [values[0]], place), SCALAR)
    if levels not in ("", "[1]", "[2]") or (levels and word != "sum"):
        return None
    return Value(put(f"{word}(#1, axis={int(levels == '[2]')})", [values[0]], place), VECTOR)


def _of_julia(p: Program, at: Word, first: Value, args: Sequence[object], place: Span) -> Value | None:
    """first(x), Symmetric(S) of what is declared to be that, dropdims(sum(X; dims=1); dims=1)."""
    if at.text in _EACH and len(args) == 1 and first.kind == MATRIX:
        return first._replace(kind=_EACH[at.text])
    if first.kind in (COLUMNS, ROWS):  # sum(eachcol(X)) adds the columns
        if at.text not in _OF_SLICES or len(args) > 1:
            raise p.unread(f"{at.text} of the columns or rows of a matrix is not read", place)
        return Value(put(f"{at.text}(#1, axis={int(first.kind == COLUMNS)})", [first], place), VECTOR)
    if at.text == "last" and len(args) == 1 and first.kind == VECTOR:
        return Value(put("(#1)[end]", [first], place), SCALAR)
    if at.text == "first" and len(args) == 1:
        return first if first.kind == SCALAR else Value(put("(#1)[1]", [p.meanings.long(first)], place), SCALAR)
    if at.text == "circshift" and len(args) == 2 and isinstance(args[1], Value) and text(args[1]).startswith("-"):
        form = f"flip(roll(flip(#1), {text(args[1])[1:]}))"
        return Value(put(form, [p.meanings.long(first)], place), VECTOR) if first.kind != MATRIX else None
    if at.text == "selectdim" and len(args) == 3 and first.kind == MATRIX and isinstance(args[1], Value) \
            and text(args[1]) in ("1", "2"):
        form = "((#1)[#3, :])'" if text(args[1]) == "1" else "(#1)[:, #3]"
        return Value(put(form, [arg for arg in args if isinstance(arg, Value)], place), VECTOR)
    if at.text in ("Symmetric", "Hermitian") and re.search(_SYMMETRIC, p.declared.get(first.name, "")):
        return first
    axis = f"dims={1 + (first.kind == VECTOR)}"
    if at.text == "dropdims" and first.kind in (ROW, VECTOR) and list(args[1:]) == [axis]:
        return p.meanings.transposed(first, place) if first.kind == ROW else first
    return None


def of_lines(p: Program, meaning: Meaning, value: Value, place: Span) -> Value:
    """A function of vectors done to every column, or to every row, of a matrix by the one that is done to its rows."""
    value = p.meanings.long(value)
    if value.kind != MATRIX and not (value.kind == VECTOR and meaning.kind == "columnwise"):
        raise p.unread("along this dimension every entry stands alone", place)
    turned = f"({meaning.text})'".replace("#1", "(#1)'") if meaning.kind == "columnwise" else meaning.text
    return Value(put(meaning.text if value.kind == VECTOR else turned, [value], place), value.kind, 95)


def _kronecker(p: Program, left: Value, right: Value, place: Span) -> Value | None:
    left, right = p.meanings.long(left), p.meanings.long(right)
    if {left.kind, right.kind} == {VECTOR}:
        return p.meanings.outer(left, right, place)
    if VECTOR in (left.kind, right.kind):
        raise p.unread("KroneckerProduct of a vector and a matrix", place)
    return None


def _diag_of_r(p: Program, values: Sequence[Value], place: Span) -> Value | None:
    """R's diag: the identity of a size, the diagonal of a matrix, the matrix of a diagonal."""
    value = values[0]
    if len(values) == 2 and text(value) == "1":
        size = text(values[1])
        return Value([Piece(f"eye({size})" if size.isdigit() else "I", place)], MATRIX)
    if len(values) != 1:
        return None
    if value.kind == SCALAR and text(value).isdigit():
        return Value([Piece(f"eye({text(value)})", place)], MATRIX)
    is_size = len(value.name) == 1 and value.name in "mnpqd" and value.name not in p.declared
    if value.kind in NUMBERS or is_size:
        fixed = f"{p.source[:place.start]}diag(1, {text(value)}){p.source[place.end:]}"
        raise p.unread("diag of R is an identity where its argument is a size, and a diagonal matrix where "
                       "it is a vector", place, fixed, with_declarations(p.source, f"{text(value)}: vector"))
    return Value(put("diag(#1)", [value], place), MATRIX if value.kind == VECTOR else VECTOR)


def _norm(p: Program, at: Word, value: Value, order: object, place: Span) -> Value:
    """The norm of a kind; R's, Maple's and Mathematica's of a matrix are those of the operator, and Julia's opnorm."""
    word = text(order) if isinstance(order, Value) else str(order)
    value = p.meanings.long(value)
    if at.text == "opnorm" and word in _INDUCED:
        return Value(put(_INDUCED[word], [value], place), SCALAR)
    entries = p.name == "julia" and value.kind == MATRIX
    if p.name == "julia" and re.fullmatch(r"[\d.]+", word) and word not in ("1", "2"):
        return Value(put(f"norm({'vec(#1)' if value.kind == MATRIX else '#1'}, {word})", [value], place), SCALAR)
    if at.text == "Norm" and word == "2" and value.kind == MATRIX:
        return Value(put("norm_op(#1)", [value], place), SCALAR)
    if at.text == "Norm" and value.kind == VECTOR and re.fullmatch(r"\d+(?:\.\d+)?", word):
        return Value(put(f"norm(#1, {word})", [value], place), SCALAR)
    forms = {"F": "normF(#1)", "Frobenius": "normF(#1)", "2": "‖#1‖" if entries else "norm(#1, 2)",
             "1": "sum(abs.(#1))" if entries else "norm(#1, 1)", "O": "norm(#1, 1)", "I": "norm(#1, inf)",
             "Infinity": "norm(#1, inf)", "infinity": "norm(#1, inf)",
             "Inf": "max(abs.(#1))" if entries else "norm(#1, inf)", "-Inf": "min(abs.(#1))"}
    if word not in forms or at.text == "opnorm" or (p.name == "r" and isinstance(order, Value)):
        raise p.unread(f"the norm “{word}” of {p.grammar.title} is not read", place)
    return Value(put(forms[word], [value], place), SCALAR)
