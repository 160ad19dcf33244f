"""What a run of letters means: declared name > function > Greek > single letters, and one canonical name for each.

A name is one letter (or a known word) with its decoration: `W1`, `W₁`, `W_1`, `W_{1}` are all `W_1`; `σ`, `\\sigma`
and `sigma` are all `sigma`; `x̂` is one letter; `K_{k+1}` and `x^{l-1}` keep their labels. Where a letter occurs both
bold and plain, the bold one is called `x_bold`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from matcalc.diagnostics import fail
from matcalc.language.characters import BOLD, GREEK, GREEK_NAMES, SEPARATOR, SUBSCRIPTS, SUPERSCRIPT_LETTERS, WORD
from matcalc.language.clean import clean
from matcalc.language.labels import SIZES, Found, base_of, subscript, superscript

RESERVED = frozenset({"I", "eye", "ones", "zeros", "pi", "unit"})


def is_letter(char: str) -> bool:
    small = char in SUBSCRIPTS or char in SUPERSCRIPT_LETTERS or char in "ªº"
    return char.isalpha() and not small and not 0x2070 <= ord(char) <= 0x209C and not 0x1D2C <= ord(char) <= 0x1D6A


def is_mark(char: str) -> bool:
    return unicodedata.combining(char) > 0 or char == BOLD


def is_lower(char: str) -> bool:
    return char.isascii() and char.islower()


@dataclass(slots=True)
class Vocabulary:
    """The words known while one text is read. `fallback` tells whether SymPy knows a function of that name."""

    declared: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()  # names of dimensions
    fallback: Callable[[str], object] = lambda name: None
    whole_words: bool = False  # NumPy: an identifier is one name
    found: Found = field(default_factory=Found)
    _bases: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)  # words of two or more letters
    _lengths: dict[str, list[int]] = field(default_factory=dict)  # their lengths, by first letter, longest first

    def __post_init__(self) -> None:
        self._bases = {base_of(name) for name in self.declared} | set(self.declared)
        words = {*self._bases, *self.functions, *GREEK_NAMES, *RESERVED}
        self._known = {w for w in words if len(w) > 1 and "{" not in w}
        lengths: dict[str, set[int]] = {}
        for word in self._known:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {letter: sorted(found, reverse=True) for letter, found in lengths.items()}

    def longest(self, text: str, i: int) -> str:
        """The longest known word of two or more letters at position `i`, or ''."""
        for length in self._lengths.get(text[i], ()):
            word, after = text[i:i + length], text[i + length:i + length + 1]
            if word in self._known and not (word[-1].isdigit() and after.isdigit()):
                return word
        return ""

    def is_declared(self, word: str) -> bool:
        return word in self.declared or word in self._bases

    def splits_into_declared(self, run: str) -> bool:
        """Whether `run` is a row of declared names, as in `xy` or `betax`."""
        i = 0
        while i < len(run):
            word = next((w for n in self._lengths.get(run[i], ()) if (w := run[i:i + n]) in self._bases), run[i])
            if not self.is_declared(word):
                return False
            i += len(word)
        return True

    def words(self) -> list[str]:
        return sorted({*self.declared, *self.functions, *GREEK_NAMES})


def decoration(text: str, i: int, latex: bool, digits: bool = True) -> tuple[list[str], str, int]:
    """Subscripts and combining marks from position `i` on: (subscripts, marks, where they end)."""
    subscripts: list[str] = []
    marks = ""
    while True:
        j = i
        while j < len(text) and text[j] == SEPARATOR:
            j += 1
        if j < len(text) and is_mark(text[j]):
            marks += text[j]
            i = j + 1
        elif digits and j == i and (end := _while(text, i, "0123456789")) > i:
            subscripts.append(text[i:end])
            i = end
        elif (end := _while(text, j, SUBSCRIPTS)) > j:
            low = "".join(SUBSCRIPTS[c] for c in text[j:end])
            subscripts.append(low if low.isalnum() else f"{{{low}}}")
            i = end
        elif (found := _underscore(text, j, latex))[0]:
            subscripts.append(found[0])
            i = found[1]
        else:
            return subscripts, marks, i


def _while(text: str, i: int, allowed: Iterable[str]) -> int:
    while i < len(text) and text[i] in allowed:
        i += 1
    return i


def _underscore(text: str, i: int, latex: bool) -> tuple[str, int]:
    """The subscript after `_`, in braces or plain; ('', i) where there is none."""
    i += 2 * text.startswith("{}_", i)  # TeX wants an empty group between two subscripts
    if text[i:i + 1] != "_":
        return "", i
    start = end = _while(text, i + 1, SEPARATOR)
    if text[start:start + 1] == "{":
        found = subscript(text, start)
        return found if found[0] else ("", i)
    if latex and text[start:start + 1] == "*":
        return "{*}", start + 1
    if text[start:start + 1] in GREEK:
        return GREEK[text[start]], start + 1
    while end < len(text) and text[end].isascii() and text[end].isalnum() and not (latex and end > start):
        end += 1
    return text[start:end], end


def canonical(base: str, subscripts: list[str], marks: str) -> str:
    """The one spelling of a name: ASCII but for marked letters."""
    marks = marks.replace(BOLD, "")
    base = unicodedata.normalize("NFC", base + marks) if marks else GREEK.get(base, base)
    return "_".join([base, *subscripts])


def name_of(text: str, among: Collection[str] = ()) -> str:
    """The canonical spelling of one variable name as typed: W1 and W₁ are W_1, σ is sigma.

    A bold letter is the plain one, unless `among` the names known there is one that is called bold.
    """
    cleaned = clean(text.strip(), GREEK_NAMES)
    plain = cleaned.text.strip(SEPARATOR + WORD + " ")
    if plain[:1] + plain[-1:] == "{}":
        plain = plain[1:-1].strip(SEPARATOR + " ")
    end = 0
    while end < len(plain) and is_letter(plain[end]):
        end += 1
    subscripts, marks, stop = decoration(plain, end, cleaned.latex)
    while marks == "" and stop < len(plain) and (is_letter(plain[stop]) or plain[stop] in "0123456789_"):
        stop += 1  # a programmer's identifier: x1y, w_in_2
        subscripts = [part for part in plain[end:stop].split("_") if part]
    label = superscript(plain, stop)
    if label is not None and not label.transposed:
        more, further, stop = decoration(plain, label.end, cleaned.latex, digits=False)
        subscripts, marks = subscripts + more, marks + further
    if end == 0 or stop != len(plain):
        raise fail("M0401", f"“{text}” is not a variable name", text)
    name = canonical(plain[:end], [part for part in subscripts if not SIZES.fullmatch(part)], marks)
    name = labelled(name, label.label if label else "")
    return bold_name(name) if BOLD in marks and bold_name(name) in among else name


def labelled(name: str, label: str) -> str:
    """`name` with its superscript."""
    return f"{name}^{{{label}}}" if label else name


def bold_name(name: str) -> str:
    """What the bold letter is called where the plain one occurs as well."""
    base = base_of(name)
    return f"{base}_bold{name[len(base):]}"
