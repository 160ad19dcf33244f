"""What stands above a name: a label in brackets, a star, a word, or letters that may as well be a power."""

from __future__ import annotations

import re

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.bounds import closing
from matcalc.language.characters import BOLD, GREEK, SEPARATOR, SUPERSCRIPT_LETTERS, SUPERSCRIPTS, WORD, pattern
from matcalc.language.clean import Clean
from matcalc.language.suggest import replace
from matcalc.records import NamedTuple

INVISIBLE = {SEPARATOR, BOLD, " "}
SIGNS = "+-|,*:/()'=<>_^"  # that occur in labels besides letters and digits
GLYPHS = {**GREEK, "⋆": "star", "∞": "inf", "⊤": "T", "′": "'"}
BRACKETED = r"\([^()\[\]]+\)|\[[^()\[\]]+\]"
BARE = r"(?![TH]$)[A-Za-z][A-Za-z0-9]*(?:[-+,|][A-Za-z0-9]+)*"
TURNED = r"(.*[)\]*⋆])\^?\{?(?:⊤|T)\}?|(.+)⊤"  # W^{(l)T} and x^{l\top}


class Superscript(NamedTuple):
    """What stands above a name: `form` is bracketed, number, starred, word, bare or paren; `end` is where it ends."""

    label: str
    form: str
    end: int
    transposed: bool = False


def plain(content: str) -> str:
    """The characters of a label, in ASCII where they have an ASCII name."""
    return "".join(GLYPHS.get(c, c) for c in content if c not in INVISIBLE and c not in f"{WORD}{{}}")


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
    turned = pattern(TURNED).fullmatch(written) if written[-1:] in ("T", "}", "⊤") else None
    if turned is not None:
        written = turned[1] or turned[2]
    label = plain(written)
    if label in ("*", "star") and written in ("*", "⋆"):
        form = "starred"
    elif pattern(BRACKETED).fullmatch(label):
        form = "number" if label[0] == "(" and label[1:-1].isdigit() else "bracketed"
        if not re.fullmatch(r".*[A-Za-z*+'].*|.[0-9]+.", label):
            return None
    elif WORD in written and label.isalnum():
        form = "word"
    elif pattern(BARE).fullmatch(label):
        form = "word" if set(",|") & set(label) else "bare"
    else:
        return None
    good = all(c.isascii() and (c.isalnum() or c in SIGNS + "[]") for c in label) and label not in ("T", "H")
    return Superscript(label, form, end, turned is not None) if good else None


def derivative_or_label(clean: Clean, start: int, base: str, label: Superscript) -> MatcalcError:
    """f^{(2)}(x): the second derivative, a layer called 2, or a power?"""
    text, span = clean.source, clean.span(start, label.end)
    name, order = GREEK.get(base, base), label.label.strip("()")
    inside = re.match(r"\s*(?:\\left)?\(([^()]*?)(?:\\right)?\)", text[span.end:])
    fixes = (f"deriv({name}, {order}, {inside[1]})",) if order.isdigit() and inside else ()
    whole = Span(span.start, span.end + (inside.end() if inside else 0))
    message = f"a superscript of the function {name}: a derivative, a label or a power?"
    return fail("M0210", message, text, whole, fixes=tuple(replace(text, whole, fix) for fix in fixes))
