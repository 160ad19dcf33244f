"""The text of one kernel in a target's language, around the texts of its operands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from matcalc.core.dims import Dim, subtract
from matcalc.plan.functions import Call
from matcalc.plan.node import Node
from matcalc.plan.table import CALL, LEVELS, Row, Table
from matcalc.plan.variants import name_of, names_of, variants
from matcalc.records import NamedTuple

EXACT = 10**9  # larger whole numbers are written as floats
DimText = Callable[[Dim], str]
_HOLE = re.compile(r"\{(\w+)\}")


class Text(NamedTuple):
    """A piece of a program and how tightly it binds."""

    text: str
    level: int = CALL
    inner: str = ""  # of a vector that is repeated as columns or rows: the vector

    def at_least(self, level: int) -> str:
        """In brackets where it binds too loosely."""
        return self.text if self.level >= level else f"({self.text})"


class LackingError(Exception):
    """The target has no such kernel."""


class RealOnlyError(LackingError):
    """What the target has for a kernel takes real numbers only."""


class Speller:
    """Spells kernels; `dim` writes a dimension, `template` a function of the rules that is a kernel of its own."""

    def __init__(self, table: Table, dim: DimText, template: Callable[[Node, Sequence[Text]], Text] | None = None,
                 names: Mapping[tuple[str, int], str] | None = None) -> None:
        self.table, self.dim, self.template, self.names = table, dim, template, names or {}
        self.holes = {**_HOLES}
        self.repeated: Mapping[Node, str] = {}  # how vectors are repeated

    def spell(self, e: Node, operands: Sequence[Text]) -> Text:
        """The text of a kernel. Raises LackingError where the target has none."""
        if e.op == "unspecified" and "unspecified" not in self.table.kernels:
            return Text(f"{self.names.get(e.data, e.data[0])}({operands[0].text})")
        if e.op == "call":
            return self._function(e, operands)
        if e.op == "number":
            return self._number(e)
        if e.op == "size":
            return self._size(e)
        if e.op in ("where", "fill"):  # of whole numbers it would be whole
            operands = [Text(f"{x.text}.0", x.level) if arg.op == "number" and x.text.lstrip("-").isdigit() else x
                        for arg, x in zip(e.args, operands, strict=True)]
        found = self.filled(self.row(e, operands), e, operands)
        return found._replace(inner=operands[0].at_least(CALL)) if e.op in ("column", "row") else found

    def refuse_complex(self, e: Node, text: Text) -> None:
        """Raise RealOnlyError where the types of a language let a helper take real numbers only, and `e` has others."""
        if "complex helpers" not in self.table.settings or not any(arg.complex for arg in e.args):
            return
        row, own = text.text.split("(")[0], self.table.settings["complex helpers"].split()
        if row in self.table.helpers and not any(word in self.table.helpers[row] for word in own):
            raise RealOnlyError(e.data.function.known_as if e.op == "call" else e.op)

    def row(self, e: Node, operands: Sequence[Text]) -> Row:
        """The row of a kernel."""
        for name in names_of(e):
            key = self._key(e, name, operands)
            if key:
                return self.table.kernels[key]
        is_known = any(name_of(key) == e.op for key in self.table.kernels)
        raise LackingError(f"{e.op} of an array with more than two axes" if is_known else e.op)

    def _key(self, e: Node, name: str, operands: Sequence[Text]) -> str:
        """The name of the most special row that fits, '' where none does."""
        inner = [bool(x.inner) for x in operands]
        repeated = "whole" if e.op == "spread" != name else self.repeated.get(e, "")
        return next((key for key in variants(e, name, inner, repeated) if key in self.table.kernels), "")

    def _function(self, e: Node, operands: Sequence[Text]) -> Text:
        """A row whose name ends with the axes of the result gives these, any other a matrix."""
        call: Call = e.data
        key = "" if "abstract" in call.function.fields else self._key(e, call.function.name, operands)
        if key and call.batch and self.table.settings.get("families") != "kernels":
            raise LackingError(f"{call.function.name} of each member of a family")
        if key:
            found = self.filled(self.table.kernels[key], e, operands)
            return found if ">" in key else self._shaped(found, e)
        if self.template is None:
            raise LackingError(call.function.name)
        return self.template(e, operands)

    def _shaped(self, text: Text, e: Node) -> Text:
        """The matrix that a function gives as what it stands for, maybe a number or a vector."""
        call: Call = e.data
        matrix = Node("call", e.args, call, (*e.shape[:call.batch], *call.shape), e.place)
        if matrix.shape == e.shape:
            return text
        reshaped = Node("reshape", (matrix,), None, e.shape, e.place)
        return self.filled(self.row(reshaped, [text]), reshaped, [text])

    def _size(self, e: Node) -> Text:
        text, row = self.dim(e.data), self.table.kernels["size"]
        is_plain = text.replace("_", "").isalnum() or row.text != "{dim}"
        return Text(row.text.replace("{dim}", text), CALL if is_plain else LEVELS["sum"])

    def _number(self, e: Node) -> Text:
        if max(abs(e.data.numerator), e.data.denominator) > EXACT:
            text = self.table.kernels["number"].text.format(value=repr(float(abs(e.data))))
            return Text(text) if e.data >= 0 else Text(f"-{text}", LEVELS["sign"])
        above, below = e.data.numerator, e.data.denominator
        if below != 1:
            row = self.table.kernels["ratio"]
            text = row.text.format(above=abs(above), below=below)
            return Text(text if above > 0 else f"-{text}", row.level)
        text = self.table.kernels["number"].text.format(value=abs(above))
        return Text(text) if above >= 0 else Text(f"-{text}", LEVELS["sign"])

    def filled(self, row: Row, e: Node, operands: Sequence[Text]) -> Text:
        """A row with its holes filled."""
        if row.text == "{0}":
            return operands[0]
        out = [row.pieces[0]]
        for hole, need, piece in zip(row.holes, row.needs, row.pieces[1:], strict=True):
            if hole.isdigit():
                text = operands[int(hole)].at_least(need)
                is_literal = out[-1].endswith("(") and int(hole) < len(e.args) and e.args[int(hole)].op == "number"
                out.append(self.literal(text) if is_literal else text)
            elif hole[0] in "vw" and hole[1:].isdigit():
                inner = operands[int(hole[1:])].inner
                out.append(inner if hole[0] == "v" or inner.isidentifier() else self.evaluated(inner))
            elif hole == "operands":
                out.append(", ".join(text.text for text in operands))
            elif hole == "blocks":
                out.append(_blocks(self.table, e, operands))
            else:
                out.append(self.hole(hole, e))
            out.append(piece)
        text = "".join(out)
        for long, short in self.table.sections.get("shortened", {}).items():
            text = text.replace(long, short)
        return Text(text, row.level)

    def literal(self, text: str) -> str:
        """A number as the operand of a function, where languages tell whole numbers from others."""
        row = self.table.kernels.get("literal")
        return text if row is None else row.text.replace("{value}", text)

    def evaluated(self, text: str) -> str:
        """What is used many times, in a language that would compute it anew each time."""
        return self.table.kernels["evaluated"].text.replace("{0}", text)

    def hole(self, name: str, e: Node) -> str:
        """What a named hole stands for."""
        return self.holes[name](self, e)

    def shape(self, e: Node) -> str:
        """The lengths of the axes, as a tuple."""
        return tuple_of([self.dim(d) for d in e.shape])


def tuple_of(items: Sequence[str]) -> str:
    """(m, n), (m,)"""
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _blocks(rows: Table, e: Node, operands: Sequence[Text]) -> str:
    """The rows of a block matrix, each with its blocks."""
    texts = iter(text.text for text in operands)
    row, alone = (rows.sections["statements"].get(key, "") for key in ("blocks", "block"))
    between = rows.sections["statements"].get("between blocks", ",") + " "
    return between.join((alone if alone and count == 1 else row).replace("{blocks}", ", ".join(
        next(texts) for _ in range(count))) for count in e.data)


def _axis(_: Speller, e: Node) -> str:
    """`, axis=0` where not all axes are reduced."""
    reduced = _reduced(_, e)
    return reduced and f", {reduced}"


def _reduced(_: Speller, e: Node) -> str:
    """`axis=0` where not all axes are reduced."""
    axes = e.data
    if len(axes) == len(e.args[0].shape):
        return ""
    return f"axis={axes[0] if len(axes) == 1 else tuple_of([str(k) for k in axes])}"


def _places(known: Speller, e: Node) -> str:
    """Ranges along the axes, from 0 on and without the last one; one place takes its axis away."""
    found = []
    for place, length in zip(e.data, e.args[0].shape, strict=True):
        if place is None:
            found.append(":")
        elif place[1] is None:
            found.append(known.dim(place[0]))
        else:
            start, end = place[0], place[0] + place[1]
            found.append(f"{'' if start == 0 else known.dim(start)}:{'' if end == length else known.dim(end)}")
    while found and found[-1] == ":":
        found.pop()
    return ", ".join(found) or ":"


def _cuts(known: Speller, e: Node) -> str:
    """For each axis its start and its end, one place, or None for the whole."""
    def each(place: tuple[Dim, Dim | None] | None) -> str:
        if place is None:
            return "None"
        start, count = place
        return known.dim(start) if count is None else f"({known.dim(start)}, {known.dim(start + count)})"

    return f"[{', '.join(map(each, e.data))}]"


def _picked(known: Speller, e: Node) -> str:
    """Places brought to the edge where they lie outside; an index array for one axis, whole axes behind it."""
    found = []
    for place, length in zip(e.data, e.args[0].shape, strict=True):
        last = known.dim(subtract(length, 1))
        if place is None:
            found.append(":")
        elif place[1] is None:
            found.append(f"min(max({known.dim(place[0])}, 0), {last})")
        else:
            end = known.dim(place[0] + place[1])
            row = known.table.sections["statements"].get("clipped", "np.clip(np.arange({start}, {end}), 0, {last})")
            found.append(row.format(start=known.dim(place[0]), end=end, last=last))
    while found and found[-1] == ":":
        found.pop()
    return ", ".join(found) or ":"


def _permuted(_: Speller, e: Node) -> str:
    """Where the axes of a result come from, counted from 1; what has no origin has length one."""
    rank = len(e.args[0].shape)
    if e.op == "turn":
        return ", ".join(str(k + 1) for k in e.data)
    old, new = iter(range(1, rank + 1)), iter(range(rank + 1, rank + 1 + len(e.shape)))
    return ", ".join(str(next(new if k in e.data else old)) for k in range(len(e.shape)))


def _both(_: Speller, e: Node) -> str:
    """The axes along which two arrays are multiplied, counted from 1, each with the number of its axes."""
    return ", ".join(f"{len(arg.shape)}, [{', '.join(str(k + 1) for k in axes)}]" for arg, axes in zip(
        e.args, e.data, strict=True))


def _bounds(known: Speller, e: Node) -> str:
    """(start, end) for each axis, None for a whole one, no end for one place."""
    def each(place: tuple[Dim, Dim | None] | None) -> str:
        if place is None:
            return "None"
        start, count = place
        return f"({known.dim(start)}, {'None' if count is None else known.dim(start + count)})"

    return ", ".join(map(each, e.data))


def _spec(_: Speller, e: Node) -> str:
    specs, out = e.data
    def word(letters: Sequence[int]) -> str:
        return "".join(_LETTERS[x] for x in letters)

    return f"{','.join(map(word, specs))}->{word(out)}"


_LETTERS = "ijklmnopqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _ranges(known: Speller, e: Node) -> str:
    """Places along all axes as the rows `range` and `all` say it; where what lies outside is meant, as `clipped`."""
    key = "clipped" if e.op == "take" else "range"
    return ", ".join(_range(known, place, length, key) for place, length in zip(e.data, e.args[0].shape, strict=True))


def _range(known: Speller, place: tuple[Dim, Dim | None] | None, length: Dim, key: str) -> str:
    """Places counted from 0 and from 1, in brackets where more than a comma stands beside them."""
    rows = known.table.sections["statements"]
    if place is None:
        return rows["all"]
    start, count = place
    has_ends = isinstance(start, int) and isinstance(count, int) and f"{key} known" in rows
    row = rows[f"{key} one" if count is None else f"{key} known" if has_ends else key]
    ends = {"start": start, "start1": start + 1, "count": count or 1, "end": start + (count or 1), "length": length,
            "last": subtract(length, 1)}

    def put(found: re.Match[str]) -> str:
        text = known.dim(ends[found[1]])
        is_apart = row[:found.start()][-1:] in ("", "(", " ") and row[found.end():][:1] in ("", ")", ",")
        return text if is_apart or text.isalnum() else f"({text})"

    return _HOLE.sub(put, row)


def _place(known: Speller, e: Node) -> str:
    """The one place of a matrix along an axis that is taken away."""
    key = "clipped" if e.op == "take" else "range"
    return next(_range(known, place, length, key) for place, length in zip(e.data, e.args[0].shape, strict=True)
                if place is not None)


def _side(known: Speller, e: Node, k: int) -> str:
    """The number of rows or columns of a result; a function of the rules gives a matrix first."""
    shape = e.data.shape if e.op == "call" else e.shape
    return known.dim(shape[k])


_HOLES: dict[str, Callable[[Speller, Node], str]] = {
    "value": lambda known, e: str(e.data),
    "kernel": lambda known, e: e.op,
    "shape": Speller.shape,
    "m": lambda known, e: _side(known, e, -2),
    "n": lambda known, e: _side(known, e, -1),
    "ranges": _ranges,
    "place": _place,
    "first": lambda known, e: known.dim(e.data.given[0][1]),
    "second": lambda known, e: known.dim(e.data.given[1][1]),
    "last": lambda known, e: known.dim(subtract(e.data + e.shape[0], 1)),
    "function": lambda known, e: known.names.get(e.data, e.data[0]),
    "k": lambda known, e: str(e.data - 1),
    "k1": lambda known, e: str(e.data),
    "start": lambda known, e: known.dim(e.data),
    "end": lambda known, e: known.dim(e.data + e.shape[0]),
    "axis": _axis, "reduced": _reduced,
    "axes": lambda known, e: str(e.data),
    "places": _places,
    "cuts": _cuts,
    "picked": _picked,
    "bounds": _bounds,
    "spec": _spec,
    "given": lambda known, e: ", ".join(known.dim(d) for _, d in e.data.given),
    "sizes": lambda known, e: ", ".join(map(known.dim, e.shape)),
    "rank": lambda known, e: str(len(e.args[0].shape)),
    "along": lambda known, e: ", ".join(str(k + 1) for k in e.data),
    "permuted": _permuted,
    "both": _both,
}
