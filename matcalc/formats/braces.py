"""Mathematica's lists: vectors {a, b}, matrices {{a, b}, {c, d}}, and blocks, {{A, B}, {C, D}}."""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.formats.mapped_pieces import Piece
from matcalc.formats.marked import Word
from matcalc.formats.over_index import Program
from matcalc.formats.valued import MATRIX, NUMBERS, VECTOR, Value


def array(p: Program, opening: Word) -> Value:
    """The list whose bracket was taken: of numbers a vector; of lists, rows of a matrix."""
    is_nested, start = p.at.text == "{", p.i
    rows: list[list[Value]] = []
    while p.at.text != "}" or not rows:
        if is_nested != (p.at.text == "{"):
            raise p.unread("a list has members of one kind", opening.place)
        p.i += is_nested
        rows.append(_members(p, opening) if is_nested else [p.expression(0)])
        if p.at.text == ",":
            p.i += 1
        elif p.at.text != "}":
            raise p.unread("{ is not closed", opening.place)
    p.i += 1
    place = opening.place.to(p.words[p.i - 1].place)
    is_flattened = p.words[start - 3].text == "ArrayFlatten" and p.words[start - 2].text == "["
    if not (is_flattened and is_nested) and any(value.kind not in NUMBERS for row in rows for value in row):
        raise p.unread("a list of arrays has no meaning here; ArrayFlatten[{{A, B}, {C, D}}] has", place)
    return Value(_block(rows, place), MATRIX if is_nested else VECTOR)


def _members(p: Program, opening: Word) -> list[Value]:
    """The members of an inner list up to its bracket."""
    found: list[Value] = []
    while p.at.text != "}" or not found:
        found.append(p.expression(0))
        if p.at.text == ",":
            p.i += 1
        elif p.at.text != "}":
            raise p.unread("{ is not closed", opening.place)
    p.i += 1
    return found


def _block(rows: list[list[Value]], place: Span) -> list[Piece]:
    pieces = [Piece("[", place)]
    for k, row in enumerate(rows):
        pieces += [Piece("; ", place)] * (k > 0)
        for j, value in enumerate(row):
            pieces += [Piece(", ", place)] * (j > 0) + value.pieces
    return [*pieces, Piece("]", place)]
