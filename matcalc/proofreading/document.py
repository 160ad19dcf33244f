"""Where the mathematics stands in a document: displays of LaTeX and Markdown, or the lines of plain text.

Nothing is cut out. What belongs to the page, labels, comments, alignment, becomes spaces of the same length, so that a
place in the masked text is a place in the document. A heading begins a chapter: names may mean something else there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from matcalc.diagnostics import Span
from matcalc.records import NamedTuple

GAP = "\u2003"  # what stands for \\quad
_ENVIRONMENTS = r"(?:equation|align|alignat|gather|multline|eqnarray|displaymath|math|flalign)\*?"
_INNER = r"(?:aligned|alignedat|gathered|split|array|multlined)"
_DISPLAYS = (
    rf"\\begin\s*\{{(?P<env>{_ENVIRONMENTS})\}}(?:\s*\{{\d+\}})?(?P<a>.*?)\\end\s*\{{(?P=env)\}}",
    r"\\\[(?P<b>.*?)\\\]", r"\$\$(?P<c>.*?)\$\$", r"\\\((?P<d>.*?)\\\)",
    r"(?<![\\$])\$(?P<e>[^$\n]+(?:\n[^$\n]+)*?)(?<!\\)\$(?!\$)",
    r"^(?P<fence>```+|~~~+)[ \t]*(?:math|latex|tex|text)?[ \t]*\n(?P<f>.*?)^(?P=fence)", r"`(?P<g>[^`\n]*=[^`\n]*)`",
)
_DISPLAY = re.compile("|".join(_DISPLAYS), re.DOTALL | re.MULTILINE)
_MARKED = re.compile(r"\$|\\\[|\\\(|\\begin\s*\{(?!aligned|split|gathered|[pbv]?matrix)")
_HEADING = re.compile(
    r"^(?:#{1,6}\s.*|[ \t]*-{3,}[ \t]*|[ \t]*={3,}[ \t]*|[ \t]*\*{3,}[ \t]*)$"
    r"|\\(?:part|chapter|section|subsection|subsubsection|paragraph|exercise|problem)\*?\s*\{"
    r"|\\begin\s*\{(?:example|exercise|problem|theorem|lemma|proposition|corollary|solution|question)\*?\}",
    re.MULTILINE)
_PREAMBLE = re.compile(r"\A.*?\\begin\s*\{document\}", re.DOTALL)
_NOISE = (
    r"(?<!\\)%[^\n]*",  # comments
    r"\\(?:label|tag|eqref|ref|cite|footnote|vspace|hspace|phantom|notag|nonumber|hfill|allowbreak|displaybreak)\*?"
    r"(?:\[[^\]]*\])?(?:\s*\{[^{}]*\})?",
    rf"\\(?:begin|end)\s*\{{{_INNER}\*?\}}(?:\[[a-z]\])?(?:\s*\{{[lcr\d@{{}}|]*\}})?",
    r"\\(?:displaystyle|textstyle|hskip|mskip|enspace)(?![A-Za-z])", r"(?<!\\)\\[;:!,> ]",
    r"(?<!\\)&", r"\\(?:underbrace|overbrace|boxed|fbox|cancel|color\s*\{[a-z]+\})(?=\s*\{)", r"~",
    r"\\textcolor\{[a-z]+\}",
)
_NOISES = re.compile("|".join(_NOISE))
_ENUMERATED = re.compile(r"^[ \t]*(?:(?:[-*•>]|\(?\d{1,2}[.)])[ \t]+)(?=.*[=∈:])", re.MULTILINE)


class Display(NamedTuple):
    """A stretch of mathematics; where `by_lines` a new line is a new row, else only \\\\ is. `is_inline`: within a
    sentence."""

    span: Span
    by_lines: bool
    is_inline: bool = False


class Document(NamedTuple):
    """The text, the same with spaces for what belongs to the page, its displays, and where chapters begin."""

    source: str
    masked: str
    displays: tuple[Display, ...]
    chapters: tuple[int, ...]
    newlines: tuple[int, ...]

    def chapter(self, at: int) -> int:
        """The number of the chapter in which a place stands."""
        return bisect_right(self.chapters, at)

    def part(self, number: int) -> str:
        """The text of a chapter."""
        edges = [0, *self.chapters, len(self.source)]
        return self.source[edges[number]:edges[number + 1]]

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a place, both counted from 1."""
        before = bisect_right(self.newlines, at)
        return before + 1, at - (self.newlines[before - 1] if before else 0) + 1


def document(source: str) -> Document:
    """Take a text apart."""
    newlines = tuple(m.end() for m in re.finditer("\n", source))
    chapters = tuple(m.start() for m in _HEADING.finditer(source))
    is_marked = _MARKED.search(source) is not None
    displays = tuple(_marked(source) if is_marked else _plain(source))
    return Document(source, _masked(source, is_marked), displays, chapters, newlines)


def _marked(source: str) -> Iterator[Display]:
    """The displays and the formulas within sentences."""
    preamble = _PREAMBLE.match(source)
    commented = [(m.start(), m.end()) for m in re.finditer(r"(?<!\\)%[^\n]*", source)] if "\\begin" in source else []
    for found in _DISPLAY.finditer(source, preamble.end() if preamble else 0):
        if any(start <= found.start() < end for start, end in commented):
            continue
        group = next(name for name in "abcdefg" if found[name] is not None)
        start, end = found.span(group)
        yield Display(Span(start, end), group == "f", group in "deg")


def _plain(source: str) -> Iterator[Display]:
    """The paragraphs: without delimiters every line may be a formula."""
    headings = [(m.start(), source.find("\n", m.start())) for m in _HEADING.finditer(source)]
    for found in re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+", source):
        start = found.start()
        for begins, ends in headings:
            if start <= begins < found.end():
                yield Display(Span(start, begins), True)
                start = ends if ends >= 0 else found.end()
        yield Display(Span(start, found.end()), True)


def _masked(source: str, is_marked: bool) -> str:
    """The source with spaces for what belongs to the page."""
    text = re.sub(r"\\q?quad(?![A-Za-z])", lambda m: GAP + " " * (len(m[0]) - 1), source)
    text = _NOISES.sub(lambda m: "".join(c if c == "\n" else " " for c in m[0]), text)
    text = re.sub(r"Σ(?=\s*(?:[ᵢⱼ]|_\s*(?:[ij](?![\w,])|\{\s*[a-z]\s*(?:[=,∈]|\\in))))", "∑", text)
    for letter in {found[1] for found in re.finditer(r"Σ_([a-z])(?![\w,])", text)}:
        if not re.search(rf"[dt|∂]\s*Σ_{letter}\b|Σ_{letter}\s*(?:['^⁻ᵀ)\]|}},;=+\-−\n]|$)", text):  # no matrix Σ_k
            text = re.sub(rf"Σ(?=_{letter}(?![\w,]))", "∑", text)
    if not is_marked:
        text = _ENUMERATED.sub(lambda m: " " * len(m[0]), text)
        text = re.sub(r"[ \t]+#[^\n]*", lambda m: " " * len(m[0]), text)
    return text
