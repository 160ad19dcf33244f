"""The whole document, line by line: what each line does, define, declare or claim, and whether the claim holds.

A link is judged against the member before it, so that the first wrong one is named and those behind it are judged for
themselves. What a wrong line says of f, df or ∇f is kept beside the truth: a later line that is right only with it
follows, from a line that does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from matcalc.language import name_of
from matcalc.language.declarations import parse_declarations, split_declarations
from matcalc.mime import Shown
from matcalc.numeric.sizes import Sizes
from matcalc.proofreading.chains import Statement, chains
from matcalc.proofreading.chapter import Chapter
from matcalc.proofreading.document import Document, document
from matcalc.proofreading.finding import Finding
from matcalc.proofreading.lexicon import SIGMOIDS, Lexicon, is_prose
from matcalc.proofreading.properties import said_of
from matcalc.rulebook.book import Rulebook

_SIGMA = re.compile(r"σ|\\sigma(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class Line(Finding):
    """One line of a derivation: what was found, the text, and its place, which counts from 1."""

    text: str = ""
    line: int = 1
    column: int = 1

    @property
    def start(self) -> int:
        """The first of its characters in the document."""
        return self.span.start

    @property
    def end(self) -> int:
        """The character behind it."""
        return self.span.end


@dataclass(frozen=True, slots=True)
class Proofreading(Shown):
    """All lines of a document, and the declarations of its variables, those of all chapters together."""

    source: str
    lines: tuple[Line, ...]
    variables: Mapping[str, str]

    @property
    def ok(self) -> bool | None:
        """False where a line does not follow, None where none was judged or some could not be read, else True."""
        verdicts = {line.verdict for line in self.lines}
        if "does not follow" in verdicts:
            return False
        return True if verdicts & {"follows", "not refuted"} and "not read" not in verdicts else None

    @property
    def first_wrong(self) -> Line | None:
        """The first line that does not follow."""
        return next((line for line in self.lines if line.verdict == "does not follow"), None)

    @property
    def judged(self) -> int:
        """How many lines were judged."""
        return sum(line.verdict in ("follows", "not refuted", "does not follow") for line in self.lines)

    def __repr__(self) -> str:
        wrong = self.first_wrong
        said = {True: "stands", False: "does not stand", None: "undecided"}[self.ok]
        return f"<{said}: {self.judged} lines judged{f', line {wrong.line}: {wrong.reason}' if wrong else ''}>"


def proofread(text: str, declared: Mapping[str, str], book: Rulebook, *, dialect: str = "", seed: int = 0,
              sizes: Sizes | None = None) -> Proofreading:
    """Judge every line of a document; `declared` are kinds by name, as `--var` takes them."""
    said = {name_of(name): kind for key, text_ in declared.items()
            for name, kind in split_declarations(f"{key}: {text_}")}
    parse_declarations(said)  # refuses what declares nothing
    doc = document(text)
    statements = chains(doc, is_prose(book), lambda s: bool(said_of(s)))
    lines: list[Line] = []
    known: dict[str, str] = {}
    for number in dict.fromkeys(s.chapter for s in statements):
        own = [s for s in statements if s.chapter == number]
        found, lexicon = _found(Lexicon(book, dict(said), dialect), own, doc, seed, sizes)
        is_defined = not lexicon.heads.isdisjoint(SIGMOIDS)
        if (lexicon.has_sigma or is_defined) and (before := _open(found)):
            other, second = _found(Lexicon(book, dict(said), dialect, sigmoids=True), own, doc, seed, sizes)
            if _open(other) < before + (not is_defined and not lexicon.has_slope):
                found, lexicon = other if is_defined else _told(doc, other), second
        lines += sorted((_line(doc, f) for f in found), key=lambda line: line.start)
        known |= lexicon.known
    return Proofreading(text, tuple(lines), known)


def _found(lexicon: Lexicon, own: Sequence[Statement], doc: Document, seed: int,
           sizes: Sizes | None) -> tuple[list[Finding], Lexicon]:
    """The verdicts on the statements of one chapter, and its names."""
    chapter = Chapter(lexicon, own, doc.part(own[0].chapter), seed, sizes)
    return list(chapter.findings(doc.place)), chapter.lexicon


def _open(found: Sequence[Finding]) -> int:
    """How many lines do not follow or were not read."""
    return sum(f.verdict in ("does not follow", "not read") for f in found)


def _told(doc: Document, found: Sequence[Finding]) -> list[Finding]:
    """The same where the first line with σ says that it is the sigmoid."""
    at = next((i for i, f in enumerate(found)
               if f.verdict != "not read" and _SIGMA.search(doc.masked[f.span.start:f.span.end])), -1)
    return [replace(f, reason=f"{f.reason}; σ is the sigmoid".removeprefix("; ")) if i == at else f
            for i, f in enumerate(found)]


def _line(doc: Document, f: Finding) -> Line:
    start, end = f.span
    typed = " ".join(doc.masked[start:end].replace("\\\\", " ").split())
    line, column = doc.place(start)
    found = {field.name: getattr(f, field.name) for field in fields(f)}
    return Line(**found, text=typed, line=line, column=column)
