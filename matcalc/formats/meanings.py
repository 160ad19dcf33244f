"""What the operators of programs mean: entries or matrices, by the kinds of the operands.

Entry by entry, two vectors are multiplied with .*, a number and anything with *; a matrix and a vector, which programs
spread over each other in ways of their own, are refused.
"""

from __future__ import annotations

from collections.abc import Callable

from matcalc.diagnostics import MatcalcError, Span
from matcalc.formats.mapped_pieces import Piece, Pieces, unread
from matcalc.formats.valued import (
    COLUMN,
    COLUMNS,
    CONDITION,
    LETTER,
    MATRIX,
    NUMBERS,
    ROW,
    ROWS,
    SCALAR,
    VECTOR,
    Value,
    joined_by,
    put,
)
from matcalc.language.suggest import with_declarations

ADD, TIMES, POWER = 50, 60, 90
_BY_AXES = ("Julia",)  # whose vectors are columns, spread over the columns of a matrix


class Meanings:
    """The operators of one program, which is called `title` in messages about `source`."""

    def __init__(self, title: str, source: str) -> None:
        self.title, self.source = title, source
        self.units = False  # whether a number beside a matrix is that multiple of the identity
        self.vectors: set[str] = set()  # letters that turn out to be vectors

    def unread(self, what: str, *values: Value) -> MatcalcError:
        """The refusal of what stands at the values."""
        span = values[0].place
        for value in values:
            span = span.to(value.place)
        return unread(what, self.source, span)

    def of(self, meaning: str, left: Value, right: Value, sign: Span) -> Value:
        """An operation by its meaning."""
        kinds = (left.kind, right.kind)
        if meaning == "entries" and kinds.count(CONDITION) == 1:  # (x .> 0) .* x
            mask, value = (left, right) if left.kind == CONDITION else (right, left)
            return Value(put("where(#1, #2, 0)", [mask, value], sign), value.kind, 100, "", value.letters)
        if {COLUMNS, ROWS} & set(kinds):
            raise self.unread("the columns or rows of a matrix are read in a function of each, norm.(eachcol(X))",
                              left, right)
        if CONDITION in kinds:
            raise self.unread("a condition stands in a choice only, ifelse.(x .> 0, a, b)", left, right)
        return _MEANINGS[meaning](self, left, right, sign)

    def long(self, value: Value) -> Value:
        """An operand that is no number where matrices are multiplied: a letter is a vector there."""
        if value.kind != LETTER:
            return value
        self.vectors |= value.letters
        return value._replace(kind=VECTOR)

    def negated(self, value: Value, sign: Span) -> Value:
        """With a minus before it."""
        return Value([Piece("-", sign), *value.within(TIMES)], value.kind, ADD + 5, "", value.letters)

    def transposed(self, value: Value, place: Span) -> Value:
        """x', a row of a vector."""
        value = self.long(value)
        kind = {VECTOR: ROW, COLUMN: ROW, ROW: VECTOR}.get(value.kind, value.kind)
        return Value(put("(#1)'", [value], place), kind, 95)

    def _spread(self, what: str, left: Value, right: Value) -> tuple[Value, Value]:
        """The operands; where a vector is spread over a matrix, or a row over a column, both as matrices if the program
        spreads by axes. Raises InputError where it spreads in a way of its own."""
        kinds = {VECTOR if kind == COLUMN else kind for kind in (left.kind, right.kind)} - {*NUMBERS}
        if len(kinds) > 1 and self.title in _BY_AXES:
            return self._filled(left), self._filled(right)
        if len(kinds) > 1:
            names = {MATRIX: "a matrix", VECTOR: "a vector", COLUMN: "a vector", ROW: "a row"}
            raise self.unread(f"{self.title} spreads {names[right.kind]} over {names[left.kind]} here, if these are "
                              f"their kinds; write {what} without that", left, right)
        return left, right

    def _filled(self, value: Value) -> Value:
        """A vector as a matrix of equal columns, a row as one of equal rows."""
        forms = {VECTOR: "(#1)*ones'", ROW: "ones*(#1)"}
        return Value(put(forms[value.kind], [value], value.place), MATRIX, TIMES) if value.kind in forms else value

    def add(self, left: Value, right: Value, sign: Span, minus: bool = False, spreads: bool = True) -> Value:
        """A sum; a number beside a matrix is added to every entry where the program does that."""
        left, right = self._spread("the sum", left, right)
        if MATRIX in (left.kind, right.kind) and {left.kind, right.kind} & {*NUMBERS}:
            if not spreads:
                raise self.unread(f"a number and a matrix are not added entry by entry in {self.title}", left, right)
            left, right = (self._everywhere(v) if v.kind in NUMBERS else v for v in (left, right))
        return Value(joined_by(" - " if minus else " + ", left, right, sign, ADD), _alike(left, right), ADD, "",
                     left.letters | right.letters)

    def _everywhere(self, value: Value) -> Value:
        if self.units:
            return Value(put("(#1)*I", [value], value.place), MATRIX, TIMES)
        if value.kind == LETTER:
            name = min(value.letters)
            raise unread(f"{name} is a number that is added to every entry here, or a vector that is spread",
                         self.source, value.place, with_declarations(self.source, f"{name}: scalar"))
        return Value(put("(#1)*matrix(1)", [value], value.place), MATRIX, TIMES)

    def entries(self, left: Value, right: Value, sign: Span) -> Value:
        """Entry by entry."""
        both = left.letters | right.letters
        if left.kind in NUMBERS or right.kind in NUMBERS:
            return Value(joined_by("*", left, right, sign, TIMES), _alike(left, right), TIMES, "", both)
        left, right = self._spread("the product", left, right)
        return Value(joined_by(" .* ", left, right, sign, TIMES), _alike(left, right), TIMES)

    def over(self, left: Value, right: Value, sign: Span) -> Value:
        """A quotient, entry by entry."""
        if right.kind in NUMBERS:
            return Value(_quotient(left, right, sign), left.kind, TIMES, "", left.letters | right.letters)
        left, right = self._spread("the quotient", left, right)
        return Value(joined_by(" ./ ", left, right, sign, TIMES), _alike(left, right), TIMES)

    def raised(self, left: Value, right: Value, sign: Span) -> Value:
        """A power of every entry."""
        self.refuse_letters(left, right)
        if text(left) == "e":
            call = "exp(#1)" if right.kind in NUMBERS else "exp.(#1)"
            return Value(put(call, [right], sign), right.kind, 100, "", right.letters)
        left, right = self._spread("the power", left, right)
        kind = _alike(left, right)
        mark = "^" if kind in NUMBERS else ".^"
        return Value([*left.within(95), Piece(mark, sign), *_exponent(right)], kind, POWER, "",
                     left.letters | right.letters)

    def power(self, left: Value, right: Value, sign: Span) -> Value:
        """A power of a number, or of a matrix as a whole."""
        self.refuse_letters(left, right)
        if left.kind in (VECTOR, ROW):
            raise self.unread(f"a power of a vector is none in {self.title}", left, right)
        if text(left) == "e" and right.kind not in NUMBERS:
            raise self.unread(f"a power of e is one of numbers in {self.title}", left, right)
        return Value([*left.within(95), Piece("^", sign), *_exponent(right)], left.kind, POWER, "",
                     left.letters | right.letters)

    def refuse_letters(self, left: Value, right: Value) -> None:
        """Raise InputError where the language would read a power as a transpose, or e as Euler's number."""
        if right.name in ("T", "H", "top"):
            raise self.unread(f"{right.name} is an exponent in {self.title}, and no transpose", right)
        if left.name == "e":
            raise self.unread(f"e is a variable in {self.title}, and Euler's number here; rename it", left)

    def product(self, left: Value, right: Value, sign: Span) -> Value:
        """A product of matrices, with numbers among them."""
        return Value(joined_by("*", left, right, sign, TIMES), _kind_of_product(left.kind, right.kind), TIMES, "",
                     left.letters | right.letters)

    def matmul(self, left: Value, right: Value, sign: Span) -> Value:
        """R's %*%, for which a vector is a row or a column as it fits."""
        left, right = self._multiplied(left, right)
        if left.kind == VECTOR and right.kind != ROW:
            left = self.transposed(left, left.place)
        made = self.product(left, right, sign)
        return made._replace(kind=COLUMN) if made.kind == VECTOR else made

    def dot(self, left: Value, right: Value, sign: Span) -> Value:
        """Mathematica's dot, for which a vector is neither row nor column."""
        left, right = self._multiplied(left, right)
        if (left.kind, right.kind) == (VECTOR, MATRIX):
            return Value(joined_by("*", self.transposed(right, right.place), left, sign, TIMES), VECTOR, TIMES)
        if (left.kind, right.kind) == (VECTOR, VECTOR):
            return self.product(self.transposed(left, left.place), right, sign)
        return self.product(left, right, sign)

    def maple_dot(self, left: Value, right: Value, sign: Span) -> Value:
        """Maple's dot: of two columns their inner product; of numbers their product."""
        if SCALAR in (left.kind, right.kind):
            return self.product(left, right, sign)
        left, right = self.long(left), self.long(right)
        return self.dot(left, right, sign) if left.kind == right.kind == VECTOR else self.product(left, right, sign)

    def _multiplied(self, left: Value, right: Value) -> tuple[Value, Value]:
        for value in (left, right):
            if value.kind == SCALAR:
                raise self.unread(f"a number in a product of matrices of {self.title}", value)
        return self.long(left), self.long(right)

    def numbers(self, left: Value, right: Value, sign: Span) -> Value:
        """Maple's *, which has no matrices on both sides."""
        if left.kind not in NUMBERS and right.kind not in NUMBERS:
            raise self.unread(f"* of {self.title} is no product of matrices; it writes a dot", left, right)
        return self.product(left, right, sign)

    def divided(self, left: Value, right: Value, sign: Span) -> Value:
        """A quotient with a number below, or B/A = B*inv(A)."""
        if right.kind in (VECTOR, ROW):
            raise self.unread(f"a vector below a fraction bar of {self.title} is not read", right)
        if right.kind in NUMBERS:
            return Value(_quotient(left, right, sign), left.kind, TIMES, "", left.letters | right.letters)
        return Value(put("(#1)*inv(#2)", [left, right], sign), left.kind, TIMES)

    def solved(self, left: Value, right: Value, sign: Span) -> Value:
        """A\\b."""
        return Value(put("inv(#1)*(#2)", [left, right], sign), right.kind, TIMES)

    def outer(self, left: Value, right: Value, sign: Span) -> Value:
        """x y'."""
        return Value(put("outer(#1, #2)", [self.long(left), self.long(right)], sign), MATRIX)

    def kron(self, left: Value, right: Value, sign: Span) -> Value:
        """A ⊗ B."""
        return Value(put("kron(#1, #2)", [left, right], sign), MATRIX)

    def compared(self, left: Value, right: Value, sign: Span) -> Value:
        """A condition, which stands in a choice only."""
        mark = self.source[sign.start:sign.end].lstrip(".")
        return Value(joined_by(f" {mark} ", left, right, sign, ADD), CONDITION, 0)

    def cross(self, left: Value, right: Value, sign: Span) -> Value:
        """x × y."""
        return Value(put("cross(#1, #2)", [self.long(left), self.long(right)], sign), VECTOR)

    def inner(self, left: Value, right: Value, sign: Span) -> Value:
        """x ⋅ y of vectors; of matrices the sum of products of entries."""
        if MATRIX in (left.kind, right.kind):
            return Value(put("tr((#1)'*(#2))", [left, right], sign), SCALAR)
        return self.product(self.transposed(left, left.place), self.long(right), sign)


def text(value: Value) -> str:
    """The translation of a value."""
    return "".join(piece.text for piece in value.pieces)


def _quotient(left: Value, right: Value, sign: Span) -> Pieces:
    return [*left.within(TIMES), Piece("/", sign), *right.within(100), Piece(" ", sign)]


def _exponent(value: Value) -> Pieces:
    return value.within(100 if value.name or text(value).isdigit() else 101)


def _alike(left: Value, right: Value) -> str:
    """The kind of what is done entry by entry."""
    order = (MATRIX, ROW, COLUMN, VECTOR, LETTER, SCALAR, CONDITION)
    return min(left.kind, right.kind, key=order.index)


def _kind_of_product(left: str, right: str) -> str:
    if left in NUMBERS or right in NUMBERS:
        return left if right == SCALAR or (right == LETTER and left not in NUMBERS) else right
    right = VECTOR if right == COLUMN else right
    return {(MATRIX, VECTOR): VECTOR, (ROW, MATRIX): ROW, (ROW, VECTOR): SCALAR}.get((left, right), MATRIX)


Operation = Callable[[Meanings, Value, Value, Span], Value]
_MEANINGS: dict[str, Operation] = {
    "add": Meanings.add, "subtract": lambda m, a, b, s: m.add(a, b, s, minus=True),
    "spread": Meanings.add, "spread-": lambda m, a, b, s: m.add(a, b, s, minus=True),
    "plain-add": lambda m, a, b, s: m.add(a, b, s, spreads=False),
    "plain-subtract": lambda m, a, b, s: m.add(a, b, s, minus=True, spreads=False),
    "entries": Meanings.entries, "over": Meanings.over, "raised": Meanings.raised, "power": Meanings.power,
    "product": Meanings.product, "matmul": Meanings.matmul, "dot": Meanings.dot, "maple-dot": Meanings.maple_dot,
    "numbers": Meanings.numbers, "divided": Meanings.divided, "solved": Meanings.solved, "outer": Meanings.outer,
    "kron": Meanings.kron, "compared": Meanings.compared,
    "cross": Meanings.cross, "inner": Meanings.inner,
}
