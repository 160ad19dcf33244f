"""Pieces of a translation, each with the place in the pasted text that it stands for.

A reader gives pieces; joined, they are a formula in the language's own spelling whose every character knows its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from matcalc.diagnostics import MatcalcError, Span, Translated, fail
from matcalc.language.characters import SEPARATOR
from matcalc.records import NamedTuple


class Piece(NamedTuple):
    """Some characters of the translation, and what they stand for."""

    text: str
    place: Span


Pieces = list[Piece]


def text_of(pieces: Iterable[Piece]) -> str:
    """The translation alone."""
    return "".join(piece.text for piece in pieces)


def span_of(pieces: Sequence[Piece], default: Span) -> Span:
    """All that the pieces stand for."""
    if not pieces:
        return default
    return Span(min(p.place.start for p in pieces), max(p.place.end for p in pieces))


def filled(template: str, parts: Sequence[Sequence[Piece]], place: Span) -> Pieces:
    """`template` with #1, #2 … filled, as TeX writes it; what it says itself stands at `place`."""
    made: Pieces = []
    for k, text in enumerate(re.split(r"#(\d)", template)):
        if k % 2:
            made.extend(parts[int(text) - 1])
        elif text:
            made.append(Piece(text, place))
    return made


def joined(pieces: Iterable[Piece], behind: Sequence[Piece], source: str, notes: Sequence[str],
           asked: bool, tight: bool = False) -> Translated:
    """The translation as one text, and what stands `behind` it as it is. Letters side by side are kept apart where they
    were typed apart, or go into one run, as in LaTeX, where they are `tight`."""
    kept: Pieces = []
    pieces = list(pieces)
    apart = SEPARATOR if any(piece.text == "/" for piece in pieces) else " "  # a space would end a divisor
    for piece in pieces:
        if kept and _goes_on(kept[-1].text) and piece.text[:1].isalnum() and not (
                _is_letter(kept[-1].text) and piece.text[:1].isalpha() and (
                    tight or kept[-1].place.end == piece.place.start)):
            kept.append(Piece(apart, piece.place))  # a and 1 side by side are not the name a1
        kept += [piece] if piece.text else []
    kept += behind
    made = Translated(text_of(kept).strip())
    while kept and not kept[0].text.strip():
        kept.pop(0)
    made.pasted, made.notes, made.asked = source, tuple(notes), asked
    made.places = [piece.place for piece in kept for _ in piece.text]
    return made


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text.isalpha()


def _goes_on(text: str) -> bool:
    """Whether a name or number at the end of `text` could go on in what follows."""
    return text[-1:].isalnum() and not (text.isdigit() and text.isascii())


def unread(what: str, source: str, span: Span, *fixes: str) -> MatcalcError:
    """The refusal of a part that has no meaning here, by its name."""
    return fail("M1401", what, source, span, fixes=fixes)
