"""Chains of equations in the displays of a document: f = … = …, ⇒ …, where p = …, x ∈ ℝⁿ.

A row that begins with a relation goes on with the chain above it, one that begins with + or − with the formula. Every
member keeps its place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from matcalc.diagnostics import Span
from matcalc.proofreading.document import GAP, Display, Document
from matcalc.records import NamedTuple

EQUALS = "="
DEFINES = ":="
_STACKED = re.compile(r"\\(?:stackrel|overset|underset)\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\s*"
                      r"(?=\{\s*(?:=|\\equiv)\s*\})")
_BREAK = re.compile(r"\\\\(?:\s*\[\s*-?[\d.]+\s*[a-z]+\s*\])?")
_NESTED = re.compile(r"\\(begin|end)\s*\{(?:[pbvBV]?matrix|smallmatrix|cases|array)\*?\}")
_ARROW = (r"\\(?:Rightarrow|implies|Longrightarrow|iff|Leftrightarrow|Longleftrightarrow|therefore|leadsto)(?![A-Za-z])"
          r"|⇒|⟹|⇔|⟺|∴|=>|⟶")
_TEXT = (r"\\(?:text|textrm|textit|textbf|mbox|intertext|shortintertext|mathrm|operatorname\*?|rm)"
         r"\s*\{(?P<said>[^{}]*)\}")
_WORDS = (r"(?<![\w\\])(?P<word>where|with|and|such\s+that|subject\s+to|s\.t\.|if|so\s+that|so|hence|thus|then|"
          r"therefore|for|since|because|as|let|implies|gives|yields)(?![\w(])")
_CUT = re.compile(rf"(?P<arrow>{_ARROW})|{_TEXT}(?!\s*(?:\\left\s*)?[(\[|_^])|{_WORDS}|(?P<sign>[;,{GAP}])"
                  r"|(?P<stop>\.(?=\s|$|\$))", re.IGNORECASE)
_RELATION = re.compile(
    r"(?P<is>:=|≔|\\coloneqq|\\triangleq|≜|\\doteq)|(?P<eq>==?|\\equiv(?![A-Za-z])|≡)"
    r"|(?P<other>≈|≃|≅|∝|∼|≤|≥|≠|<|>|→|↦|≪|≫|\\(?:approx|simeq|cong|propto|sim|leq?|geq?|neq?|ll|gg|to|mapsto|"
    r"rightarrow|lesssim|gtrsim)(?![A-Za-z]))"
    r"|(?P<in>∈|\\in(?![A-Za-z])|≻|⪰|≽|\\succ(?:eq|curlyeq)?(?![A-Za-z])|:(?=\s*(?:sym|spd|psd|matrix|vector|scalar|skew|"
    r"diag|orthogonal|lower|upper|invertible|positive)\b))")
_CARRIED = re.compile(r"\s*(?:[-+−·×∘⊙⊗]|\\(?:cdot|times|odot|circ|otimes|pm)(?![A-Za-z]))")
_OPEN = re.compile(r"(?:[-+−·×∘⊙⊗=]|\\(?:cdot|times|odot|circ|otimes)|[(\[{])\s*$")
_CONDITIONS = {"if", "subject to", "such that", "s.t.", "let", "since", "because", "for", "as"}
_REMARK = re.compile(r"[(\[]\s*(?:\d+|[a-z]|[ivx]+|\*+|†|[A-Za-z]{2,}(?:[\s,'’-]+[A-Za-z]{2,})*)\s*[)\]]\s*$")


class Member(NamedTuple):
    """One side of a chain, and the relation that stands before it; the first has none."""

    relation: str
    span: Span
    text: str


class Statement(NamedTuple):
    """A chain of members. `opening` is the word or arrow before it; `chapter` the number of its chapter."""

    members: tuple[Member, ...]
    opening: str
    chapter: int

    @property
    def span(self) -> Span:
        """From the first member to the last."""
        return self.members[0].span.to(self.members[-1].span)

    @property
    def is_condition(self) -> bool:
        """Whether what it says is assumed: subject to …, if …"""
        return self.opening in _CONDITIONS


class _Piece(NamedTuple):
    opening: str
    span: Span


def chains(doc: Document, is_word: Callable[[str], bool], is_aside: Callable[[Statement], bool]) -> list[Statement]:
    """All statements of a document in their order; `is_word` tells words of prose from functions, and `is_aside` what
    only declares, with which no chain goes on."""
    found: list[Statement] = []
    text = _STACKED.sub(lambda m: " " * len(m[0]), doc.masked)
    for display in doc.displays:
        rows, text = _rows(text, display)
        for row in rows:
            for piece in _pieces(text, row, is_word):
                _add(found, text, piece, doc, is_aside)
    return found


def _rows(text: str, display: Display) -> tuple[list[Span], str]:
    """The rows of a display, and the text without the breaks between them."""
    start, end = display.span
    depth, cuts = 0, [start]
    signs = re.compile(rf"(?P<nested>{_NESTED.pattern})|(?P<break>{_BREAK.pattern})|(?P<line>\n)")
    blank = list(text)
    for m in signs.finditer(text, start, end):
        if m["nested"]:
            depth += 1 if m[2] == "begin" else -1
        elif depth == 0 and (m["break"] or (m["line"] and display.by_lines)):
            cuts.append(m.end())
            blank[m.start():m.end()] = " " * len(m[0])
        elif m["line"]:
            blank[m.start()] = " "
    spans = [Span(a, b) for a, b in zip(cuts, [*cuts[1:], end], strict=True) if text[a:b].strip()]
    return spans, "".join(blank)


def _pieces(text: str, row: Span, is_word: Callable[[str], bool]) -> Iterator[_Piece]:
    """The parts of a row between arrows, connecting words and commas, those that belong together as one."""
    opening, at = "", row.start
    held: _Piece | None = None
    for m in [*_cuts(text, row, is_word), None]:
        end = m.start() if m else row.end
        span = _trimmed(text, Span(at, end), is_word)
        if text[span.start:span.end].strip():
            piece = _Piece(opening, span)
            is_bare = not _relations(text, span) and m is not None
            if held and not _relations(text, held.span) and (is_bare or _declares(text, span)):
                held = _Piece(held.opening, held.span.to(span))
            else:
                if held:
                    yield held
                held = piece
        if m:
            opening, at = _opening(m), m.end()
    if held:
        yield held


def _cuts(text: str, row: Span, is_word: Callable[[str], bool]) -> Iterator[re.Match[str]]:
    """Where one piece ends and another begins: outside all brackets."""
    depth, at = 0, row.start
    for m in _CUT.finditer(text, row.start, row.end):
        depth += _opened(text[at:m.start()])
        at = m.start()
        if m["said"] is not None and not m["said"].strip(" :.,"):
            continue
        if m["said"] is not None and not _is_said(m["said"], is_word):
            continue
        if depth <= 0:
            yield m


def _is_said(text: str, is_word: Callable[[str], bool]) -> bool:
    """Whether words are set upright, and no function."""
    return re.search(_WORDS, text) is not None or any(map(is_word, re.findall(r"[A-Za-z]+", text)))


def _opened(text: str) -> int:
    """How many brackets a text opens and does not close."""
    angles = text.count("\\langle") - text.count("\\rangle") if "angle" in text else 0
    return sum((c in "([{⟨") - (c in ")]}⟩") for c in text) + angles


def _opening(m: re.Match[str]) -> str:
    """The word or arrow that opens the next piece."""
    if m["arrow"]:
        return "⇒"
    said = m["said"] if m["said"] is not None else m["word"] or m["sign"] or m["stop"] or ""
    words = " ".join(said.lower().split()).strip(" ,:;.()")
    return next((word for word in sorted(_CONDITIONS) if re.search(rf"\b{re.escape(word)}(?!\w)", words)), words)


def _trimmed(text: str, span: Span, is_word: Callable[[str], bool]) -> Span:
    """Without prose in front and behind."""
    start, end = span
    while m := re.compile(r"\s*([A-Za-z][a-z]+|a|I)[:,]?(?=\s)").match(text, start, end):
        if not is_word(m[1]):
            break
        start = m.end()
    for m in re.compile(r"(?<=[\s)])([A-Za-z]{2,})(?=[\s,.;:]|$)").finditer(text, start, end):
        if is_word(m[1]) and _opened(text[start:m.start()]) == 0:
            end = m.start()
            break
    body = text[start:end].rstrip(" .,;:" + GAP)
    while (m := _REMARK.search(body)) and (is_word(re.sub(r"\W.*", "", m[0].strip("([{ "))) or body[m.start()] == "["
                                           or text[m.start() + start - 2:m.start() + start] == "  "):
        body = body[:m.start()].rstrip()
    return Span(start + len(body) - len(body.lstrip()), start + len(body))


def _relations(text: str, span: Span) -> list[re.Match[str]]:
    """The relations outside brackets."""
    found, depth, at = [], 0, span.start
    for m in _RELATION.finditer(text, span.start, span.end):
        between = text[at:m.start()]
        depth += _opened(between)
        at = m.start()
        wrapped = text[m.start() - 1:m.start()] == "{" and text[m.end():].lstrip()[:1] == "}"
        if depth <= (1 if wrapped else 0):
            found.append(m)
    return found


def _declares(text: str, span: Span) -> bool:
    return any(m["in"] for m in _relations(text, span))


def _add(found: list[Statement], text: str, piece: _Piece, doc: Document,
         is_aside: Callable[[Statement], bool]) -> None:
    """Put a piece among the statements: as a new chain, or behind the one above."""
    chapter = doc.chapter(piece.span.start)
    members = list(_members(text, piece.span))
    at = next((i for i in reversed(range(len(found))) if not is_aside(found[i])), -1)
    before = found[at] if at >= 0 and found[at].chapter == chapter else None
    goes_on = not members[0].text.strip() or (len(members) == 1 and not members[0].relation)
    if before is None or not goes_on:
        if len(members) > 1 and members[0].text.strip():
            found.append(Statement(tuple(members), piece.opening, chapter))
    elif not members[0].text.strip():
        found[at] = before._replace(members=(*before.members, *members[1:]))
    elif _continues(text, before.members[-1], members[0]):
        last = before.members[-1]
        whole = last.span.to(members[0].span)
        longer = Member(last.relation, whole, text[whole.start:whole.end])
        found[at] = before._replace(members=(*before.members[:-1], longer))


def _continues(text: str, last: Member, first: Member) -> bool:
    """Whether a row goes on with the formula above it: nothing stands between, and an operator joins them."""
    between = text[last.span.end:first.span.start]
    is_joined = _CARRIED.match(first.text) or _OPEN.search(last.text)
    return is_joined is not None and not re.search(r"[^\s$&]", between)


def _members(text: str, span: Span) -> Iterator[Member]:
    """The sides between the relations; the relation that has braces around it takes them along."""
    at, relation = span.start, ""
    for m in _relations(text, span):
        left, right = m.span()
        if text[left - 1:left] == "{" and text[right:].lstrip()[:1] == "}":
            left, right = left - 1, text.index("}", right) + 1
        yield _member(text, relation, at, left)
        relation = DEFINES if m["is"] else EQUALS if m["eq"] else m[0]
        at = right
    yield _member(text, relation, at, span.end)


def _member(text: str, relation: str, start: int, end: int) -> Member:
    body = text[start:end]
    start += len(body) - len(body.lstrip())
    return Member(relation, Span(start, max(start, start + len(body.strip()))), body.strip())
