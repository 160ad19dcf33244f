"""An expression of a program while it is translated: its pieces, and whether it is a number, a vector or a matrix.

Programs write * for several things and decide by the kinds; here a kind follows from what is declared, else from the
letter, and from the operation. A letter that may be a number or a vector is a vector where an operation says so, and
then everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from matcalc.diagnostics import Span
from matcalc.formats.mapped_pieces import Piece, Pieces, filled, span_of
from matcalc.language.characters import GREEK
from matcalc.language.kinds import default_kind
from matcalc.records import NamedTuple

SCALAR, VECTOR, ROW, MATRIX = "scalar", "vector", "row", "matrix"
LETTER = "letter"  # a number by its letter only
COLUMN = "column"  # R's matrix of one column, which turns into no row
CONDITION = "condition"  # x .> 0
COLUMNS, ROWS = "columns", "rows"  # Julia's eachcol(X), eachrow(X)
NUMBERS = (SCALAR, LETTER)


class Value(NamedTuple):
    """`kind` is that of the value, `binding` how tightly it binds, `name` what it is if it is a name alone; `letters`
    are the names that make it a LETTER."""

    pieces: Pieces
    kind: str
    binding: int = 100
    name: str = ""
    letters: frozenset[str] = frozenset()

    @property
    def place(self) -> Span:
        """Where it stands."""
        return span_of(self.pieces, Span(0, 0))

    def within(self, binding: int) -> Pieces:
        """In brackets where it binds less than that."""
        if self.binding >= binding:
            return self.pieces
        return filled("(#1)", [self.pieces], self.place)


def kind_of_name(name: str, declared: Mapping[str, str]) -> str:
    """The kind that is declared, or that of the letter."""
    kind = _kind(name, declared)
    return LETTER if kind == SCALAR and name not in declared else kind


def _kind(name: str, declared: Mapping[str, str]) -> str:
    said = declared.get(name)
    if said is not None:
        word = re.search(rf"\b(?:{SCALAR}|{VECTOR})\b", said)
        return word[0] if word else MATRIX
    base = name[0]
    return default_kind(GREEK.get(base, name.partition("_")[0] if len(name) > 1 and name.partition("_")[0] in
                                  GREEK.values() else base))


def put(template: str, args: list[Value], place: Span) -> Pieces:
    """`template` with its arguments, (#1) without brackets where the argument needs none."""
    for k, arg in enumerate(args, 1):
        if arg.binding >= 100:
            template = re.sub(rf"(?<![\w.])\(#{k}\)", f"#{k}", template)
    return filled(template, [arg.pieces for arg in args], place)


def joined_by(sign: str, left: Value, right: Value, place: Span, binding: int) -> Pieces:
    """Two operands with a sign between them."""
    return [*left.within(binding), Piece(sign, place), *right.within(binding + 1)]
