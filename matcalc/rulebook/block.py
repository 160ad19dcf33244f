"""A block as it stands in its file, and what is found in it without reading it as mathematics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    heads: Mapping[str, str]  # the first line of each field, without what stands behind a point

    def says(self, word: str) -> bool:
        """Whether `word` is among its properties, found without reading the block."""
        return word in self.heads.get("is", "")

    def also(self) -> list[str]:
        """What else people call it, found without reading the block."""
        return self.heads.get("also", "").partition("=")[2].split()

    def part(self) -> list[str]:
        """Of which whole it is a result, the place among the results, and its names there: found without reading the
        block; [] where it is none."""
        return self.heads.get("part", "").partition("=")[2].split()

    def states(self, field: str) -> bool:
        """Whether it has a `field`, which may stand several times, found without reading the block."""
        return field in self.heads


def heads(below: Sequence[str]) -> dict[str, str]:
    """The lines that start a field, by its name."""
    return {row[2:].partition(" ")[0].partition(".")[0]: row for row in below if row[:2] == "  " and row[2:3].isalpha()}
