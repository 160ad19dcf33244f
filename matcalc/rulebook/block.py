"""A block as it stands in its file, and what is found in it without reading it as mathematics."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.records import NamedTuple


class Block(NamedTuple):
    """A block as it stands in its file: the parts of its heading, and the lines below, not yet read."""

    form: str
    name: str
    params: str
    result: str
    below: list[str]
    file: str
    line: int
    lines: Sequence[int]  # where each line below stands in the file
    text: str  # the lines below as one, each behind the end of a line

    def says(self, word: str) -> bool:
        """Whether `word` is among its properties, found without reading the block."""
        return word in self._row("is")

    def also(self) -> list[str]:
        """What else people call it, found without reading the block."""
        return self._row("also").partition("=")[2].split()

    def parts(self) -> list[list[str]]:
        """Of which wholes it is a result, the place among the results of each, and its names there: found without
        reading the block; [] where it is none."""
        return [said.split() for said in self._row("part").partition("=")[2].split(";") if said.strip()]

    def states(self, field: str) -> bool:
        """Whether it has a `field`, which may stand several times, found without reading the block."""
        return f"\n  {field} " in self.text or f"\n  {field}." in self.text

    def _row(self, field: str) -> str:
        """The line of a field, "" where there is none."""
        start = self.text.find(f"\n  {field} ")
        return self.text[start + 1:].partition("\n")[0] if start >= 0 else ""


def text_below(below: Sequence[str]) -> str:
    """The lines below the heading of a block as one text."""
    return "\n".join(("", *below))
