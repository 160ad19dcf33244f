"""The whole document, line by line: what each line does, define, declare or claim, and whether the claim holds.

A link is judged against the member before it, so that the first wrong one is named and those behind it are judged for
themselves. What a wrong line says of f, df or ∇f is kept beside the truth: a later line that is right only with it
follows, from a line that does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matcalc.core.expr import Expr
from matcalc.diagnostics import Span
from matcalc.judging.evidence import Diagnosis
from matcalc.language import name_of
from matcalc.language.declarations import parse_declarations, split_declarations
from matcalc.mime import Shown
from matcalc.numeric.sizes import Sizes
from matcalc.proofreading.chains import chains
from matcalc.proofreading.chapter import Chapter, Finding, Verdict
from matcalc.proofreading.document import Document, document
from matcalc.proofreading.lexicon import Lexicon, is_prose
from matcalc.proofreading.properties import said_of
from matcalc.rulebook.book import Rulebook


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a derivation: its place, its text, the verdict and why.

    `line` and `column` count from 1, `start` and `end` are characters of the document, and so is `place`, the term
    that the reason is about, or what could not be read. `right` is what would be right, in ASCII; `points` at how many
    points the values were compared where algebra did not decide; `since` the number of a wrong line without which it
    would not follow. `goes_on` tells that it goes on with the chain of the line before.
    """

    line: int
    column: int
    start: int
    end: int
    text: str
    verdict: Verdict
    reason: str = ""
    right: str = ""
    points: int = 0
    place: Span | None = None
    since: int | None = None
    goes_on: bool = False
    code: str = ""
    cause: Diagnosis | None = None
    formula: Expr | None = None


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
        chapter = Chapter(Lexicon(book, dict(said), dialect), own, doc.part(number), seed, sizes)
        lines += sorted((_line(doc, f) for f in chapter.findings(doc.place)), key=lambda line: line.start)
        known |= chapter.lexicon.known
    return Proofreading(text, tuple(lines), known)


def _line(doc: Document, f: Finding) -> Line:
    start, end = f.span
    typed = " ".join(doc.masked[start:end].replace("\\\\", " ").split())
    return Line(*doc.place(start), start, end, typed, f.verdict, f.reason, f.right, f.points, f.place, f.since,
                f.goes_on, f.code, f.cause, f.formula)
