"""What a run of letters means: declared name > function > Greek > single letters, and one canonical name for each.

A name is one letter (or a known word) with its decoration: `W1`, `W₁`, `W_1`, `W_{1}` are all `W_1`; `σ`, `\\sigma`
and `sigma` are all `sigma`; `x̂` is one letter; `K_{k+1}` and `x^{l-1}` keep their labels. Where a letter occurs both
bold and plain, the bold one is called `x_bold`. A superscript in brackets, a star or a word can only be a label, and so
can any on a bold small letter; others may as well be powers: they are noted down as open, and what they are is decided
when the shapes are known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from matcalc.diagnostics import Span, fail
from matcalc.language.characters import (
    BOLD,
    GREEK,
    GREEK_NAMES,
    SEPARATOR,
    SUBSCRIPTS,
    SUPERSCRIPT_LETTERS,
    WORD,
    pattern,
)
from matcalc.language.clean import clean
from matcalc.language.suggest import known_as, unknown_here
from matcalc.language.superscripts import subscript, superscript
from matcalc.language.syntax import Syntax, base_of
from matcalc.records import NamedTuple

SIZES = r"\{([A-Za-z]\w*|[0-9]+)\*([A-Za-z]\w*|[0-9]+)\}"
RESERVED = frozenset({"I", "eye", "ones", "zeros", "pi", "unit"})
RUN = r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*"
NAME = r"(?P<base>[A-Za-z]+?)[0-9]*(?:_(?:[A-Za-z0-9]{1,2}|[0-9]+))*"  # W1, x_ij, beta_2
LOWER = "[a-z]{2}"
_NONE: Mapping[str, str] = {}
_NO_WHOLES: Mapping[str, Mapping[str, str]] = {}
_NO_FUNCTIONALS: Mapping[str, int] = {}


class Token(NamedTuple):
    """`kind` is number, name, function, reserved, superscript, subscript, op or end; `text` its canonical spelling.

    `data` is the value of a number or superscript; for a name True where it was spelled out in ASCII letters.
    `bold`: whether a name is set bold.
    """

    kind: str
    text: str
    span: Span
    space_before: bool = False
    data: Any = None
    bold: bool = False

    def is_op(self, *texts: str) -> bool:
        """Whether it is one of these operators, brackets or other signs."""
        return self.kind == "op" and self.text in texts


class Open(NamedTuple):
    """A superscript read as a power that may be a label: of which name, and where it stands in the original."""

    base: str
    label: str
    form: str
    places: list[tuple[int, int]]


class Indexed(NamedTuple):
    """A definition for every value of an index: the label of its name and what it is."""

    label: str
    body: Syntax


class Found:
    """What a text tells besides its tokens, and which superscripts are to be `labelled` in it."""

    def __init__(self, labelled: frozenset[str] = frozenset(), kinds: dict[str, str] | None = None) -> None:
        self.labelled = labelled
        self.kinds = {} if kinds is None else kinds  # of the names set bold
        self.sizes: dict[str, tuple[str, str]] = {}  # X_{p\\times n}
        self.open: dict[str, Open] = {}
        self.bracketed: dict[str, Open] = {}  # θ^{(t)}
        self.closed: set[str] = set()  # the bare labels that are certain
        self.notes: list[str] = []
        self.is_indexed = False  # whether a sum binds an index
        self.letters: set[str] = set()  # that sums bind: above a name they are powers
        self.indexed: dict[str, Indexed] = {}  # p_i = …
        self.bound: dict[str, Syntax] = {}  # r = …, of which r_i is an entry
        self.picks = False  # whether entries are picked by a mask, x[x > 0]


def letters(label: str) -> set[str]:
    """The names in a label: l of l-1."""
    return set(re.findall(r"[A-Za-z]+", label))


def is_letter(char: str) -> bool:
    """Whether `char` is a letter of normal size, which a name may begin with, and none set above or below."""
    small = char in SUBSCRIPTS or char in SUPERSCRIPT_LETTERS or char in "ªº"
    return char.isalpha() and not small and not 0x2070 <= ord(char) <= 0x209C and not 0x1D2C <= ord(char) <= 0x1D6A


def is_mark(char: str) -> bool:
    """Whether `char` is an accent on the letter before it, or tells that this letter is bold."""
    return unicodedata.combining(char) > 0 or char == BOLD


def is_lower(char: str) -> bool:
    """Whether `char` is one of a to z."""
    return char.isascii() and char.islower()


def _is_word(word: str) -> bool:
    return len(word) > 1 and "{" not in word


def _lengths(words: Iterable[str]) -> dict[str, list[int]]:
    """How long the words are that start with a letter, the longest first."""
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[0], set()).add(len(word))
    return {letter: sorted(sizes, reverse=True) for letter, sizes in found.items()}


@lru_cache(maxsize=8)
def _words(functions: frozenset[str]) -> tuple[frozenset[str], dict[str, list[int]]]:
    """The words that mean something in every text that knows these functions, and how long they are."""
    words = frozenset(filter(_is_word, {*functions, *GREEK_NAMES, *RESERVED}))
    return words, _lengths(words)


class Vocabulary:
    """The words known while one text is read. `fallback` tells whether SymPy knows a function of that name."""

    def __init__(self, declared: frozenset[str] = frozenset(), functions: frozenset[str] = frozenset(),
                 sizes: frozenset[str] = frozenset(), fallback: Callable[[str], object] = lambda name: None,
                 numpy: bool = False, found: Found | None = None, aliases: Mapping[str, str] = _NONE,
                 abstract: Mapping[str, str] = _NONE,
                 wholes: Mapping[str, Mapping[str, str]] = _NO_WHOLES,
                 functionals: Mapping[str, int] = _NO_FUNCTIONALS) -> None:
        self.declared, self.functions, self.fallback = declared, functions, fallback
        self.abstract = abstract  # the declared functions, and of which variable one is that is written without it
        self.aliases = aliases  # what blocks say that others call them
        self.functionals = functionals  # what takes a function, behind so many arguments
        self.wholes = wholes  # functions with several results, and which function each is
        self.sizes = sizes  # names of dimensions
        self.numpy = numpy  # its dialect, in which an identifier is one name and signs mean what they mean there
        self.found, self.complex, self.matlab = found or Found(), frozenset[str](), False  # names declared complex; X'
        self.is_table = False  # a formula of the table of calls, in which ... stands for axes
        self.numbers: frozenset[str] = frozenset()  # complex ones: z, and x_ for the entries of a vector x
        self._bases = {base_of(name) for name in self.declared} - self.functions | set(self.declared)  # log_std, log(X)
        known, lengths = _words(self.functions)
        own = {word for word in self._bases if _is_word(word)} - known
        self._known = known | own if own else known
        more = {c: sorted({*n, *lengths.get(c, ())}, reverse=True) for c, n in _lengths(own).items()}
        self._lengths = {**lengths, **more} if own else lengths

    @property
    def turns(self) -> bool:
        """Whether ^T is a transpose: no variable is called T, a dimension may be."""
        return "T" not in self.declared or "T" in self.sizes

    def longest(self, text: str, i: int) -> str:
        """The longest known word of two or more letters at position `i`, or ''."""
        for length in self._lengths.get(text[i], ()):
            word, after = text[i:i + length], text[i + length:i + length + 1]
            if word in self._known and not (word[-1].isdigit() and after.isdigit()):
                return word
        return ""

    def function(self, word: str) -> str:
        """The function that `word` means, '' where there is none or more than one."""
        return known_as(word, self.functions, self.aliases)

    def is_given(self, word: str, before: Sequence[Token]) -> bool:
        """Whether `word` behind these tokens is a function that is given to another one: funm(A, np.sin)."""
        return word not in self.declared and len(word) > 1 and bool(self.function(word)) and before[-1:] != [] and \
            before[-1].is_op(",") and any(token.text in self.functionals for token in before)

    def cased(self, word: str) -> list[str]:
        """The functions that are `word` but for capitals; Var(x) is of a random variable, and none of them."""
        return [] if word in unknown_here() else [f for f in self.functions if f.lower() == word.lower()]

    def is_declared(self, word: str) -> bool:
        """Whether `word` is a declared name, or one without its indices."""
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

    def pieces(self, word: str) -> list[str]:
        """The known words and single letters that `word` consists of."""
        pieces, i = [], 0
        while i < len(word):
            piece = self.longest(word, i) or word[i]
            pieces.append(piece)
            i += len(piece)
        return pieces

    def words(self) -> list[str]:
        """All that a misspelled word may have meant: names, functions and Greek letters, sorted."""
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
    name = canonical(plain[:end], [part for part in subscripts if not pattern(SIZES).fullmatch(part)], marks)
    name = labelled(name, label.label if label else "")
    return bold_name(name) if BOLD in marks and bold_name(name) in among else name


def labelled(name: str, label: str) -> str:
    """`name` with its superscript."""
    return f"{name}^{{{label}}}" if label else name


def bold_name(name: str) -> str:
    """What the bold letter is called where the plain one occurs as well."""
    base = base_of(name)
    return f"{base}_bold{name[len(base):]}"


def is_word(run: str, vocabulary: Vocabulary) -> bool:
    """Whether a run of letters before a bracket is one word, and no name, function or row of letters."""
    if vocabulary.is_declared(run) or run in vocabulary.functions:
        return False
    name = pattern(NAME).fullmatch(run)
    base = name["base"] if name else ""
    if base and (len(base) == 1 or base in GREEK_NAMES or vocabulary.is_declared(base)):
        return False
    head, *labels = run.split("_")
    long_label = any(re.search("[A-Za-z]{3}|[0-9][A-Za-z]{2}", label) for label in labels)
    called_so = run in vocabulary.aliases and run[0].isupper() and not run.isupper()  # Re, Si: no R times e
    return called_so or long_label or (
        pattern(LOWER).search(head) is not None and not (run.isalpha() and run.islower()))
