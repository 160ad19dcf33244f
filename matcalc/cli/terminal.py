"""What a stream can show: its width, colour or none, Unicode or ASCII.

Ordinary answers are painted with a dozen escape sequences, so that no terminal library is imported for them.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from typing import TextIO

from matcalc.files import is_control

_STYLES = {"error": "1;31", "warning": "1;33", "note": "36", "good": "32", "dim": "2", "strong": "1"}
_PROBE = "∂ᵀ⁻✓×‖√─╰│∘𝟏"
_WIDTH = 80
_NARROWEST = 30
_ASCII = str.maketrans({
    "∂": "d", "✓": "ok", "✗": "FAILED", "×": "x", "·": "*", "−": "-", "‖": "||", "ᵀ": "'", "⁻": "^-", "¹": "1",
    "²": "^2", "≠": "!=", "≤": "<=", "≥": ">=", "∘": ".*", "⊘": "./", "⊗": "(x)", "√": "sqrt", "𝟏": "ones",
    "“": '"', "”": '"', "’": "'", "…": "...", "–": "-", "—": "-", "─": "-", "┬": "-", "│": "|", "├": "|", "╰": "`",
    "╭": "|", "∈": "in", "⇒": "=>", "→": "->", "½": "1/2", "�": "?", "⟨": "<", "⟩": ">",
    "∇": "D", "³": "^3", "⁴": "^4",
})


@dataclass(frozen=True, slots=True)
class Terminal:
    """How to write to one stream."""

    tty: bool = False
    width: int = _WIDTH
    colour: bool = False
    unicode: bool = True

    @property
    def dialect(self) -> str:
        """The notation of formulas."""
        return "unicode" if self.unicode else "ascii"

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text

    def plain(self, text: str) -> str:
        """`text` in characters that the stream has."""
        return text if self.unicode else text.replace("𝟏𝟏ᵀ", "ones*ones'").translate(_ASCII)


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
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def harmless(text: str) -> str:
    """`text` with every control or undefined character replaced, one for one: safe to write to a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c in "\t\n\r" else "�" if is_control(c) else c for c in text)
