"""LaTeX that went through unicodeit, which replaces the start of commands that it does not know: łog, ≤ft, ℎat.

A glyph with the rest of a command directly behind it is that command again; nothing else is changed.
"""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.formats.mapped_pieces import Piece, Pieces
from matcalc.language.characters import pattern

_STARTS = {"ł": "l", "ø": "o", "≤": "le", "∈": "in", "ℎ": "h", "ⅆ": "d"}
_RESTS = {"ł": "og n Vert vert im imits", "ø": "peratorname verline", "≤": "ft", "∈": "f", "ℎ": "at box space",
          "ⅆ": "dot"}
LEFT = "|".join(f"{glyph}(?:{'|'.join(rests.split())})(?![A-Za-z])" for glyph, rests in _RESTS.items())


def is_flattened(text: str) -> bool:
    """Whether the rest of a command stands behind the glyph for its start."""
    return pattern(LEFT).search(text) is not None


def repaired(source: str, end: int) -> Pieces:
    """source[:end] with the commands that it had."""
    made: Pieces = []
    at = 0
    for match in pattern(LEFT).finditer(source, 0, end):
        made += [Piece(char, Span(k, k + 1)) for k, char in enumerate(source[at:match.start()], at)]
        made.append(Piece(f"\\{_STARTS[match[0][0]]}{match[0][1:]}", Span(*match.span())))
        at = match.end()
    return [*made, *(Piece(char, Span(k, k + 1)) for k, char in enumerate(source[at:end], at))]
