"""Typst, AsciiMath and UnicodeMath: formulas typed in a line and set as on a page, translated into LaTeX.

All three raise with ^, lower with _, build fractions with /, and drop the brackets around what is raised, lowered or
divided. They differ in their words (tables), in what stands side by side on a side of /, and in what takes arguments.
"""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.diagnostics import MatcalcError, Span
from matcalc.formats.mapped_pieces import Piece, Pieces, filled, span_of, text_of, unread
from matcalc.formats.page_marks import ASCIIMATH, TYPST, UNICODEMATH, Mark, marks
from matcalc.formats.symbol_tables import table
from matcalc.records import NamedTuple

CLOSING = {"(": ")", "[": "]", "{": "}", "(:": ":)", "<<": ">>", "{:": ":}", "⟨": "⟩", "〖": "〗", "|": "|", "‖": "‖",
           "||": "||"}
BRACKETS = {"(": "(", ")": ")", "[": r"\left[", "]": r"\right]", "{": "(", "}": ")", "(:": r"\langle ",
            ":)": r"\rangle ", "<<": r"\langle ", ">>": r"\rangle ", "⟨": r"\langle ", "⟩": r"\rangle ", "〖": "",
            "〗": "", "{:": "", ":}": "", "|": "|", "‖": r"\|", "||": r"\|"}
BARS = ("|", "‖", "||")
_ALONE = (r"\boldsymbol{", r"\hat{", r"\bar{", r"\tilde{", r"\dot{", r"\vec{", r"\math", r"\lVert", r"\|", r"\langle",
          r"\left[", r"\lvert", r"\operatorname")  # what a base starts with that needs no braces
_DEEPEST = 60


class Unit(NamedTuple):
    """What an operand is: its LaTeX, and what is within its brackets where it is in some that may be dropped."""

    pieces: Pieces
    inner: Pieces | None = None
    is_word: bool = False  # the name of a function

    @property
    def bare(self) -> Pieces:
        """Without the brackets that a fraction or an index does not show."""
        return self.pieces if self.inner is None else self.inner


def read(name: str, source: str, start: int, end: int, _declared: Mapping[str, str]) -> Pieces:
    """The formula in source[start:end] as LaTeX."""
    page = _Page(name, source, marks(name, source, start, end))
    made = page.row(frozenset())
    if page.at.kind != "end":
        raise page.unread(f"{page.at.text} closes nothing", page.at.place)
    return made


class _Page:
    def __init__(self, name: str, source: str, given: list[Mark]) -> None:
        self.name, self.source, self.marks, self.i = name, source, given, 0
        self.table = table(name)
        self.depth = 0
        self.no_tables: set[int] = set()  # where no matrix starts

    @property
    def at(self) -> Mark:
        return self.marks[self.i]

    @property
    def behind(self) -> Mark:
        return self.marks[min(self.i + 1, len(self.marks) - 1)]

    def unread(self, what: str, span: Span, *fixes: str) -> MatcalcError:
        return unread(what, self.source, span, *(
            self.source[:span.start] + fix + self.source[span.end:] for fix in fixes))

    def deeper(self) -> None:
        """One step into what stands in each other. Raises InputError where that is too much."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.unread(f"more than {_DEEPEST} brackets or symbols in each other are not read", self.at.place)

    def row(self, closers: frozenset[str]) -> Pieces:
        """What stands side by side, up to one of the closing signs."""
        self.deeper()
        made: Pieces = []
        while self.at.kind != "end" and self.at.text not in closers and self.at.text not in (")", "]", "}", ":)", "〗"):
            made += self.fraction()
        self.depth -= 1
        return made

    def fraction(self) -> Pieces:
        """p/q, or what stands there without a fraction."""
        units = self.side()
        while self.at.text == "/" and self.at.kind == "op":
            sign = self.at
            self.i += 1
            if self.at.kind == "end" or (self.at.text in CLOSING.values() and self.at.text not in BARS):
                raise self.unread("nothing is below the fraction", sign.place)
            below = self.side()
            self._refuse_loose(units, below)
            top, bottom = (side[0].bare if len(side) == 1 else [p for u in side for p in u.pieces]
                           for side in (units, below))
            units = [Unit(filled(r"\frac{#1}{#2}", [top, bottom], sign.place))]
        return [piece for unit in units for piece in unit.pieces]

    def _refuse_loose(self, above: list[Unit], below: list[Unit]) -> None:
        """Raise InputError where a side of a fraction is only a part of what its author has in mind."""
        for side in (above, below):
            said = text_of(side[-1].pieces if side is above else side[0].pieces).strip()
            if said in ("|", r"\|", r"\sum", r"\prod", "") or (len(side) == 1 and side[0].is_word):
                place = span_of([p for u in side for p in u.pieces], self.at.place)
                raise self.unread(f"the fraction takes only this of {self.title}: put brackets around the whole side",
                                  place)
            if self.name == UNICODEMATH and any(unit.is_word for unit in side):
                raise self.unread("which part of this is a side of the fraction? Put brackets around it",
                                  span_of([p for u in side for p in u.pieces], self.at.place))
        before = self.marks[above_start] if (above_start := self._mark_before(above)) >= 0 else None
        if above[0].inner is not None and len(above) == 1 and before is not None and self.name == TYPST and (
                before.kind in ("letter", "string") or before.text == ")" or before.kind == "number"):
            first = above[0].pieces[0].place.start
            if before.place.end == first:
                raise self.unread("Typst divides only what is in these brackets, not what stands before them",
                                  span_of(above[0].pieces, self.at.place))

    def _mark_before(self, side: list[Unit]) -> int:
        """The place of the mark before the first of a side, -1 for none."""
        first = span_of([p for u in side for p in u.pieces], Span(0, 0)).start
        return max((k for k, mark in enumerate(self.marks) if mark.place.end <= first and mark.kind != "end"),
                   default=-1)

    @property
    def title(self) -> str:
        return {TYPST: "Typst", ASCIIMATH: "AsciiMath"}.get(self.name, "UnicodeMath")

    def side(self) -> list[Unit]:
        """What one side of a fraction takes: one operand; in UnicodeMath all that stands there without a blank."""
        made = [self.scripted()]
        while self.name == UNICODEMATH and not self.at.spaced and self._is_operand() and not self._is_sign(made[-1]):
            made.append(self.scripted())
        return made

    def _is_operand(self) -> bool:
        at = self.at
        return at.kind in ("letter", "number", "string", "call") or at.text in ("(", "[", "⟨", "〖") or (
            at.kind == "symbol" and at.latex.startswith(("\\operatorname", "\\alpha")))

    @staticmethod
    def _is_sign(unit: Unit) -> bool:
        said = text_of(unit.pieces).strip()
        return said in ("+", "-", "=", ",", ";", ":", r"\cdot", "*", r"\times", "<", ">", ":=") or said.startswith(
            (r"\otimes", r"\odot", r"\circ", r"\sum", r"\prod"))

    def scripted(self) -> Unit:
        """An operand with what is raised and lowered, and with the brackets that belong to it."""
        unit = self.operand()
        pieces, inner, word = unit
        while True:
            at = self.at
            if at.kind == "op" and at.text in ("_", "^"):
                self.i += 1
                raised = self.script(at)
                base = pieces if self._stands_alone(pieces) else filled("{#1}", [pieces], span_of(pieces, at.place))
                pieces, inner = filled(f"#1{at.text}{{#2}}", [base, raised], at.place), None
            elif at.kind == "op" and at.text == "'":
                self.i += 1
                pieces, inner = [*pieces, Piece("'", at.place)], None
            elif at.text == "▒":
                self.i += 1
                inner = None
            elif self._belongs(unit, word):
                more = self.scripted()
                return Unit([*pieces, *more.pieces])
            else:
                return Unit(pieces, inner, word)

    def _belongs(self, unit: Unit, is_word: bool) -> bool:
        """Whether the brackets that follow belong to the operand, f(x): a fraction takes both."""
        at, last = self.at, self.marks[self.i - 1]
        if self.name == TYPST:
            return at.text == "(" and not at.spaced and (last.kind in ("letter", "string") or (
                last.kind == "symbol" and text_of(unit.pieces) == last.latex))
        if self.name != ASCIIMATH or self.at.kind == "end":
            return False
        if is_word:
            return at.text not in ("/", "^", "_", ",", ")", "]") and at.kind != "op"
        return at.text == "(" and last.kind == "letter" and last.text in ("f", "g") and not at.spaced

    @staticmethod
    def _stands_alone(pieces: Pieces) -> bool:
        said = text_of(pieces).strip()
        if len(pieces) == 1 or (said[:1] in "(|" and said[-1:] in ")|"):
            return True
        return said.startswith(_ALONE) or "_{" in said or "^{" in said

    def script(self, sign: Mark) -> Pieces:
        """What is raised or lowered."""
        at = self.at
        if at.kind == "end":
            raise self.unread(f"nothing is behind {sign.text}", sign.place)
        if at.text in ("-", "−", "+"):
            self.i += 1
            if self.name == TYPST:
                raise self.unread(f"Typst raises only the sign {at.text} here", Span(at.place.start, self.at.place.end),
                                  f"({self.source[at.place.start:self.at.place.end]})")
            return [Piece(at.latex or at.text, at.place), *self.script(sign)]
        unit = self.operand()
        follows = self.at
        if self.name == UNICODEMATH and unit.inner is None and not follows.spaced and (
                follows.kind in ("letter", "number") or follows.text == "("):
            raise self.unread(f"what belongs to {sign.text}? A blank ends it, brackets hold it together",
                              Span(at.place.start, follows.place.end))
        if follows.kind == "op" and follows.text == sign.text == "^":
            self.i += 1
            return filled("{#1}^{#2}", [unit.bare, self.script(sign)], sign.place)
        return unit.bare

    def operand(self) -> Unit:
        """One letter, number, word, group, or symbol with its arguments."""
        at = self.at
        self.i += 1
        if at.kind == "refused":
            raise self.unread(f"{at.text} of {self.title} is refused: {at.latex}", at.place)
        if at.kind == "string" and at.latex.strip() in ("where", "with"):
            return Unit([Piece(rf" \text{{{at.latex.strip()}}} ", at.place)])
        if at.kind == "string":
            return Unit([Piece(rf"\operatorname{{{at.latex}}}" if len(at.latex) > 1 else at.latex, at.place)])
        if at.kind == "call":
            return self.called(at)
        if at.text in CLOSING and at.kind == "bracket":
            return self.group(at)
        if at.kind == "op":
            raise self.unread(f"nothing stands before {at.text}", at.place)
        word = at.kind == "symbol" and at.latex.startswith("\\operatorname")
        return Unit([Piece(at.latex, at.place)], None, word)

    def group(self, at: Mark) -> Unit:
        """What is in brackets; bars of AsciiMath and UnicodeMath are brackets too."""
        if at.text in BARS and self.name == TYPST:
            return Unit([Piece(BRACKETS[at.text], at.place)])
        closing = CLOSING[at.text]
        if self.name == ASCIIMATH and at.text in ("[", "(") and (found := self._matrix(at, closing)) is not None:
            return found
        inner = self.row(frozenset([closing]))
        if self.at.text not in (closing, *((")", "]") if closing in (")", "]") else ())):
            raise self.unread(f"{at.text} is not closed", at.place)
        end = self.at
        self.i += 1
        made = [Piece(BRACKETS[at.text], at.place), *inner, Piece(BRACKETS[end.text], end.place)]
        is_dropped = at.text in ("(", "{:", "〖") or (at.text in ("[", "{") and self.name == ASCIIMATH)
        if at.text == "〖" and len(inner) > 1:
            made = filled("{#1}", [inner], at.place)
        return Unit(made, inner if is_dropped else None)

    def _matrix(self, at: Mark, closing: str) -> Unit | None:
        """[[a, b], [c, d]], else None."""
        back = self.i
        if self.at.text != at.text or back in self.no_tables:
            return None
        rows: list[list[Pieces]] = []
        while self.at.text == at.text:
            self.i += 1
            rows.append(self.cells(closing, ","))
            if self.at.text != ",":
                break
            self.i += 1
        if self.at.text != closing or len({len(row) for row in rows}) != 1 or (len(rows) == 1 and len(rows[0]) == 1):
            self.i = back
            self.no_tables.add(back)
            return None
        end = self.at
        self.i += 1
        return Unit(self.matrix(rows, Span(at.place.start, end.place.end)))

    def cells(self, closing: str, sign: str) -> list[Pieces]:
        """What stands between the signs, up to the closing one, which is taken."""
        made = [self.row(frozenset([sign, closing]))]
        while self.at.text == sign:
            self.i += 1
            made.append(self.row(frozenset([sign, closing])))
        if self.at.text != closing:
            raise self.unread(f"{self.at.text or 'the end'} stands where {closing} is expected", self.at.place)
        self.i += 1
        return made

    def matrix(self, rows: list[list[Pieces]], place: Span, kind: str = "bmatrix") -> Pieces:
        """A table in LaTeX."""
        made: Pieces = [Piece(rf"\begin{{{kind}}}", place)]
        for k, row in enumerate(rows):
            made += [Piece(r" \\ ", place)] if k else []
            for j, cell in enumerate(row):
                made += [Piece(" & ", place)] if j else []
                made += cell
        return [*made, Piece(rf"\end{{{kind}}}", place)]

    def called(self, at: Mark) -> Unit:
        """A symbol with its arguments."""
        if self.name == TYPST:
            return self._typst_call(at)
        if at.text in ("■", "⒨", "⒩"):
            return self._table(at)
        (count, template), = self.table.calls[at.text].items()
        args: list[Pieces] = []
        self.deeper()
        for _ in range(count):
            if self.at.kind == "end":
                raise self.unread(f"{at.text} has nothing to stand on", at.place)
            args.append(self.operand().bare)
        self.depth -= 1
        if self.name == ASCIIMATH and count == 2 and any(piece.text == "," for arg in args for piece in arg):
            raise self.unread(f"{at.text} of AsciiMath takes two arguments in brackets of their own", at.place)
        if at.text == "√" and len(args) == 1 and any(piece.text == "&" for piece in args[0]):
            raise self.unread("a root with its degree, √(n&x), is not read", at.place)
        return Unit(filled(template, args, at.place))

    def _table(self, at: Mark) -> Unit:
        if self.at.text != "(":
            raise self.unread(f"{at.text} is followed by (", at.place)
        self.i += 1
        rows: list[list[Pieces]] = [[]]
        while True:
            rows[-1].append(self.row(frozenset(["&", "@", ")"])))
            sign = self.at
            self.i += 1
            if sign.text == ")":
                break
            if sign.text not in ("&", "@"):
                raise self.unread("the matrix is not closed", at.place)
            if sign.text == "@":
                rows.append([])
        return Unit(self.matrix(rows, at.place, "matrix" if at.text == "■" else "pmatrix"))

    def _typst_call(self, at: Mark) -> Unit:
        self.i += 1  # the bracket
        rows: list[list[Pieces]] = [[]]
        while self.at.text != ")":
            if self.at.kind == "end":
                raise self.unread(f"{at.text}( is not closed", at.place)
            if self.behind.text == ":" and self.at.kind in ("symbol", "letter", "word"):
                self.row(frozenset([",", ";"]))  # delim: "["
            else:
                rows[-1].append(self.row(frozenset([",", ";"])))
            if self.at.text not in (",", ";", ")"):
                raise self.unread(f"{at.text}( is not closed", at.place)
            if self.at.text == ";":
                rows.append([])
            self.i += self.at.text != ")"
        place = Span(at.place.start, self.at.place.end)
        self.i += 1
        args = rows[0]
        if at.text == "mat":
            return Unit(self.matrix([row for row in rows if row], place))
        if at.text == "vec" and len(args) > 1:
            return Unit(self.matrix([[cell] for cell in args], place))
        if at.text == "cases":
            raise self.unread("cases of Typst are not read; write where(x > 0, x, 0)", place)
        if at.text == "op" and args:
            return Unit(args[0])
        said = text_of(args[0]).strip() if len(args) == 1 else ""
        if at.text == "upright" and said in ("i", "j"):  # the imaginary unit, as TeX has it
            return Unit([Piece(rf"\mathrm{{{said}}}", place)])
        if at.text in ("upright", "serif") and len(said) > 1 and said.isascii() and said.isalpha():
            return Unit([Piece(rf"\operatorname{{{said}}}", place)])
        if at.text in self.table.refused and not (at.text == "vec" and len(args) != 1):
            raise self.unread(f"{at.text} of Typst is refused: {self.table.refused[at.text]}", at.place)
        template = self.table.calls.get(at.text, {}).get(len(args))
        if template is None or len(rows) > 1:
            raise self.unread(f"{at.text} of Typst, here with {len(args)} arguments, is not read", place)
        return Unit(filled(template, args, at.place))
