"""What a dialect is: everything that formulas need to be written in it, as one record of tables and small functions.

A printed dialect is one module of `printers/dialects` that holds a `DIALECT`; nothing else names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from matcalc.core.dims import Dim
from matcalc.printers.precedence import Form
from matcalc.printers.reductions import Below
from matcalc.printers.symbols import interval
from matcalc.printers.view import View
from matcalc.records import NamedTuple

Axis = tuple[Dim, Dim, Dim]
Cell = tuple[bool, str]  # whether it is a formula, and its text


class Line(NamedTuple):
    """A line of a derivation: the left side, the formula, its reason and the name of the rule, '' for a definition.
    What stands to the right of a `sign` equals the left side; '' where it says something of it."""

    left: str
    formula: str
    because: str = ""
    rule: str = ""
    sign: str = "="


class Marks(NamedTuple):
    """How what is no expression is spelled beside formulas: signs and letters, words, operators in upright letters,
    a base with an exponent or an index. `gap` stands between two of them."""

    symbol: Callable[[str], str]
    operator: Callable[[str], str]
    words: Callable[[str], str]
    raised: Callable[[str, str], str]
    lowered: Callable[[str, str], str]
    gap: str = ""


class Markup(NamedTuple):
    """How a document in this dialect takes words with formulas in them, a derivation, and a table of heads and rows.

    In a table the cells that are no formulas are phrases already. `where` sets the terms of a formula and what its
    names stand for, if the dialect has names for what repeats; a line of it has about `line` characters.
    """

    phrase: Callable[[Sequence[Cell]], str]
    steps: Callable[[Sequence[Line]], str]
    table: Callable[[Sequence[str], Sequence[Sequence[Cell]]], str]
    where: Callable[[Sequence[str], Sequence[tuple[str, str]]], str] | None = None
    line: int = 100


def _plainly(text: str) -> str:
    return text


class Dialect(NamedTuple):
    """A table of forms, the signs between operands, and how the leaves look: names, dimensions, ranges, calls.

    `row` encloses what stands side by side, `brackets` what binds too loosely, `whole` a formula that stands alone;
    `finish` has the last word on the text of each, `whole` or a term of it.
    `member_text` writes a member of a family at places i + 1, `reduction_text` the sign of a sum with what is below and
    above it, and δ stands for [i = j] where the dialect `has_delta`.
    `index_text` writes the indices of an entry, `flow_text` the part of an adjoint that comes back from a line,
    `trace_text` what has dots and bars above its letters, `low_text` a dimension as an index ('' where it makes none).

    What is `read` is input as well; `marks` are missing where identities are shown as they are typed, `markup` where a
    terminal shows the dialect. `scale`: how many characters of the text make one of the formula. `unsafe` says what is
    not allowed in the look that a rule states in this dialect. `signs` spells what stands beside formulas, `instead`
    names the dialect for a stream that has only ASCII, `ending` is that of a file which holds the dialect.
    """

    name: str
    forms: Mapping[str, Form]
    joins: Mapping[str, str]
    name_text: Callable[[str], str]
    dim_text: Callable[[Dim], str]
    call_form: Callable[[View], Form]
    axis_text: Callable[[Axis], str] = interval
    low_text: Callable[[str], str] = _plainly
    member_text: Callable[[str, Sequence[str]], str] = lambda name, places: f"{name}[{','.join(places)}]"
    reduction_text: Callable[[str, Below], str] = lambda word, below: word
    has_delta: bool = True
    index_text: Callable[[str, str], str] = "{}[{}]".format
    flow_text: Callable[[str, int], str] = "{}->{}".format
    trace_text: Callable[[str], str] = _plainly
    whole: Callable[[str], str] = _plainly
    finish: Callable[[str], str] = _plainly
    row: tuple[str, str] = ("", "")
    brackets: tuple[str, str] = ("(", ")")
    is_read: bool = True
    marks: Marks | None = None
    markup: Markup | None = None
    scale: int = 1
    unsafe: Callable[[str], Iterator[str]] = lambda text: iter(())
    signs: Callable[[str], str] = _plainly
    instead: str = ""
    ending: str = ""

    def filled(self, form: str, *parts: str) -> str:
        """A row of the table of forms with texts in its holes."""
        return "".join(parts[int(piece[1:])] if piece[0] == "#" else piece for piece in self.forms[form].pieces)

    def sentence(self, *parts: str) -> str:
        """Words, a formula, words, …"""
        words, gap = (self.marks.words, self.marks.gap) if self.marks else (str, "")
        return gap.join(part if i % 2 else words(part) for i, part in enumerate(parts) if part)

    def remarked(self, shown: str, said: Sequence[tuple[str, str]]) -> str:
        """A formula, and behind it what is said of its letters."""
        sign = self.marks.symbol("=") if self.marks else "="
        before = [" where ", *[", "] * len(said)]
        return self.sentence("", shown, *(part for word, (name, text) in zip(before, said, strict=False)
                                          for part in (word, f"{name} {sign} {text}")))

    def numerals(self, text: str) -> str:
        """Numbers and signs between them, each an element where formulas consist of elements."""
        if self.marks is None or not self.row[0]:
            return text
        before, after = self.row
        return before + "".join(map(self.marks.symbol, re.findall(_NUMERALS, text))) + after


_NUMERALS = r"[\d.]+(?:e[+-]?\d+)?|\S"


def upright(names: Collection[str], word: str) -> Callable[[str], str]:
    """The spelling of operators: those of `names` as they are, others as `word` says."""
    return lambda name: name if name in names else word.format(name)
