"""How names, dimensions and superscripts look: `Sigma_1` is Σ₁ and \\Sigma_{1}, `m*n` is m·n."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from matcalc.dims import Dim, format_dim
from matcalc.language.characters import ACCENTS, GLYPHS, GREEK, SUBSCRIPTS, SUPERSCRIPT_DIGITS

_UP = str.maketrans({digit: glyph for glyph, digit in SUPERSCRIPT_DIGITS.items()} | {"-": "⁻"})
_DOWN = str.maketrans({digit: glyph for glyph, digit in SUBSCRIPTS.items() if digit.isdigit()})
_LOW = str.maketrans({digit: glyph for glyph, digit in SUBSCRIPTS.items()})
_COMMANDS = {mark: command for command, mark in reversed(ACCENTS.items())}


def superscript(k: int) -> str:
    return str(k).translate(_UP)


def ascii_name(name: str) -> str:
    base, _, rest = name.partition("_")
    return GREEK.get(base, base) + ("_" + rest if rest else "")


def unicode_name(name: str) -> str:
    """The Greek letter, and digits as subscripts."""
    base, *subscripts = ascii_name(name).split("_")
    shown = GLYPHS.get(base, base)
    for part in subscripts:
        low = part.isdigit() and shown[-1] not in _DOWN.values()
        shown += part.translate(_DOWN) if low else f"_{part}"
    return shown


def latex_name(name: str) -> str:
    base, *subscripts = ascii_name(name).split("_")
    return _latex_base(base) + "{}".join(f"_{{{part}}}" for part in subscripts)


def _latex_base(base: str) -> str:
    if base in GLYPHS:
        return "\\" + base
    apart = unicodedata.normalize("NFD", base)
    if len(apart) == 1:
        return base
    letter, marks = apart[0], apart[1:]
    if all(mark in _COMMANDS for mark in marks):
        for mark in marks:
            letter = f"\\{_COMMANDS[mark]}{{{letter}}}"
        return letter
    return f"\\mathrm{{{base}}}"


def dimension(dim: Dim, dialect: str) -> str:
    """A dimension as an argument or beside ×."""
    return format_dim(dim, {"ascii": "*", "unicode": "·", "latex": " "}[dialect])


def low(dimension: str, dialect: str) -> str:
    """The subscript that a dimension makes, empty where it is more than a name or a number."""
    if not re.fullmatch(r"[a-z]|[0-9]+", dimension):
        return ""
    if dialect == "latex":
        return f"_{{{dimension}}}"
    return dimension.translate(_LOW) if all(ord(c) in _LOW for c in dimension) else f"_{dimension}"


def interval(axis: tuple[Dim, Dim, Dim]) -> str:
    """The range first:last, counted from 1, of `count` entries from `start` on; a colon for a whole axis."""
    start, count, length = axis
    if (start, count) == (0, length):
        return ":"
    return format_dim(start + 1) + (f":{format_dim(start + count)}" if count != 1 else "")


NAMES: dict[str, Callable[[str], str]] = {"ascii": ascii_name, "unicode": unicode_name, "latex": latex_name}
