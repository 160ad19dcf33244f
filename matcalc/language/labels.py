"""Labels: subscripts of several signs, K_{k+1}, and superscripts that are no power, x^{l-1}, θ^{(t)}, y^*.

A superscript in brackets, a star or a word can only be a label, and so can any on a bold small letter. Others may as
well be powers: they are noted down as open, and `superscripts` decides about them when the shapes are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from matcalc.language.characters import BOLD, GREEK, SEPARATOR, SUPERSCRIPT_LETTERS, SUPERSCRIPTS, WORD

INVISIBLE = {SEPARATOR, BOLD, " "}
SIGNS = "+-|,*:/()'=<>_"  # that occur in labels besides letters and digits
GLYPHS = {**GREEK, "⋆": "star", "∞": "inf", "⊤": "T", "′": "'"}
BRACKETED = re.compile(r"\([^()\[\]]+\)|\[[^()\[\]]+\]")
BARE = re.compile(r"(?![TH]$)[A-Za-z][A-Za-z0-9]*(?:[-+,|][A-Za-z0-9]+)*")
TURNED = re.compile(r"(.*[)\]*⋆])\^?\{?(?:⊤|T)\}?|(.+)⊤")  # W^{(l)T} and x^{l\top}
SIZES = re.compile(r"\{([A-Za-z]\w*|[0-9]+)\*([A-Za-z]\w*|[0-9]+)\}")


@dataclass(frozen=True, slots=True)
class Superscript:
    """What stands above a name: `form` is bracketed, number, starred, word, bare or paren; `end` is where it ends."""

    label: str
    form: str
    end: int
    transposed: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """A superscript read as a power that may be a label: of which name, and where it stands in the original."""

    base: str
    label: str
    form: str
    places: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """What a text tells besides its tokens, and which superscripts are to be `labelled` in it."""

    labelled: frozenset[str] = frozenset()
    kinds: dict[str, str] = field(default_factory=dict)  # of the names set bold
    sizes: dict[str, tuple[str, str]] = field(default_factory=dict)  # X_{p\\times n}
    open: dict[str, Open] = field(default_factory=dict)
    bracketed: dict[str, Open] = field(default_factory=dict)  # θ^{(t)}
    closed: set[str] = field(default_factory=set)  # the bare labels that are certain
    notes: list[str] = field(default_factory=list)


def base_of(name: str) -> str:
    """The letter or word of a name, without its sub- and superscripts."""
    return re.split(r"[_^]", name, maxsplit=1)[0]


def letters(label: str) -> set[str]:
    """The names in a label: l of l-1."""
    return set(re.findall(r"[A-Za-z]+", label))


def plain(content: str) -> str:
    """The characters of a label, in ASCII where they have an ASCII name."""
    return "".join(GLYPHS.get(c, c) for c in content if c not in INVISIBLE and c not in f"{WORD}{{}}")


def closing(text: str, i: int) -> int:
    """Where the brace that opens at `i` is closed, -1 where it is not."""
    depth = 0
    for j in range(i, len(text)):
        depth += (text[j] == "{") - (text[j] == "}")
        if depth == 0:
            return j
    return -1


def subscript(text: str, start: int) -> tuple[str, int]:
    """The label in braces at `start`, in braces itself where it is more than letters and digits; '' if it is none."""
    end = closing(text, start)
    inside = plain(text[start + 1:end]) if end > 0 else ""
    if not inside or not all(c.isascii() and (c.isalnum() or c in SIGNS) for c in inside):
        return "", start
    return (inside if inside.isalnum() else f"{{{inside}}}"), end + 1


def superscript(text: str, i: int) -> Superscript | None:
    """The superscript at `i` that may be a label; None where it can only be an exponent, or there is none."""
    while i < len(text) and text[i] in (SEPARATOR, BOLD):
        i += 1
    if text[i:i + 1] in SUPERSCRIPTS:
        return _raised(text, i)
    if text[i:i + 1] != "^":
        return None
    i += 1
    while i < len(text) and text[i] in (SEPARATOR, BOLD):
        i += 1
    if text[i:i + 1] == "{":
        end = closing(text, i)
        return _form(text[i + 1:end], end + 1) if end > 0 else None
    if (match := re.compile(r"\([^()]*\)").match(text, i)) is not None:
        found = _form(match[0], match.end())
        return found and Superscript(found.label, "paren", found.end)
    return _form(text[i:i + 1], i + 1) if text[i:i + 1].isalpha() or text[i:i + 1] in "*⋆" else None


def _raised(text: str, i: int) -> Superscript | None:
    """xˡ⁻¹ and θ⁽ᵗ⁾."""
    end = i
    while end < len(text) and text[end] in SUPERSCRIPTS:
        end += 1
    run = text[i:end]
    return _form("".join(SUPERSCRIPTS[c] for c in run), end) if set(run) & set(SUPERSCRIPT_LETTERS) else None


def _form(content: str, end: int) -> Superscript | None:
    written = "".join(c for c in content if c not in INVISIBLE)
    turned = TURNED.fullmatch(written)
    if turned is not None:
        written = turned[1] or turned[2]
    label = plain(written)
    if label in ("*", "star") and written in ("*", "⋆"):
        form = "starred"
    elif BRACKETED.fullmatch(label):
        form = "number" if label[0] == "(" and label[1:-1].isdigit() else "bracketed"
        if not re.fullmatch(r".*[A-Za-z*+'].*|.[0-9]+.", label):
            return None
    elif WORD in written and label.isalnum():
        form = "word"
    elif BARE.fullmatch(label):
        form = "word" if set(",|") & set(label) else "bare"
    else:
        return None
    good = all(c.isascii() and (c.isalnum() or c in SIGNS + "[]") for c in label) and label not in ("T", "H")
    return Superscript(label, form, end, turned is not None) if good else None
