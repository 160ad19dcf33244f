"""The text of one kernel in a target's language, around the texts of its operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from string import ascii_letters
from typing import NamedTuple

from matcalc.core.dims import Dim, subtract
from matcalc.plan.functions import Call
from matcalc.plan.names import ENTRYWISE
from matcalc.plan.node import Node
from matcalc.plan.table import CALL, LEVELS, Row, Table

EXACT = 10**9  # larger whole numbers are written as floats
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
        self.whole: set[Node] = set()  # repetitions that are filled in

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
        """The row of a kernel: the most special one that fits."""
        found = self._found(e, e.op) or (self._found(e, "entrywise") if e.op in ENTRYWISE else None)
        if found is None:
            raise LackingError(f"{e.op} of an array with more than two axes" if e.op in {
                key.partition("(")[0].partition(" ")[0] for key in self.table.kernels} else e.op)
        return found

    def _found(self, e: Node, name: str) -> Row | None:
        """The row for operands with so many axes, for a result with so many, for all."""
        ranks, rank = ",".join(str(len(arg.shape)) for arg in e.args), len(e.shape)
        own = f"{name}({e.data if name == 'constant' else ranks})"
        plain = [is_number(arg) for arg in e.args]
        mark = ".number" if plain and all(plain) else ".mixed" if any(plain) else ""
        keys = [*([f"{name}{mark}"] if mark else []), *([f"{name} whole"] if e in self.whole else []),
                *([f"{name}({_ones(e.args[0])})->{rank}"] if name == "reshape" else []),
                f"{own}->{_ones(e)}", f"{own}->{rank}", own + _gone(e), own, f"{name} {rank}", name]
        return next((self.table.kernels[key] for key in keys if key in self.table.kernels), None)

    def _function(self, e: Node, operands: Sequence[Text]) -> Text:
        call: Call = e.data
        row = self._found(e, call.function.name)
        if row is not None and call.batch and self.table.settings.get("families") != "kernels":
            raise LackingError(f"{call.function.name} of each member of a family")
        if row is not None:
            return self._shaped(self.filled(row, e, operands), e)
        if self.template is None:
            raise LackingError(call.function.name)
        return self.template(e, operands)

    def _shaped(self, text: Text, e: Node) -> Text:
        """A function gives a matrix, also where that is a number or a vector."""
        ranks = ",".join(str(len(arg.shape)) for arg in e.args)
        call: Call = e.data
        if 1 not in call.shape or call.function.result == (1, 1) or \
                f"{call.function.name}({ranks})->{len(e.shape)}" in self.table.kernels:
            return text
        key = {0: "number of", 1: "vector of"}.get(len(e.shape), "")
        if key in self.table.sections.get("statements", {}):
            return Text(self.table.sections["statements"][key].replace("{0}", text.text))
        if self.table.settings.get("axes") == "2" or "flat" in self.table.settings:
            return text
        whole = Node("reshape", e.args, None, e.shape, e.place)
        return self.filled(self.table.kernels["reshape"], whole, [text])

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


def _ones(e: Node) -> str:
    """n1 of a matrix that certainly has one column."""
    return "".join("1" if d == 1 else "n" for d in e.shape)


def _gone(e: Node) -> str:
    """The axes of the operand that the result does not have."""
    if e.op in REDUCED and e.shape:
        return "".join(map(str, e.data))
    return "".join(str(k) for k, place in enumerate(e.data) if place is not None and place[1] is None) if e.op in (
        "slice", "take") else ""


REDUCED = frozenset({"sum", "prod", "max", "min"})


def is_number(e: Node) -> bool:
    """Whether it is a number that no argument determines, but at most their sizes."""
    return e.op in ("number", "size", "constant") or bool(e.args and not e.shape and all(map(is_number, e.args)))


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


def _ranges(known: Speller, e: Node) -> str:
    """Ranges along all axes, from 1 on and with the last one."""
    return ", ".join(_range(known, place, length, "range", "all") for place, length in zip(
        e.data, e.args[0].shape, strict=True))


def _taken(known: Speller, e: Node) -> str:
    """The same with places brought to the edge where they lie outside."""
    return ", ".join(_range(known, place, length, "taken", "all") for place, length in zip(
        e.data, e.args[0].shape, strict=True))


def _range(known: Speller, place: tuple[Dim, Dim | None] | None, length: Dim, key: str, every: str) -> str:
    rows = known.table.sections["statements"]
    if place is None:
        return rows[every]
    start, count = place
    known_ends = isinstance(start, int) and isinstance(count, int) and f"{key} known" in rows
    row = rows[f"{key} one" if count is None else f"{key} known" if known_ends else key]
    holes = {"start": start + 1, "last": start + (1 if count is None else count), "length": length, "count": count or 1}
    texts = {k: known.dim(d) for k, d in holes.items()}
    return row.format(**{k: text if text.isalnum() or k == "count" else f"({text})" for k, text in texts.items()})


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


_LETTERS = "ijklmnopqrstuvwxyzabcdefgh" + ascii_letters[26:]
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
    "picked": _picked,
    "bounds": _bounds,
    "spec": _spec,
    "given": lambda known, e: ", ".join(known.dim(d) for _, d in e.data.given),
    "last": lambda known, e: known.dim(subtract(e.data + e.shape[0], 1)),
    "sizes": lambda known, e: ", ".join(map(known.dim, e.shape)),
    "rank": lambda known, e: str(len(e.args[0].shape)),
    "along": lambda known, e: ", ".join(str(k + 1) for k in e.data),
    "ranges": _ranges,
    "taken": _taken,
    "permuted": _permuted,
    "both": _both,
}
