"""The text of one kernel in a target's language, around the texts of its operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from matcalc.core.dims import Dim, subtract
from matcalc.plan.functions import Call
from matcalc.plan.names import ENTRYWISE
from matcalc.plan.node import Node
from matcalc.plan.table import CALL, LEVELS, Row, Table

DimText = Callable[[Dim], str]


class Text(NamedTuple):
    """A piece of a program and how tightly it binds."""

    text: str
    level: int = CALL

    def at_least(self, level: int) -> str:
        """In brackets where it binds too loosely."""
        return self.text if self.level >= level else f"({self.text})"


class LackingError(Exception):
    """The target has no such kernel."""


class Speller:
    """Spells kernels; `dim` writes a dimension, `template` a function of the rules that is a kernel of its own."""

    def __init__(self, table: Table, dim: DimText, template: Callable[[Node, Sequence[Text]], Text] | None = None,
                 names: Mapping[tuple[str, int], str] | None = None) -> None:
        self.table, self.dim, self.template, self.names = table, dim, template, names or {}
        self.holes = {**_HOLES}

    def spell(self, e: Node, operands: Sequence[Text]) -> Text:
        """The text of a kernel. Raises LackingError where the target has none."""
        if e.op == "unspecified":
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
        return self.filled(self.row(e), e, operands)

    def row(self, e: Node) -> Row:
        """The row of a kernel, that for operands with so many axes before any other."""
        rows, ranks = self.table.kernels, ",".join(str(len(arg.shape)) for arg in e.args)
        found = rows.get(f"{e.op}({ranks})") or rows.get(e.op) or (rows.get("entrywise") if e.op in ENTRYWISE else None)
        if found is None:
            raise LackingError(e.op)
        return found

    def _function(self, e: Node, operands: Sequence[Text]) -> Text:
        call: Call = e.data
        row = self.table.kernels.get(call.function.name)
        if row is not None and call.batch:
            raise LackingError(f"{call.function.name} of each member of a family")
        if row is not None:
            found = self.filled(row, e, operands)
            if 1 not in call.shape or call.function.result == (1, 1) or self.table.settings.get("axes") == "2":
                return found
            whole = Node("reshape", e.args, None, e.shape, e.place)  # a kernel gives a matrix, of one column too
            return self.filled(self.table.kernels["reshape"], whole, [found])
        if self.template is None:
            raise LackingError(call.function.name)
        return self.template(e, operands)

    def _size(self, e: Node) -> Text:
        text, row = self.dim(e.data), self.table.kernels["size"]
        is_plain = text.replace("_", "").isalnum() or row.text != "{dim}"
        return Text(row.text.replace("{dim}", text), CALL if is_plain else LEVELS["sum"])

    def _number(self, e: Node) -> Text:
        above, below = e.data.numerator, e.data.denominator
        if below != 1:
            row = self.table.kernels["ratio"]
            text = row.text.format(above=abs(above), below=below)
            return Text(text if above > 0 else f"-{text}", row.level)
        text = self.table.kernels["number"].text.format(value=abs(above))
        return Text(text) if above >= 0 else Text(f"-{text}", LEVELS["sign"])

    def filled(self, row: Row, e: Node, operands: Sequence[Text]) -> Text:
        """A row with its holes filled."""
        out = [row.pieces[0]]
        for hole, need, piece in zip(row.holes, row.needs, row.pieces[1:], strict=True):
            if hole.isdigit():
                out.append(operands[int(hole)].at_least(need))
            elif hole == "operands":
                out.append(", ".join(text.text for text in operands))
            elif hole == "blocks":
                out.append(_blocks(self.table, e, operands))
            else:
                out.append(self.hole(hole, e))
            out.append(piece)
        return Text("".join(out), row.level)

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
    row = rows.sections["statements"]["blocks"]
    between = rows.sections["statements"].get("between blocks", ", ")
    return between.join(row.replace("{blocks}", ", ".join(next(texts) for _ in range(count))) for count in e.data)


def _axis(known: Speller, e: Node) -> str:
    """`, axis=0` where not all axes are reduced."""
    axes = e.data
    if len(axes) == len(e.args[0].shape):
        return ""
    return f", axis={axes[0] if len(axes) == 1 else tuple_of([str(k) for k in axes])}"


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
            found.append(f"np.clip(np.arange({known.dim(place[0])}, {end}), 0, {last})")
    while found and found[-1] == ":":
        found.pop()
    return ", ".join(found) or ":"


def _spec(_: Speller, e: Node) -> str:
    specs, out = e.data
    def word(letters: Sequence[int]) -> str:
        return "".join(_LETTERS[x] for x in letters)

    return f"{','.join(map(word, specs))}->{word(out)}"


_LETTERS = "ijklmnopqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HOLES: dict[str, Callable[[Speller, Node], str]] = {
    "value": lambda known, e: str(e.data),
    "kernel": lambda known, e: e.op,
    "shape": Speller.shape,
    "m": lambda known, e: known.dim(e.shape[-2]),
    "n": lambda known, e: known.dim(e.shape[-1]),
    "k": lambda known, e: str(e.data - 1),
    "k1": lambda known, e: str(e.data),
    "start": lambda known, e: known.dim(e.data),
    "end": lambda known, e: known.dim(e.data + e.shape[0]),
    "axis": _axis,
    "axes": lambda known, e: str(e.data),
    "places": _places,
    "cuts": _cuts,
    "picked": _picked,
    "spec": _spec,
}
