"""Pasted text and LaTeX become one plain alphabet, and every character remembers where it came from.

LaTeX commands turn into the glyph or the word they stand for, wrappers without meaning vanish, look-alikes become
ASCII; so there is one lexer for all spellings, and its spans still count characters of the original text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

from matcalc.diagnostics import Span, fail
from matcalc.language.characters import (
    ACCENTS,
    COMMANDS,
    GLYPHS,
    GREEK_NAMES,
    JOINERS,
    LOOK_ALIKES,
    SEPARATOR,
    SWITCHES,
    TRANSPOSES,
    WRAPPERS,
)
from matcalc.language.page import divides_left, layout, line_break
from matcalc.language.suggest import closest, replace

MATRIX_ENVIRONMENT = r"(begin|end)\s*\{([bpBv]?matrix|smallmatrix|array)\*?\}(?:\s*\{[lcr|\s]*\})?"
JOINING = frozenset(JOINERS)
INVISIBLE = ("left", "right", "middle")
SIZES = ("left", "big", "Big", "bigg", "Bigg", "bigl", "Bigl", "biggl", "Biggl")
BOLD_ONE = r"(?:mathbf|textbf|mathbb|boldsymbol|bm|mathds|mathbbm|bf|vec)\s*(?:1(?!\d)|\{\s*1\s*\})"


@dataclass(slots=True)
class Clean:
    """Cleaned text; character i of it stands for characters starts[i] to ends[i] of the original."""

    source: str
    text: str
    starts: list[int]
    ends: list[int]
    latex: bool = False

    def span(self, i: int, j: int) -> Span:
        """The original span of the cleaned characters i to j."""
        if i >= len(self.text):
            return Span(len(self.source), len(self.source))
        return Span(self.starts[i], self.ends[max(i, j - 1)])


@dataclass(slots=True)
class _Writer:
    source: str
    known: Collection[str]
    out: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    braces: list[str | None] = field(default_factory=list)  # what a closing brace becomes
    pending: str = ""  # an accent waiting for its letter
    tables: int = 0  # matrix environments that are open: in them & and \\\\ part the entries

    def emit(self, text: str, start: int, end: int) -> None:
        for c in text:
            self.out.append(c)
            self.starts.append(start)
            self.ends.append(end)

    def letter(self, text: str, start: int, end: int) -> None:
        """Emit something an accent may be waiting for."""
        self.emit(text, start, end)
        if self.pending and text.strip():
            self.emit(self.pending + SEPARATOR, start, end)
            self.pending = ""


def look_alike(char: str) -> str:
    """The plain character that `char` stands for."""
    code = ord(char)
    if 0x1D400 <= code <= 0x1D7FF or 0xFF01 <= code <= 0xFF5E:
        char = char if char in "𝟏𝟙" else unicodedata.normalize("NFKC", char)
    return LOOK_ALIKES.get(ord(char), char)


def clean(source: str, known: Collection[str] = ()) -> Clean:
    """Clean `source`; `known` are the words that may follow a backslash."""
    if source.isascii() and "\\" not in source:
        text = source.translate(LOOK_ALIKES)
        return Clean(source, text, list(range(len(text))), list(range(1, len(text) + 1)))
    if not JOINING.isdisjoint(source):
        return _without_joiners(source, known)
    writer = _Writer(source, known)
    position = 0
    matlab = divides_left(source)
    while position < len(source):
        step = _command if source[position] == "\\" and not matlab else _character
        position = step(writer, position)
    return Clean(source, "".join(writer.out), writer.starts, writer.ends, "\\" in source and not matlab)


def _without_joiners(source: str, known: Collection[str]) -> Clean:
    """Soft hyphens, zero-width spaces and byte order marks vanish before anything else is read."""
    kept = [i for i, char in enumerate(source) if char not in JOINING]
    inner = clean("".join(source[i] for i in kept), known)
    starts, ends = [kept[i] for i in inner.starts], [kept[i - 1] + 1 for i in inner.ends]
    return Clean(source, inner.text, starts, ends, inner.latex)


def _character(writer: _Writer, i: int) -> int:
    char = look_alike(writer.source[i])
    if char == "{" and (stop := _function_name(writer, SWITCHES, i)) is not None:
        return stop
    if char == "{":
        writer.braces.append("}")
        writer.emit("{", i, i + 1)
    elif char == "}" and writer.braces:
        writer.emit(writer.braces.pop() or SEPARATOR, i, i + 1)
    elif char == "&" and "\\" in writer.source:
        writer.emit("," if writer.tables else SEPARATOR, i, i + 1)
    else:
        writer.letter(char, i, i + 1)
    return i + 1


def _command(writer: _Writer, i: int) -> int:
    source = writer.source
    if match := re.compile(MATRIX_ENVIRONMENT).match(source, i + 1):
        bar = "|" * (match[2] == "vmatrix")
        writer.emit(f" {bar}[" if match[1] == "begin" else f"]{bar}", i, match.end())
        writer.tables += 1 if match[1] == "begin" else -1
        return match.end()
    if (end := layout(source, i)) is not None:
        writer.emit(SEPARATOR, i, end)
        return end
    if (found := line_break(source, i, writer.tables > 0)) is not None:
        writer.emit(found[0], i, found[1])
        return found[1]
    if match := re.compile(BOLD_ONE).match(source, i + 1):
        writer.letter("𝟏", i, match.end())
        return match.end()
    match = re.compile(r"[A-Za-z]+\*?|.", re.DOTALL).match(source, i + 1)
    if match is None:
        raise fail("M0103", "a backslash ends the text", source, Span(i, i + 1), fixes=(source[:i],))
    return _named(writer, match[0].rstrip("*") or match[0], i, match.end())


def _named(writer: _Writer, name: str, i: int, end: int) -> int:
    if name in WRAPPERS or name in ACCENTS:
        return _wrapper(writer, name, i, end)
    if name in TRANSPOSES and "".join(writer.out[-3:]).rstrip(" {" + SEPARATOR).endswith("^"):
        writer.letter("⊤", i, end)
    elif name in COMMANDS:
        writer.letter(COMMANDS[name], i, end)
    elif name in GLYPHS:
        writer.letter(GLYPHS[name], i, end)
    elif (known := folded(name, writer.known)) is not None:
        writer.emit(SEPARATOR + known + SEPARATOR, i, end)
    else:
        raise _unknown_command(writer, name, Span(i, end))
    return end


def _wrapper(writer: _Writer, name: str, i: int, end: int) -> int:
    """A wrapper vanishes with its braces; an accent becomes a combining mark behind its letter."""
    accent = ACCENTS.get(name, "")
    stop = None if accent else _function_name(writer, r"\*?\s*\{\s*([A-Za-z]+)\s*\}", end)
    if stop is not None:
        return stop
    if name in INVISIBLE:
        dot = re.compile(r"\s*\.").match(writer.source, end)  # \left. and \right. are invisible delimiters
        end = dot.end() if dot else end
    match = re.compile(r"\s*\{").match(writer.source, end)
    if match is None or name in INVISIBLE:
        writer.pending = accent or writer.pending
        opens = name in SIZES and re.compile(r"\s*\[").match(writer.source, end)  # a bracket, not an index
        writer.emit(" " if opens else SEPARATOR, i, end)
        return end
    writer.braces.append(accent + SEPARATOR)
    writer.emit(SEPARATOR, i, match.end())
    return match.end()


def _function_name(writer: _Writer, pattern: str, start: int) -> int | None:
    """\\mathrm{Tr} and {\\rm Tr}: a word set upright that is a function, in whatever case."""
    match = re.compile(pattern).match(writer.source, start)
    if match is None or (function := folded(match[1], writer.known)) is None:
        return None
    writer.emit(SEPARATOR + function + SEPARATOR, match.start(1), match.end())
    return match.end()


def folded(word: str, known: Collection[str]) -> str | None:
    """The one word of `known` that `word` is but for its case."""
    found = [w for w in known if w.lower() == word.lower()]
    return word if word in found else found[0] if len(found) == 1 and len(word) > 1 else None


def _unknown_command(writer: _Writer, name: str, span: Span) -> Exception:
    words = [*GREEK_NAMES, *COMMANDS, *(w for w in writer.known if w.isalpha())]
    fixes = tuple(replace(writer.source, span, "\\" + word) for word in closest(name, words))
    if len(name) == 1 and span.start > 0:
        left = writer.source[:span.start].rstrip()
        fixes += (f"inv({left})*{name}{writer.source[span.end:]}",)
    return fail("M0103", f"unknown LaTeX command \\{name}", writer.source, span,
                fixes=fixes or (replace(writer.source, span, name), replace(writer.source, span, "")))
