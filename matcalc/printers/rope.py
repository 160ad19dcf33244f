"""Text under construction: a rope of shared pieces with its precedence, joined once at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matcalc.limits import spend
from matcalc.printers.forms import ATOM


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Text as a rope, its precedence, its length, and the view it shows."""

    pieces: tuple[str | Laid, ...]
    level: int
    op: str
    length: int

    def at_least(self, level: int, brackets: tuple[str, str] = ("(", ")")) -> Laid:
        """In brackets where its precedence is below `level`."""
        return self if self.level >= level else rope((brackets[0], self, brackets[1]), ATOM, self.op)


def rope(pieces: Sequence[str | Laid], level: int = ATOM, op: str = "") -> Laid:
    length = sum(piece.length if isinstance(piece, Laid) else len(piece) for piece in pieces)
    return Laid(tuple(pieces), level, op, length)


def joined(laid: Laid) -> str:
    """The text of a rope."""
    out: list[str] = []
    stack: list[str | Laid] = [laid]
    while stack:
        piece = stack.pop()
        if isinstance(piece, Laid):
            spend(len(piece.pieces))
            stack.extend(reversed(piece.pieces))
        else:
            out.append(piece)
    return "".join(out)


def interleaved(parts: Sequence[str | Laid], separators: Sequence[str]) -> list[str | Laid]:
    """part, separator, part, …"""
    out: list[str | Laid] = []
    for part, separator in zip(parts, [*separators, ""], strict=True):
        out += [part, separator]
    return out
