"""A judged derivation: the verdict, then every line with its mark in the margin, and below a wrong one what is wrong.

In LaTeX it is a page of its own, the lines as they were typed and a note beside each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from matcalc.cli.screen.diagnose import excerpt
from matcalc.cli.screen.terminal import INDENT, Terminal, cells, harmless, paragraph
from matcalc.diagnostics import Diagnostic, Span
from matcalc.extensions import ASCII, LATEX
from matcalc.printers import text
from matcalc.records import NamedTuple

if TYPE_CHECKING:
    from matcalc.proofreading import Line, Proofreading

_MARKS = {"given": ("·", "dim"), "follows": ("✓", "good"), "not refuted": ("✓", "good"),
          "does not follow": ("✗", "error"), "not read": ("?", "warning")}
_COLUMN, _GAP = 56, 2
_SIGNS = {"follows": r"$\checkmark$", "not refuted": r"$\checkmark$", "does not follow": r"$\times$", "not read": "?",
          "given": r"$\cdot$"}
_ESCAPED = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "^": r"\^{}", "&": r"\&", "%": r"\%",
            "$": r"\$", "#": r"\#", "~": r"\~{}"}


class Page(NamedTuple):
    """What was found in the document of a name; `is_quiet` leaves out all but what is wrong or unread."""

    found: Proofreading
    file: str
    is_quiet: bool = False

    def lines(self, terminal: Terminal) -> list[str]:
        """For a person."""
        mark, style = {True: ("✓", "good"), False: ("✗", "error"), None: ("?", "warning")}[self.found.ok]
        rows = [INDENT + terminal.paint(f"{mark} {row}" if i == 0 else f"  {row}", style)
                for i, row in enumerate(_filled(self._verdict(), terminal.width - 4))]
        width = len(str(max(line.line for line in self.found.lines)))
        before = 0
        body = []
        for line in self.found.lines:
            number = str(line.line) if line.line != before else ""
            before = line.line
            body += list(_row(line, self.found.source, number.rjust(width), terminal))
        return [*rows, "", *body]

    def _verdict(self) -> str:
        """How many lines stand, or which is the first that does not."""
        found, wrong = self.found, self.found.first_wrong
        if wrong is not None:
            return f"line {wrong.line} does not follow"
        unread = [line for line in found.lines if line.verdict == "not read"]
        open_ = sum(line.verdict == "not refuted" for line in found.lines)
        said = _counted(found.judged, "line follows", "lines follow") if found.judged else "no line was judged"
        said += f", {open_} of them not refuted at points, not proved" if open_ else ""
        return said + (f"; line {unread[0].line} was not read" if unread else "")

    def form(self, dialect: str) -> str:
        """For a program: one row for a line, place, verdict and reason, as compilers print them; or a page in LaTeX."""
        if dialect == LATEX:
            return "\n".join(_latex(self.found))
        lines = [line for line in self.found.lines
                 if not self.is_quiet or line.verdict in ("does not follow", "not read")]
        return "\n".join(_concise(line, dialect) for line in lines)


def _counted(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _filled(said: str, width: int) -> list[str]:
    return [row.strip() for row in paragraph(said, width, "")]


def said_of(line: Line, dialect: str = ASCII) -> str:
    """The reason, with its formulas in a dialect."""
    reason = line.cause.said(dialect) if line.cause is not None else line.reason
    if line.verdict == "not refuted":
        return f"not refuted at {line.points} points" + (f", {reason}" if reason else "")
    if line.since is not None:
        return f"follows, but from line {line.since}"
    return {"given": reason, "follows": f"follows: {reason}" if reason else "follows"}.get(
        line.verdict, f"{line.verdict}: {reason}")


def _concise(line: Line, dialect: str) -> str:
    right = f"; right: {line.right}" if line.right else ""
    return harmless(f"{line.line}:{line.column}: {said_of(line, dialect)}{right}")


def _row(line: Line, source: str, number: str, terminal: Terminal) -> Iterator[str]:
    """One line with its mark, and what is to be said of it."""
    mark, style = _MARKS[line.verdict]
    head = f"{INDENT}{number} {terminal.paint(mark, style)} "
    indent = " " * (len(INDENT) + len(number) + 3)
    lead = "  = " if line.goes_on else ""
    if line.verdict in ("does not follow", "not read"):
        yield from _pointed(line, source, head, indent, lead, terminal)
        return
    shown = _cut(harmless(lead + line.text), terminal.width - len(indent))
    said = said_of(line, terminal.dialect)
    used = cells(shown) + len(indent)
    start = max(min(_COLUMN, terminal.width - cells(said)), used + _GAP)
    if start + cells(said) <= terminal.width:
        yield head + shown + " " * (start - used) + terminal.paint(said, "dim")
        return
    yield head + shown
    yield from paragraph(said, terminal.width, indent + "  ")


def _pointed(line: Line, source: str, head: str, indent: str, lead: str, terminal: Terminal) -> Iterator[str]:
    """A line that is wrong or unread: the place underlined, the reason, and what would be right."""
    row = _row_of(line, source)
    room = terminal.width - len(indent) - len(lead)
    if row.start > line.start:
        yield head + lead + terminal.plain(_cut(harmless(line.text), room))
        number = str(line.line + source.count("\n", line.start, row.start))
        head, lead = f"{INDENT}{number.rjust(len(indent) - len(INDENT) - 3)}   ", " " * len(lead)
    for i, part in enumerate(excerpt(_place_in(line, row, source), room)):
        yield (head + lead if i == 0 else indent + " " * len(lead)) + terminal.plain(part)
    yield from (terminal.paint(part, "strong")
                for part in paragraph(said_of(line, terminal.dialect), terminal.width, indent + "  "))
    if line.verdict == "does not follow" and line.formula is not None:
        yield from paragraph(f"right: {text(line.formula, terminal.dialect)}", terminal.width, indent + "  ")


def _row_of(line: Line, source: str) -> Span:
    """The row of the document in which the place stands, as far as it belongs to the line."""
    at = line.place.start if line.place else line.start
    start = max(source.rfind("\n", 0, at) + 1, line.start)
    end = source.find("\n", at)
    start += len(re.match(r"(?:\s|&|\\q?quad(?![a-z]))*", source[start:at])[0])  # type: ignore[index]
    return Span(start, min(end if end >= 0 else len(source), line.end))


def _place_in(line: Line, row: Span, source: str) -> Diagnostic:
    """The row, with its place underlined."""
    if line.place is None:
        return Diagnostic("", "", source[row.start:row.end])
    span = Span(line.place.start - row.start, min(line.place.end, row.end) - row.start)
    return Diagnostic("", "", source[row.start:row.end], span)


def _cut(shown: str, room: int) -> str:
    """As much as there is room for."""
    if cells(shown) <= room:
        return shown
    while cells(shown) > room - 1:
        shown = shown[:-1]
    return shown + "…"


def _latex(found: Proofreading) -> Iterator[str]:
    """Every line as it was typed, with a note in the margin."""
    yield r"% needs amsmath, amssymb; \marginparwidth of 4 cm or more"
    for line in found.lines:
        note = _note(line)
        lead = "{} = " if line.goes_on else ""
        yield rf"\noindent\marginpar{{\raggedright\footnotesize {note}}}$\displaystyle {lead}{typeset(line.text)}$\par"


def _note(line: Line) -> str:
    reason = said_of(line)
    if line.cause is not None and line.cause.formulas:
        parts = re.split(r"(?<!\{)\{\}(?!\})", line.cause.text)
        plain = [escaped(part.replace("{{", "{").replace("}}", "}")) for part in parts]
        formulas = [f"${text(e, LATEX)}$" for e in line.cause.formulas]
        both = [x for pair in zip(plain, [*formulas, ""], strict=False) for x in pair]
        reason = f"{line.verdict}: " + "".join([*both, *plain[len(formulas) + 1:]])
    else:
        reason = escaped(reason)
    right = f"; right: ${text(line.formula, LATEX)}$" if line.right and line.formula is not None else ""
    return f"{_SIGNS[line.verdict]} {line.line}: {reason}{right}"


def escaped(said: str) -> str:
    """Plain text as LaTeX sets it; signs that its fonts lack as formulas."""
    return "".join(_ESCAPED.get(c) or (c if c.isascii() else f"${typeset(c)}$") for c in said)


def typeset(typed: str) -> str:
    """A formula as typed, its Unicode as LaTeX."""
    from matcalc.language.characters import GREEK, SUBSCRIPTS, SUPERSCRIPTS

    if "\\" in typed:
        return typed.replace("&", "")
    typed = typed.replace("'", r"^{\top}")
    for glyphs, sign in ((SUPERSCRIPTS | {"ᵀ": r"\top ", "⊤": r"\top "}, "^"), (SUBSCRIPTS, "_")):
        run = re.compile(f"[{re.escape(''.join(glyphs))}]+")
        typed = run.sub(lambda m, g=glyphs, s=sign: f"{s}{{{''.join(g[c] for c in m[0])}}}", typed)  # type: ignore[misc]
    typed = "".join(_GLYPHS.get(c) or (f"\\{GREEK[c]} " if c in GREEK else c) for c in typed)
    return re.sub(r"(?<![\\A-Za-z])(tr|[a-z]{3,}\d?)(?![A-Za-z])", r"\\operatorname{\1}", typed)


_GLYPHS = {"−": "-", "‖": r"\|", "∇": r"\nabla ", "∂": r"\partial ", "∘": r"\circ ", "⊙": r"\odot ", "⊗": r"\otimes ",
           "·": r"\cdot ", "×": r"\times ", "½": r"\tfrac12 ", "𝟏": r"\mathbf{1}", "𝟙": r"\mathbf{1}", "⟨": r"\langle ",
           "⟩": r"\rangle ", "∑": r"\sum ", "√": r"\surd ", "∈": r"\in ", "ℝ": r"\mathbb{R}", "≻": r"\succ ",
           "⪰": r"\succeq ", "ℓ": r"\ell ", "ℒ": r"\mathcal{L}", "′": "'", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ",
           "✓": r"\checkmark ", "✗": r"\times ", "’": r"^{\top}", "*": " ", "≈": r"\approx ", "…": r"\dots ",
           "\u2003": r"\quad ", "→": r"\to ", "⇒": r"\Rightarrow ", "“": "``", "”": "''", "—": "-", "#": r"\#",
           "%": r"\%"}


def payload(found: Proofreading, file: str) -> dict[str, Any]:
    """The keys of the JSON object."""
    lines = [{"line": x.line, "column": x.column, "span": [x.start, x.end], "text": x.text, "verdict": x.verdict,
              "reason": x.reason, "right": x.right, "points": x.points, "since": x.since, "goes_on": x.goes_on,
              "place": list(x.place) if x.place else None, "cause": x.cause.kind if x.cause else None}
             for x in found.lines]
    wrong = found.first_wrong
    return {"check": {"file": file, "judged": found.judged, "first_wrong": wrong.line if wrong else None,
                      "variables": dict(found.variables), "lines": lines}}
