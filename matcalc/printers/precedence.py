"""Precedence: rows of text with holes, the text that fills them, and the brackets where a part binds too loosely.

In a row `#0`, `#1` … are the parts, `#a`, `#b` the literal data (`#i`, `#j` the same counted from 0, `#s` as a
superscript, `#p` as so many primes). A row states the precedence of the whole and the least precedence each part may
have without brackets. Text under construction is a rope of shared pieces, joined once at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from matcalc.limits import spend

ANY, SUM, LOOSE, PRODUCT, POWER, ATOM = range(6)
_HOLES = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")


class Form:
    """Text between holes, precedence of the whole, needs of the parts (the last one repeats)."""

    __slots__ = ("level", "needs", "pieces")

    def __init__(self, pieces: tuple[str, ...], level: int, needs: tuple[int, ...]) -> None:
        self.pieces, self.level, self.needs = pieces, level, needs

    def need(self, i: int) -> int:
        """The least precedence that part `i` may have without brackets."""
        return self.needs[min(i, len(self.needs) - 1)] if self.needs else ANY


@lru_cache(maxsize=1024)
def form(text: str, level: int = ATOM, *needs: int) -> Form:
    """A row of a table."""
    first, *rest = text.split("#")
    pieces = [first]
    for part in rest:
        if part and part[0] in _HOLES:
            pieces += [f"#{part[0]}", part[1:]]
        else:
            pieces[-1] += f"#{part}"
    return Form(tuple(filter(None, pieces)), level, needs)


class Laid:
    """Text as a rope, its precedence, its length, and the view it shows."""

    __slots__ = ("length", "level", "op", "pieces")

    def __init__(self, pieces: tuple[str | Laid, ...], level: int, op: str, length: int) -> None:
        self.pieces, self.level, self.op, self.length = pieces, level, op, length

    def at_least(self, level: int, brackets: tuple[str, str] = ("(", ")")) -> Laid:
        """In brackets where its precedence is below `level`."""
        return self if self.level >= level else rope((brackets[0], self, brackets[1]), ATOM, self.op)


def rope(pieces: Sequence[str | Laid], level: int = ATOM, op: str = "") -> Laid:
    """Pieces side by side as one text, with its precedence and the view it shows."""
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


def first_sign(laid: Laid) -> str:
    """The first character of a rope, '' where it is empty."""
    stack: list[str | Laid] = [laid]
    while stack:
        piece = stack.pop()
        if isinstance(piece, Laid):
            stack.extend(reversed(piece.pieces))
        elif piece:
            return piece[0]
    return ""


def interleaved(parts: Sequence[str | Laid], separators: Sequence[str]) -> list[str | Laid]:
    """part, separator, part, …"""
    out: list[str | Laid] = []
    for part, separator in zip(parts, [*separators, ""], strict=True):
        out += [part, separator]
    return out
