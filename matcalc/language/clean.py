"""Pasted text and LaTeX become one plain alphabet, and every character remembers where it came from.

LaTeX commands turn into the glyph or the word they stand for, wrappers without meaning vanish (bold leaves a mark
behind its letters, a word set upright one before it), look-alikes become ASCII; so there is one lexer for all
spellings, and its spans still count characters of the original text. What belongs to the page becomes invisible:
environments, labels, kerning, dollar signs. A line break vanishes where one of the lines cannot stand alone; otherwise
it is the `;` it looks like, so that two formulas below each other never become their product.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.characters import (
    ACCENTS,
    AST,
    BOLD,
    BOLD_FACES,
    COMMANDS,
    GLYPHS,
    JOINERS,
    LOOK_ALIKES,
    NORM_WORDS,
    SEPARATOR,
    SWITCHES,
    SWITCHES_TO_UPRIGHT,
    TRANSPOSES,
    UPRIGHT,
    WORD,
    WRAPPERS,
    is_bold,
    look_alike,
    pattern,
)
from matcalc.language.constructs import commands
from matcalc.language.environments import LENGTH, layout, of_table
from matcalc.language.syntax import CONJUGATE

INVISIBLE = ("left", "right", "middle")
SIZES = ("left", "big", "Big", "bigg", "Bigg", "bigl", "Bigl", "biggl", "Biggl")
UPRIGHT_WORD = r"\*?\s*\{\s*([A-Za-z][A-Za-z0-9]*(?:(?:\\?_|-|\s+|\\[ ,;!])[A-Za-z0-9]+)*)\s*\}"
EXPECTATION = r"mathbb\s*(?:E(?![A-Za-z])|\{\s*E\s*\})"
ACCENTED = r"\w[^\w\s]*(?:_(?:\w|\{[^{}]*\}))?(?:\^(?:\w|\{[^{}]*\}))?"  # what one accent may stand over
PART = r"\s*(?:\{\s*)?([RI])(?:e|m)?(?:\s*\}|(?![A-Za-z]))"  # \mathfrak{Re}
BEFORE_BRACKET = frozenset({"vector", "matrix", "deriv"})
VECTORISED = "vec"  # an arrow over a letter, the function before a bracket
BOLD_ONE = r"(?:mathbf|textbf|mathbb|boldsymbol|bm|mathds|mathbbm|bf|vec)\s*(?:1(?!\d)|\{\s*1\s*\})"
_BREAK = rf"\\\\(?:\s*\[\s*{LENGTH}\s*\])?"
_GAP = r"(?:[\s&{}]|\\(?:quad\b|qquad\b|[,;:! ]))*"
_OPEN = r"[-+=*/(\[{][\s&]*$"
_NEAR = 40  # characters before a line break in which an operator is looked for
_OPERAND = r"[A-Za-zͰ-Ͽ\d)\]'’′ᵀ]"
_LEFT_DIVISION = rf"(?<={_OPERAND})\s*\\\s*(?=[A-Za-z](?![A-Za-z])|[Ͱ-Ͽ(\[]|(?:eye|ones|zeros)\()"
_DOLLARS = r"^[\s$]*\$|\$[\s$.,;]*$"
_BLANKS = f"[\\s{SEPARATOR}]*$"
_END = r"(?<![0-9.])[.,]" + _BLANKS
_QUOTED = r"""(?s)(\s*)(['"“])(.*)(['"”])(\s*)"""
_NOTHING = r"(?<![\^_A-Za-z}\]])\{\s*\}"  # {} - b, which TeX needs at the start of a line
_NORM_WORD = rf",\s*(?:(?:ord|p)\s*=\s*)?{SEPARATOR}*(?P<minus>-\s*)?{SEPARATOR}*" \
    r"(?:(?:np|numpy|jnp|torch|math)\.(?=inf))?(?P<call>float\()?(?P<quote>['\"])?(?P<word>fro|nuc|[iI]nf|∞)(?(quote)(?P=quote))(?(call)\))(?=\s*\))"
_NORM_KEY = r"(?<=,)\s*(?:ord|p)\s*=\s*(?=[0-9])"
_SUBSCRIPT = r"\s+(?=_)|(?<=_)\s+"
_SIGNS = {word: sign for sign, word in NORM_WORDS.items()} | {"∞": "\ue004"}


class Clean:
    """Cleaned text; character i of it stands for characters starts[i] to ends[i] of the original."""

    def __init__(self, source: str, text: str, starts: list[int], ends: list[int], latex: bool = False) -> None:
        self.source = source
        self.text = text
        self.starts = starts
        self.ends = ends
        self.latex = latex

    def span(self, i: int, j: int) -> Span:
        """The original span of the cleaned characters i to j."""
        if i >= len(self.text):
            return Span(len(self.source), len(self.source))
        return Span(self.starts[i], self.ends[max(i, j - 1)])


class _Group:
    """An open brace: what closing it emits, whether letters in it are bold or an index, and the wrapper before it."""

    def __init__(self, closing: str, bold: bool = False, script: str = "", start: int = -1, first: int = 0) -> None:
        self.closing = closing
        self.bold = bold
        self.script = script  # _ or ^ where it is one
        self.start = start  # of the wrapper in the source
        self.first = first  # of what is emitted in it


class _Writer:
    def __init__(self, source: str, known: Collection[str]) -> None:
        self.source = source
        self.known = known
        self.out: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.groups: list[_Group] = []
        self.pending = ""  # accents waiting for their letter
        self.waiting = 0  # where they stand
        self.tables = 0  # matrix environments that are open: in them & and \\\\ part the entries

    def emit(self, text: str, start: int, end: int) -> None:
        for c in text:
            self.out.append(c)
            self.starts.append(start)
            self.ends.append(end)

    def insert(self, text: str, group: _Group) -> None:
        """Put something before all that was emitted in a wrapper."""
        k = group.first
        self.out[k:k], self.starts[k:k], self.ends[k:k] = text, [group.start] * len(text), [group.start + 1] * len(text)

    def letter(self, text: str, start: int, end: int, bold: bool = False) -> None:
        """Emit something an accent may be waiting for."""
        is_letter = len(text) == 1 and text.isalpha()
        marks = self.pending if text.strip() else ""
        if not is_letter and marks.strip(BOLD):
            raise _too_wide(self.source, Span(self.waiting, end))
        if marks:
            start, self.pending = self.waiting, ""
        self.emit(text, start, end)
        if bold or any(group.bold for group in self.groups):
            marks += BOLD
        marks = marks if is_letter else marks.replace(BOLD, "")
        if marks:
            self.emit(marks + SEPARATOR, start, end)

    def script(self) -> str:
        """Which index the next character belongs to: _ or ^, or '' for none."""
        last = next((c for c in reversed(self.out) if c not in (" ", SEPARATOR)), "")
        if last in ("_", "^"):
            return last
        return next((group.script for group in reversed(self.groups) if group.script), "")


def _too_wide(source: str, span: Span) -> MatcalcError:
    from matcalc.language import unread  # which texts that are read do not need

    return unread.too_wide(source, span)


def clean(source: str, known: Collection[str] = ()) -> Clean:
    """Clean `source`; `known` are the words that may follow a backslash."""
    if source.isascii() and "\\" not in source:
        text = source.translate(LOOK_ALIKES)
        return Clean(source, text, list(range(len(text))), list(range(1, len(text) + 1)))
    if not JOINERS.isdisjoint(source):
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
    kept = [i for i, char in enumerate(source) if char not in JOINERS]
    inner = clean("".join(source[i] for i in kept), known)
    starts, ends = [kept[i] for i in inner.starts], [kept[i - 1] + 1 for i in inner.ends]
    return Clean(source, inner.text, starts, ends, inner.latex)


def _character(writer: _Writer, i: int) -> int:
    char = look_alike(writer.source[i])
    if char == "{" and (stop := _function_name(writer, SWITCHES, i)) is not None:
        return stop
    if char == "{" and (match := pattern(SWITCHES_TO_UPRIGHT).match(writer.source, i)) is not None:
        return _word(writer, match, i)
    if is_bold(writer.source[i]) and (stop := _bold_word(writer, i)) is not None:
        return stop
    if char == "{":
        script = writer.out[-1] if writer.out and writer.out[-1] in "_^" else ""
        writer.emit("{", i, i + 1)
        writer.groups.append(_Group("}", script=script, first=len(writer.out)))
    elif char == "}" and writer.groups:
        _close(writer, i)
    elif char == "~" and "\\" in writer.source:
        writer.emit(" ", i, i + 1)
    elif char == "&" and "\\" in writer.source:
        writer.emit("," if writer.tables else SEPARATOR, i, i + 1)
    else:
        writer.letter(char, i, i + 1, is_bold(writer.source[i]))
    return i + 1


def _bold_word(writer: _Writer, i: int) -> int | None:
    """𝐭𝐫(𝐀): a function in bold letters."""
    end = i
    while end < len(writer.source) and is_bold(writer.source[end]) and look_alike(writer.source[end]).islower():
        end += 1
    word = "".join(map(look_alike, writer.source[i:end]))
    known = folded(word, writer.known) if len(word) > 1 else None
    if known is None and len(word) < 3:
        return None
    writer.emit(SEPARATOR + (known or word) + SEPARATOR, i, end)
    return end


def _close(writer: _Writer, i: int) -> None:
    """A closing brace: a wrapper that held one name becomes part of its span, and an accent its mark."""
    group = writer.groups.pop()
    inside = "".join(c for c in writer.out[group.first:] if c not in (SEPARATOR, BOLD, " "))
    single = re.fullmatch(ACCENTED, inside) is not None
    accent = group.closing.strip(SEPARATOR) if group.start >= 0 else ""
    closing = group.closing
    if accent and inside and not single:
        if accent != ACCENTS["overline"]:
            raise _too_wide(writer.source, Span(group.start, i + 1))
        writer.insert(f"{SEPARATOR}{CONJUGATE}(", group)  # which is read where something complex is declared
        closing = ")" + SEPARATOR
    writer.emit(closing, i, i + 1)
    if group.start >= 0 and single:
        for k in range(group.first, len(writer.out)):
            writer.starts[k], writer.ends[k] = group.start, i + 1


def _command(writer: _Writer, i: int) -> int:
    source = writer.source
    if (table := of_table(source, i, writer.tables > 0)) is not None:
        writer.emit(table.text, i, table.end)
        writer.tables += table.change
        return table.end
    if (end := layout(source, i)) is not None:
        writer.emit(SEPARATOR, i, end)
        return end
    if (found := line_break(source, i, writer.tables > 0)) is not None:
        writer.emit(found[0], i, found[1])
        return found[1]
    for one, glyph in ((BOLD_ONE, "𝟏"), (EXPECTATION, "𝔼")):
        if match := pattern(one).match(source, i + 1):
            writer.letter(glyph, i, match.end())
            return match.end()
    match = re.compile(r"[A-Za-z]+\*?|.", re.DOTALL).match(source, i + 1)
    if match is None:
        raise fail("M0103", "a backslash ends the text", source, Span(i, i + 1), fixes=(source[:i],))
    return _named(writer, match[0].rstrip("*") or match[0], i, match.end())


def _named(writer: _Writer, name: str, i: int, end: int) -> int:
    if name in WRAPPERS or name in ACCENTS:
        return _wrapper(writer, name, i, end)
    if name == "mathfrak" and (part := pattern(PART).match(writer.source, end)) is not None:
        writer.letter({"R": "ℜ", "I": "ℑ"}[part[1]], i, part.end())
        return part.end()
    if name in TRANSPOSES and "".join(writer.out[-3:]).rstrip(" {" + SEPARATOR).endswith("^"):
        writer.letter("⊤", i, end)
    elif name == "ast":
        writer.emit("*" if writer.script() else AST, i, end)
    elif name in COMMANDS or name in commands():
        writer.letter(COMMANDS.get(name) or commands()[name], i, end)
    elif name in GLYPHS:
        writer.letter(GLYPHS[name], i, end)
    elif (known := folded(name, writer.known)) is not None:
        writer.emit(SEPARATOR + known + SEPARATOR, i, end)
    else:
        from matcalc.language import unread  # which texts that are read do not need

        raise unread.unknown_command(writer.source, writer.known, name, Span(i, end))
    return end


def _wrapper(writer: _Writer, name: str, i: int, end: int) -> int:
    """A wrapper vanishes with its braces; an accent becomes a combining mark behind its letter."""
    accent = ACCENTS.get(name, "")
    if name in UPRIGHT and (word := _upright(name, writer.source, end)) is not None:
        return _word(writer, word, i)
    stop = None if accent else _function_name(writer, r"\*?\s*\{\s*([A-Za-z]{2,})\s*\}", end, i)
    if stop is not None:
        return stop
    if name == VECTORISED and pattern(r"\s*(?:\\left\s*)?\(").match(writer.source, end):
        writer.emit(SEPARATOR + VECTORISED + SEPARATOR, i, end)
        return end
    if name in INVISIBLE:
        dot = pattern(r"\s*\.").match(writer.source, end)  # \left. and \right. are invisible delimiters
        end = dot.end() if dot else end
    match = pattern(r"\s*\{").match(writer.source, end)
    if match is None or name in INVISIBLE:
        return _unbraced(writer, name, i, end)
    word = pattern(r"[A-Za-z]*[a-z]{3}[A-Za-z]*\s*\}").match(writer.source, match.end())
    writer.emit(SEPARATOR, i, match.end())
    bold = name in BOLD_FACES and word is None
    writer.groups.append(_Group(accent + SEPARATOR, bold, "", i, len(writer.out)))
    return match.end()


def _unbraced(writer: _Writer, name: str, i: int, end: int) -> int:
    """A wrapper or accent of the next letter; a switch to bold holds to the end of its group."""
    if name == "bf" and writer.groups:
        writer.groups[-1].bold = True
    else:
        writer.waiting = writer.waiting if writer.pending else i
        writer.pending += ACCENTS.get(name, BOLD if name in BOLD_FACES else "")
    opens = name in SIZES and pattern(r"\s*\[").match(writer.source, end)  # a bracket, not an index
    writer.emit(" " if opens else SEPARATOR, i, end)
    return end


def _upright(name: str, source: str, end: int) -> re.Match[str] | None:
    """The word, of two letters or more, that \\mathrm{…} or \\rm sets upright."""
    word = re.compile(r"\s+([A-Za-z]{2,})" if name == "rm" else UPRIGHT_WORD).match(source, end)
    return word if word is not None and re.search("[A-Za-z]{2}", word[1]) else None


def _word(writer: _Writer, match: re.Match[str], start: int) -> int:
    """A word set upright: its letters in an index, elsewhere one word, whatever it means."""
    word = re.sub(r"\\?_", "_", re.sub(r"\s+|-|\\[ ,;!]", "", match[1]))
    if word in BEFORE_BRACKET:
        writer.emit(SEPARATOR + word, start, match.end())
        return match.end()
    script = writer.script()
    text = word if script == "_" else WORD + word + SEPARATOR
    writer.emit(f"{{{text}}}" if writer.out and writer.out[-1] in "_^" else text, start, match.end())
    return match.end()


def _function_name(writer: _Writer, pattern: str, start: int, begin: int | None = None) -> int | None:
    """\\mathrm{Tr} and {\\rm Tr}: a word set upright that is a function, in whatever case."""
    match = re.compile(pattern).match(writer.source, start)
    if match is None or (function := folded(match[1], writer.known)) is None:
        return None
    text = SEPARATOR + function + SEPARATOR
    index = bool(writer.out) and writer.out[-1] in "_^"
    writer.emit(f"{{{text}}}" if index else text, start if begin is None else begin, match.end())
    return match.end()


def folded(word: str, known: Collection[str]) -> str | None:
    """The one word of `known` that `word` is but for its case."""
    found = [w for w in known if w.lower() == word.lower()]
    return word if word in found else found[0] if len(found) == 1 and len(word) > 1 else None


@cache
def _goes_on() -> str:
    """What a line starts with that cannot stand alone."""
    words = "|".join([*commands(), "end", "right", "label", "nonumber", "notag"])
    return rf"{_GAP}(?:$|[-+=*/)\]]|\\(?:{words})\b)"


def line_break(source: str, i: int, table: bool) -> tuple[str, int] | None:
    """What \\\\ at `i` stands for, and where it ends: the next row of a table, nothing, or the end of a formula."""
    match = pattern(_BREAK).match(source, i)
    if match is None:
        return None
    goes_on = pattern(_goes_on()).match(source, match.end()) or pattern(_OPEN).search(source, max(0, i - _NEAR), i)
    return " " if goes_on and not table else ";", match.end()


def divides_left(source: str) -> bool:
    """Whether the backslashes are MATLAB's A\\b: each one behind an operand and before one, no LaTeX among them."""
    if r"\)" in source or r"\]" in source:
        return False
    return len(pattern(_LEFT_DIVISION).findall(source)) == source.count("\\")


def blank(match: re.Match[str]) -> str:
    """As many invisible characters as were matched."""
    return SEPARATOR * len(match[0])


def tidy(text: str, latex: bool) -> str:
    """`text` without what a formula brings along from the page it stood on."""
    text = _unquoted(text)
    if "$" in text:
        text = re.sub(_DOLLARS, blank, text)
    text = re.sub(_END, blank, text)
    if ":=" not in text and "≔" not in text:
        text = re.sub(";" + _BLANKS, blank, text)
    if "norm" in text:
        text = re.sub(_NORM_KEY, blank, re.sub(_NORM_WORD, _argument, text))
    return re.sub(_NOTHING, blank, re.sub(_SUBSCRIPT, blank, text)) if latex else text


def _unquoted(text: str) -> str:
    """A text within quotes or backticks; no expression starts with one."""
    match = pattern(_QUOTED).fullmatch(text) if text.strip()[:1] in ("'", '"', "“") else None
    return f"{match[1]}{SEPARATOR}{match[3]}{SEPARATOR}{match[5]}" if match else text


def _argument(match: re.Match[str]) -> str:
    """norm(X, 'fro'): a comma and the sign for its word."""
    sign = ("-" if match["minus"] else "") + _SIGNS[match["word"].lower()]
    return f",{sign}" + SEPARATOR * (len(match[0]) - 1 - len(sign))
