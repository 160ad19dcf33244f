"""A block as it stands in its file, and what is found in it without reading it as mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


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

    def says(self, word: str) -> bool:
        """Whether `word` is among its properties, found without reading the block."""
        return any(word in row and row.partition("=")[0].strip() == "is" for row in self.below)

    def also(self) -> list[str]:
        """What else people call it, found without reading the block."""
        return [word for row in self.below if row.startswith("  also ") for word in row.partition("=")[2].split()]

    def part(self) -> list[str]:
        """Of which whole it is a result, the place among the results, and its names there: found without reading the
        block; [] where it is none."""
        return next((row.partition("=")[2].split() for row in self.below if row.startswith("  part ")), [])

    def states(self, field: str) -> bool:
        """Whether it has a `field`, which may stand several times, found without reading the block."""
        return any(row.startswith((f"  {field} ", f"  {field}.")) for row in self.below)
