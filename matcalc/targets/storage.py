"""Where arrays lie: computed entry by entry in the place of an operand that dies, or under its name, so that its memory
is free; and what only the next line needs has no name at all, so that it is gone after that line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from matcalc.plan.names import ENTRYWISE, VIEWS
from matcalc.plan.node import Node
from matcalc.plan.table import CALL
from matcalc.plan.text import Speller, Text

LONGEST = 72
SHARED = VIEWS | {"matrix_power", "adjoint"}  # of which nobody knows whether they are arrays of their own: X^1 may be X
TRUTHS = frozenset("less less_equal greater greater_equal equal not_equal and or".split())
_WORD = re.compile(r"[^\W\d]\w*")
_TURNED = {"subtract": "subtract_from", "divide": "divide_into"}


@dataclass(slots=True)
class Line:
    """A name, the node it is, its text and those of its operands."""

    name: str
    node: Node
    text: str
    operands: list[Text] = field(default_factory=list)
    level: int = CALL
    overwrites: str = ""  # the statement that computes it in the place of an operand
    filled: Callable[[Sequence[Text]], str] | None = None  # that statement for other texts of the operands

    @property
    def kind(self) -> str:
        """Of a value that is no array of numbers: a truth, a factor."""
        return "truth" if self.node.op in TRUTHS else self.node.op if self.node.op in ("lu", "cholesky") else ""

    @property
    def words(self) -> set[str]:
        """All names in the text."""
        return set(words(self.text))


def words(text: str) -> list[str]:
    """The names in a text."""
    return _WORD.findall(text)


def overwritten(lines: Sequence[Line], results: Sequence[str], speller: Speller) -> list[str]:
    """Entrywise lines compute in the place of an operand of their shape that no later line mentions, others take the
    name of one, so that its memory is free; the results with the names that are then left. What a name means after a
    line is what the last line that assigns it says."""
    last: dict[str, int] = {}
    for k, line in enumerate(lines):
        for word in line.words:
            last[word] = k
    for word in (w for text in results for w in words(text)):
        last[word] = len(lines)
    owned = {line.name: line for line in lines}
    new: dict[str, str] = {}

    def put(text: str) -> str:
        return _WORD.sub(lambda found: new.get(found[0], found[0]), text)

    for k, line in enumerate(lines):
        texts = [operand.text for operand in line.operands]
        dying = [i for i, text in enumerate(texts)
                 if text in owned and last[text] == k and owned[text].node.shape == line.node.shape
                 and owned[text].node.complex == line.node.complex
                 and owned[text].node.op not in SHARED and not _is_foreign(owned[text].node)]
        row = _row(line, dying, speller) if len(line.node.shape) > 1 else None
        operands = [Text(put(operand.text), operand.level) for operand in line.operands]
        line.text = put(line.text)
        if row is not None:
            place, line.filled = row
            line.overwrites = line.filled(operands)
            new[line.name] = line.name = operands[place].text
        elif len(line.node.shape) > 1 and not line.kind:
            free = [operand.text for operand in line.operands if operand.text in owned and last[operand.text] == k
                    and len(owned[operand.text].node.shape) > 1 and not owned[operand.text].kind]
            if free:
                new[line.name] = line.name = put(free[0])
        line.operands = operands
    return [put(text) for text in results]


def joined(lines: Sequence[Line], results: Sequence[str], speller: Speller) -> list[Line]:
    """The lines; an array that has a name only for the next line is written there."""
    found: list[Line] = []
    last = {word: k for k, line in enumerate(lines) for word in line.words}
    last |= dict.fromkeys(results, len(lines))
    for k, line in enumerate(lines):
        if found and last.get(found[-1].name, k) <= k and _is_passing(found[-1], line):
            was = found[-1]
            operands = [Text(was.text, was.level) if x.text == was.name else x for x in line.operands]
            text = speller.spell(line.node, operands)
            statement = line.filled(operands) if line.filled else text.text
            if len(statement) <= LONGEST:
                line.operands, line.text, line.level = operands, text.text, text.level
                line.overwrites = statement if line.filled else ""
                found.pop()
        found.append(line)
    return found


def _is_passing(line: Line, following: Line) -> bool:
    """Whether the array of a line is needed once in the line that follows, and there is not overwritten."""
    is_new = not line.overwrites and not line.kind and len(line.node.shape) > 1 and line.name not in line.words
    once = words(following.text).count(line.name) == 1
    return is_new and once and following.name != line.name and line.name in {x.text for x in following.operands}


def _is_foreign(e: Node) -> bool:
    """Whether an array may belong to the function of a user that gave it."""
    return e.op == "call" and "abstract" in e.data.function.fields


def _row(line: Line, dying: Sequence[int], speller: Speller) -> tuple[int, Callable[[Sequence[Text]], str]] | None:
    """The operand that is overwritten, and the statement that does it."""
    rows, op = speller.table.in_place, line.node.op
    for i in dying:
        key = op if i == 0 else _TURNED.get(op, op if op in ("add", "multiply") else "")
        row = rows.get(key) or (rows.get("entrywise") if op in ENTRYWISE else None)
        if row is None or (i == 1 and key == op and line.operands[0] == line.operands[1]):
            continue
        if any(arg.op == "transpose" and arg.args[0] is line.node.args[i] for arg in line.node.args):
            continue  # t += t.T would be copied first
        other = 1 - i

        def filled(texts: Sequence[Text], i: int = i, other: int = other, row: object = row) -> str:
            given = [texts[i], *([texts[other]] if len(texts) > 1 else [])]
            return speller.filled(row, line.node, given).text  # type: ignore[arg-type]

        return i, filled
    return None
