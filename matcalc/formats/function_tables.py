"""The functions of a program by name and number of arguments: what they are here, and of which kind the result is."""

from __future__ import annotations

from functools import cache
from os import path

from matcalc.records import NamedTuple


class Meaning(NamedTuple):
    """`text` is a formula in #1 …, or a word that is called; `kind` the kind of the result, or the way it is called."""

    text: str
    kind: str


@cache
def functions(name: str) -> tuple[dict[str, dict[int | str, Meaning]], dict[str, str]]:
    """The meanings of a program's functions, and those that are refused with the reason."""
    known: dict[str, dict[int | str, Meaning]] = {}
    refused: dict[str, str] = {}
    with open(path.join(path.dirname(__file__), f"{name}.txt"), encoding="utf-8") as stream:
        for row in stream.read().splitlines():
            if not row or row[0] == "#":
                continue
            names, _, said = row.partition(" = ")
            if said.startswith("! "):
                refused |= dict.fromkeys(names.split(), said[2:])
                continue
            text, _, kind = said.rpartition(" : ")
            head, _, way = names.removesuffix(")").partition("(")
            count = int(way) if way.isdigit() else way
            for word in head.split():
                known.setdefault(word, {})[count] = Meaning(text.replace("@", word), kind)
    return known, refused
