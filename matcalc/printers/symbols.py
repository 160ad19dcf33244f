"""What dialects share of names and ranges: the parts of `Sigma_1`, its Greek letter, digits below and above."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from matcalc.core.dims import Dim, format_dim
from matcalc.language.characters import GLYPHS, GREEK, SUBSCRIPTS, SUPERSCRIPT_DIGITS, SUPERSCRIPTS

BOLD = "bold"  # the subscript of a bold letter beside the plain one

LOWERED = r"([a-z])\*(?!\1)[a-z]|[a-z]|[0-9]+"  # sizes that stand below a letter: n, m*n, 3

_UP = str.maketrans({digit: glyph for glyph, digit in SUPERSCRIPT_DIGITS.items()} | {"-": "⁻"})
_DOWN = str.maketrans({digit: glyph for glyph, digit in SUBSCRIPTS.items() if digit.isdigit()})
LOW = str.maketrans({digit: glyph for glyph, digit in SUBSCRIPTS.items()})
HIGH = str.maketrans({digit: glyph for glyph, digit in SUPERSCRIPTS.items()})


def greek(text: str, spelled: Callable[[str], str]) -> str:
    """`text` with the names of Greek letters in it spelled: the dimension or index alpha."""
    return re.sub(r"[^\W\d_]{2,}", lambda found: spelled(found[0]) if found[0] in GLYPHS else found[0], text)


def superscript(k: int) -> str:
    """An integer in raised digits: ², ⁻¹."""
    return str(k).translate(_UP)


def parts(name: str) -> tuple[str, list[tuple[str, str]]]:
    """The base of a name, and its sub- and superscripts, each with its sign: x_1^{(k)} has _1 and ^(k)."""
    if "_" not in name and "^" not in name:
        return name, []
    base = re.split("[_^]", name, maxsplit=1)[0]
    found = re.findall(r"([_^])(?:\{([^{}]*)\}|([^_^{}]*))", name[len(base):])
    return base, [(sign, braced or plain) for sign, braced, plain in found]


def ascii_name(name: str) -> str:
    """A name with its Greek letter spelled out: sigma_1 for σ_1."""
    base = parts(name)[0]
    return GREEK.get(base, base) + name[len(base):]


def unicode_name(name: str) -> str:
    """The Greek letter, digits as subscripts, labels raised where there are glyphs; x_bold is 𝐱."""
    base, indices = parts(ascii_name(name))
    shown = GLYPHS.get(base, base)
    is_bold = indices[:1] == [("_", BOLD)] and (glyph := bold(shown))
    if is_bold:
        shown, indices = glyph, indices[1:]
    for sign, part in indices:
        if sign == "^":
            shown += _raised(part)
        elif part.isalnum():
            low = part.isdigit() and shown[-1] not in _DOWN.values()
            shown += part.translate(_DOWN) if low else f"_{part}"
        else:
            lowered = all(ord(c) in LOW for c in part) and shown[-1] not in LOW.values()
            shown += part.translate(LOW) if lowered else f"_{{{part}}}"
    return shown


def _raised(label: str) -> str:
    if any(c.isalpha() for c in label) and all(ord(c) in HIGH for c in label):
        return label.translate(HIGH)
    return f"^{{{'⋆' if label == 'star' else label}}}"


def decomposed(base: str) -> tuple[str, str]:
    """A letter and the accents above it."""
    apart = unicodedata.normalize("NFD", base)
    return apart[0], apart[1:]


def bold(shown: str) -> str:
    """The letter of the bold alphabet, '' where there is none."""
    named = unicodedata.name(shown, "") if len(shown) == 1 else ""
    kind = re.fullmatch(r"(?:LATIN|GREEK) (CAPITAL|SMALL) LETTER (\w+)", named)
    if kind is None:
        return ""
    try:
        return unicodedata.lookup(f"MATHEMATICAL BOLD {kind[1]} {kind[2]}")
    except KeyError:
        return ""


def interval(axis: tuple[Dim, Dim, Dim]) -> str:
    """The range first:last, counted from 1, of `count` entries from `start` on; a colon for a whole axis."""
    start, count, length = axis
    if (start, count) == (0, length):
        return ":"
    return format_dim(start + 1) + (f":{format_dim(start + count)}" if count != 1 else "")
