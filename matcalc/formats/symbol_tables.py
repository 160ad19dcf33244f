"""The table of a format that is set as on a page: its symbols, and those that take arguments, in LaTeX.

A line is NAMES = LATEX, or NAMES(COUNT) = LATEX with #1 for the first argument; @ is the name itself. Behind ! stands
why a symbol is refused.
"""

from __future__ import annotations

from functools import cache
from os import path

from matcalc.language.characters import GREEK_NAMES
from matcalc.records import NamedTuple


class Table(NamedTuple):
    """`symbols` by name, `calls` by name and the number of arguments, `refused` with the reason."""

    symbols: dict[str, str]
    calls: dict[str, dict[int, str]]
    refused: dict[str, str]

    @property
    def names(self) -> list[str]:
        """All names, the longest first."""
        return sorted({*self.symbols, *self.calls, *self.refused}, key=len, reverse=True)


@cache
def table(name: str) -> Table:
    """The table of a format, Greek letters by their names included."""
    made = Table({word: f"\\{word}" for word in GREEK_NAMES if word != "omicron"}, {}, {})
    with open(path.join(path.dirname(__file__), f"{name}.txt"), encoding="utf-8") as stream:
        for row in stream.read().splitlines():
            if row and row[0] != "#":
                _add(made, row)
    return made


def _add(made: Table, row: str) -> None:
    names, _, said = row.rpartition(" = ")
    count = 0
    if names.endswith(")") and names[-3:-2] == "(":
        names, count = names[:-3], int(names[-2])
    for name in names.split():
        if said.startswith("! "):
            made.refused[name] = said[2:]
        elif count:
            made.calls.setdefault(name, {})[count] = said
        else:
            made.symbols[name] = said.replace("@", name)
