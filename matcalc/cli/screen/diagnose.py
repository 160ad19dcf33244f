"""A diagnostic on a terminal: the message, the text with its parts underlined and labelled, and fixes that work."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.cli.screen.terminal import Terminal, cells, harmless
from matcalc.diagnostics import Diagnostic, Label, Span

LONGEST = 600  # characters of a message
Mark = tuple[int, int, str]  # first column, width, text


def rendered(diagnostic: Diagnostic, terminal: Terminal) -> list[str]:
    """The lines of one diagnostic."""
    title = terminal.paint(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
    message = diagnostic.message if len(diagnostic.message) < LONGEST else diagnostic.message[:LONGEST] + "…"
    head = f"{diagnostic.severity}[{diagnostic.code}]: "
    first, *more = _broken(harmless(message), terminal, len(head))
    lines = [f"{title}: {terminal.paint(first, 'strong')}", *(f"  {terminal.paint(row, 'strong')}" for row in more)]
    if diagnostic.file and diagnostic.file not in diagnostic.message:
        place = f"{diagnostic.file}, line {diagnostic.line}" if diagnostic.line else diagnostic.file
        place += f", column {diagnostic.column}" if diagnostic.column else ""
        lines.append(f"  ╭ {place}")
    if diagnostic.source:
        lines += [f"  │ {row}" for row in excerpt(diagnostic, terminal.width - 4)]
    lines += [f"  ├ {line}" for line in _help(diagnostic.fixes)]
    lines.append(f"  ╰ matcalc explain {diagnostic.code}")
    return [terminal.plain(line) for line in lines]


def concise(diagnostic: Diagnostic) -> str:
    """One line, as compilers print it: place, code, message; characters count from 1."""
    place = f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column or 1}: " if diagnostic.file else ""
    span = diagnostic.span
    place = place or (f"{span.start + 1}-{max(span.end, span.start + 1)}: " if span else "")
    return harmless(f"{place}{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message[:LONGEST]}")


def _broken(message: str, terminal: Terminal, used: int) -> list[str]:
    """The message in lines that fit; for a program that reads it, one line."""
    if not terminal.tty:
        return [message]
    rows = [""]
    for word in message.split(" "):
        room = terminal.width - (used if len(rows) == 1 else 2)
        if rows[-1] and cells(rows[-1]) + 1 + cells(word) > room:
            rows.append(word)
        else:
            rows[-1] += (" " if rows[-1] else "") + word
    return rows


def _help(fixes: Sequence[str]) -> list[str]:
    heads = ["help: write   ", *["or            "] * 2]
    return [f"{head}{harmless(fix)}" for head, fix in zip(heads, fixes, strict=False)]


def excerpt(diagnostic: Diagnostic, width: int) -> list[str]:
    """The text, what is underlined in it, and the labels; long texts are cut around the place."""
    text, start = _window(harmless(diagnostic.source), diagnostic.span, width)
    marks = [mark for label in _labels(diagnostic) if (mark := _mark(text, label, start)) is not None]
    if not marks:
        return [text]
    return [text, _underline(marks), *_connectors([mark for mark in marks if mark[2]])]


def _labels(diagnostic: Diagnostic) -> list[Label]:
    """The labels, and the primary span where no label says it."""
    labels = list(diagnostic.labels)
    if diagnostic.span is not None and all(label.span != diagnostic.span for label in labels):
        covered = any(diagnostic.span.start <= label.span.start <= diagnostic.span.end for label in labels)
        if not covered:
            labels.append(Label(diagnostic.span, "here" if labels else ""))
    return sorted(labels, key=lambda label: label.span.start)


def _window(text: str, span: Span | None, width: int) -> tuple[str, int]:
    """The part of `text` that fits and shows the start of `span`, and how many characters were cut in front."""
    if cells(text) <= width:
        return text, 0
    room = max(width - 3 if cells(text) == len(text) else width // 2 - 2, 8)  # wide characters take two columns
    place = span.start if span else 0
    start = 0 if place <= room - 8 else min(place - room // 3, len(text) - room)
    end = start + room
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else ""), start - bool(start)


def _mark(text: str, label: Label, cut: int) -> Mark | None:
    """Where a label's span is on the screen; None where it was cut away."""
    start, end = label.span.start - cut, min(label.span.end - cut, len(text))
    if start < 0 or start > len(text):
        return None
    first = cells(text[:start])
    return first, max(cells(text[start:end]), 1), label.text


def _underline(marks: Sequence[Mark]) -> str:
    """Long marks first, so that a part of a marked whole still shows where it begins."""
    row = [" "] * max(first + width for first, width, _ in marks)
    for first, width, text in sorted(marks, key=lambda mark: -mark[1]):
        inside = row[first] == "─"
        row[first:first + width] = ["─"] * width
        if text and (width == 1 or inside):
            row[first] = "┬"
    return "".join(row)


def _connectors(marks: Sequence[Mark]) -> list[str]:
    """One row per label, the rightmost first, all texts in one column."""
    columns = sorted({first for first, _, _ in marks}, reverse=True)
    rows = []
    for column in columns:
        bars = "".join("│" if c in columns else " " for c in range(column))
        text = "; ".join(dict.fromkeys(harmless(t) for first, _, t in marks if first == column))
        rows.append(f"{bars}╰{'─' * (columns[0] + 2 - column)} {text}")
    return rows


def as_data(diagnostic: Diagnostic) -> dict[str, object]:
    """A diagnostic as JSON has it; spans count characters of the source."""
    labels = [{"span": _span(label.span), "text": label.text} for label in diagnostic.labels]
    return {"code": diagnostic.code, "severity": diagnostic.severity, "message": diagnostic.message,
            "source": diagnostic.source, "span": _span(diagnostic.span), "labels": labels,
            "fixes": list(diagnostic.fixes), "file": diagnostic.file or None, "line": diagnostic.line or None,
            "column": diagnostic.column or None}


def _span(span: Span | None) -> list[int] | None:
    return None if span is None else [span.start, span.end]


