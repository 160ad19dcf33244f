"""What a stream can show, its width, colour or none, Unicode or ASCII, and lines that are laid out for it.

Ordinary answers are painted with a dozen escape sequences, so that no terminal library is imported for them. A formula
is broken only before a top-level + or −; remarks stand in a column beside it.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from typing import TextIO

from matcalc.extensions import ASCII, UNICODE
from matcalc.files import is_control
from matcalc.printers.dialects import dialect_named
from matcalc.records import NamedTuple

_STYLES = {"error": "1;31", "warning": "1;33", "note": "36", "good": "32", "dim": "2", "strong": "1"}
_PROBE = "∂ᵀ⁻✓×‖√─╰│∘𝟏"
_WIDTH = 80
_NARROWEST = 30
COLUMN = 51
PAGE = 40  # lines, of a formula that anybody can read
INDENT = "  "
GAP = 3


class Terminal(NamedTuple):
    """How to write to one stream."""

    tty: bool = False
    width: int = _WIDTH
    colour: bool = False
    unicode: bool = True

    @property
    def dialect(self) -> str:
        """The notation of formulas."""
        return UNICODE if self.unicode else ASCII

    def paint(self, text: str, style: str) -> str:
        """`text` in a style, one of error, warning, note, good, dim and strong, if the stream shows colours."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text

    def plain(self, text: str) -> str:
        """`text` in characters that the stream has."""
        return text if self.unicode else dialect_named(self.dialect).signs(text)

    def shows(self, dialect: str) -> str:
        """The dialect, or what stands for it where the stream lacks its characters."""
        return dialect if self.unicode else dialect_named(dialect).instead or dialect


def terminal_of(stream: TextIO, color: str = "auto", only_ascii: bool = False) -> Terminal:
    """What `stream` can do, given the options and the environment."""
    tty = stream.isatty()
    return Terminal(tty, _width(stream, tty), _colour(tty, color), not only_ascii and _has_unicode(stream))


def _width(stream: TextIO, tty: bool) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return max(int(columns), _NARROWEST)
    try:
        found = os.get_terminal_size(stream.fileno()).columns if tty else 0
        return max(found, _NARROWEST) if found else _WIDTH
    except (OSError, ValueError):
        return _WIDTH


def _colour(tty: bool, wish: str) -> bool:
    """An explicit wish counts most, then NO_COLOR, then FORCE_COLOR, then whether somebody is looking."""
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return tty and os.environ.get("TERM") != "dumb"


def _has_unicode(stream: TextIO) -> bool:
    try:
        _PROBE.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def cells(text: str) -> int:
    """How many columns `text` takes: combining marks none, wide characters two."""
    return len(text) if text.isascii() else sum(map(cell, text))


def cell(character: str) -> int:
    """How many columns one character takes."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def harmless(text: str) -> str:
    """`text` with every control or undefined character replaced, one for one: safe to write to a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c in "\t\n\r" else "�" if is_control(c) else c for c in text)


def wrapped(head: str, pieces: Sequence[str], width: int) -> list[str]:
    """`head` and the pieces in the columns of an answer."""
    return flowing(INDENT + head, pieces, width)


def flowing(front: str, pieces: Sequence[str], width: int) -> list[str]:
    """`front` and the pieces, broken between pieces where a line is full; further lines begin below the first piece."""
    rows = [front + pieces[0]]
    margin = " " * cells(front)
    for piece in pieces[1:]:
        if cells(rows[-1]) + 1 + cells(piece) <= width:
            rows[-1] += " " + piece
        else:
            rows.append(margin + piece)
    return rows


def shortened(rows: list[str], most: int) -> list[str]:
    """The first rows, with a mark where others are left out."""
    return rows if len(rows) <= most else [*rows[:most - 1], rows[most - 1] + " …"]


def beside(blocks: Sequence[tuple[list[str], list[str]]], width: int) -> list[list[str]]:
    """Each block of (lines, remarks) with its remarks in one common column, or below where there is no room."""
    longest = max((cells(", ".join(remarks)) for _, remarks in blocks), default=0)
    column = min(COLUMN, width - longest)
    return [_beside(rows, remarks, column, width) for rows, remarks in blocks]


def _beside(rows: list[str], remarks: list[str], column: int, width: int) -> list[str]:
    if not remarks:
        return rows
    text = ", ".join(remarks)
    used = cells(rows[0])
    start = max(column, used + GAP)
    if start + cells(text) <= width:
        return [rows[0] + " " * (start - used) + text, *rows[1:]]
    return [*rows, *flowing(INDENT * 3, [f"{remark}," for remark in remarks[:-1]] + remarks[-1:], width)]


def table(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Left-aligned columns; the last one is not padded."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    padded = [[item + " " * (w - cells(item)) for item, w in zip(row, widths, strict=True)] for row in rows]
    return [(INDENT + (" " * gap).join(row)).rstrip() for row in padded]


def paragraph(text: str, width: int, indent: str = INDENT) -> list[str]:
    """Words filled into lines."""
    words = text.split()
    return flowing(indent, words, width) if words else []


def filled(text: str, width: int) -> list[str]:
    """Words in lines of at most `width` columns; a word that is longer has a line of its own."""
    return paragraph(text, width, "") or [""]


def noted(text: str, terminal: Terminal, indent: str = "") -> list[str]:
    """`note: ` and its words, filled into lines; further lines begin below the first word."""
    margin = indent + " " * len("note: ")
    first, *more = filled(text, terminal.width - len(margin))
    return [f"{indent}{terminal.paint('note', 'note')}: {first}", *(margin + row for row in more)]
