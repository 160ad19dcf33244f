"""How names, dimensions and superscripts look: `Sigma_1` is Σ₁ and \\Sigma_{1}, `m*n` is m·n."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from matcalc.dims import Dim, format_dim
from matcalc.language.characters import ACCENTS, GLYPHS, GREEK, SUBSCRIPTS, SUPERSCRIPT_DIGITS, SUPERSCRIPTS

BOLD = "bold"  # the subscript of a bold letter beside the plain one

_UP = str.maketrans({digit: glyph for glyph, digit in SUPERSCRIPT_DIGITS.items()} | {"-": "⁻"})
_DOWN = str.maketrans({digit: glyph for glyph, digit in SUBSCRIPTS.items() if digit.isdigit()})
_LOW = str.maketrans({digit: glyph for glyph, digit in SUBSCRIPTS.items()})
_HIGH = str.maketrans({digit: glyph for glyph, digit in SUPERSCRIPTS.items()})
_COMMANDS = {mark: command for command, mark in reversed(ACCENTS.items())}


def superscript(k: int) -> str:
    return str(k).translate(_UP)


def parts(name: str) -> tuple[str, list[tuple[str, str]]]:
    """The base of a name, and its sub- and superscripts, each with its sign: x_1^{(k)} has _1 and ^(k)."""
    base = re.split("[_^]", name, maxsplit=1)[0]
    found = re.findall(r"([_^])(?:\{([^{}]*)\}|([^_^{}]*))", name[len(base):])
    return base, [(sign, braced or plain) for sign, braced, plain in found]


def ascii_name(name: str) -> str:
    base = parts(name)[0]
    return GREEK.get(base, base) + name[len(base):]


def unicode_name(name: str) -> str:
    """The Greek letter, digits as subscripts, labels raised where there are glyphs; x_bold is 𝐱."""
    base, indices = parts(ascii_name(name))
    shown = GLYPHS.get(base, base)
    bold = indices[:1] == [("_", BOLD)] and (glyph := _bold(shown))
    if bold:
        shown, indices = glyph, indices[1:]
    for sign, part in indices:
        if sign == "^":
            shown += _raised(part)
        elif part.isalnum():
            low = part.isdigit() and shown[-1] not in _DOWN.values()
            shown += part.translate(_DOWN) if low else f"_{part}"
        else:
            lowered = all(ord(c) in _LOW for c in part) and shown[-1] not in _LOW.values()
            shown += part.translate(_LOW) if lowered else f"_{{{part}}}"
    return shown


def _raised(label: str) -> str:
    if any(c.isalpha() for c in label) and all(ord(c) in _HIGH for c in label):
        return label.translate(_HIGH)
    return f"^{{{'⋆' if label == 'star' else label}}}"


def _bold(shown: str) -> str:
    """The letter of the bold alphabet, '' where there is none."""
    named = unicodedata.name(shown, "") if len(shown) == 1 else ""
    kind = re.fullmatch(r"(?:LATIN|GREEK) (CAPITAL|SMALL) LETTER (\w+)", named)
    if kind is None:
        return ""
    try:
        return unicodedata.lookup(f"MATHEMATICAL BOLD {kind[1]} {kind[2]}")
    except KeyError:
        return ""


def latex_name(name: str) -> str:
    base, indices = parts(ascii_name(name))
    shown = _latex_base(base)
    if indices[:1] == [("_", BOLD)]:
        shown, indices = f"\\boldsymbol{{{shown}}}" if base in GLYPHS else f"\\mathbf{{{shown}}}", indices[1:]
    low = "{}".join(f"_{{{part}}}" for sign, part in indices if sign == "_")
    return shown + low + "".join(f"^{{{_latex_label(part)}}}" for sign, part in indices if sign == "^")


def _latex_label(label: str) -> str:
    """A label of one word is set upright, so that it is no product."""
    if label == "star":
        return r"\star"
    return f"\\text{{{label}}}" if label.isalpha() and len(label) > 1 else label


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
