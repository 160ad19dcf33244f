"""Lines for a terminal: a left side, remarks in a column beside it, breaks only before a top-level + or −."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.cli.terminal import Terminal, cells

COLUMN = 51
INDENT = "  "
GAP = 3


def wrapped(head: str, pieces: Sequence[str], width: int) -> list[str]:
    """`head` and the pieces, broken between pieces where the line is full; continuation lines are indented."""
    rows = [INDENT + head + pieces[0]]
    margin = " " * (len(INDENT) + cells(head))
    for piece in pieces[1:]:
        if cells(rows[-1]) + 1 + cells(piece) <= width:
            rows[-1] += " " + piece
        else:
            rows.append(margin + piece)
    return rows


def shortened(rows: list[str], most: int) -> list[str]:
    """The first rows, with a mark where others are left out."""
    return rows if len(rows) <= most else [*rows[:most - 1], rows[most - 1] + " …"]


def beside(blocks: Sequence[tuple[list[str], list[str]]], width: int) -> list[list[str]]:
    """Each block of (lines, remarks) with its remarks in one common column, or below where there is no room."""
    longest = max((cells(", ".join(remarks)) for _, remarks in blocks), default=0)
    column = min(COLUMN, width - longest)
    return [_beside(rows, remarks, column, width) for rows, remarks in blocks]


def _beside(rows: list[str], remarks: list[str], column: int, width: int) -> list[str]:
    if not remarks:
        return rows
    text = ", ".join(remarks)
    used = cells(rows[0])
    start = max(column, used + GAP)
    if start + cells(text) <= width:
        return [rows[0] + " " * (start - used) + text, *rows[1:]]
    return [*rows, *_filled([f"{remark}," for remark in remarks[:-1]] + remarks[-1:], width)]


def _filled(words: Sequence[str], width: int) -> list[str]:
    rows = [INDENT * 3 + words[0]]
    for item in words[1:]:
        if cells(rows[-1]) + 1 + cells(item) <= width:
            rows[-1] += " " + item
        else:
            rows.append(INDENT * 3 + item)
    return rows


def table(rows: Sequence[Sequence[str]], gap: int = 2) -> list[str]:
    """Left-aligned columns; the last one is not padded."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    padded = [[item + " " * (w - cells(item)) for item, w in zip(row, widths, strict=True)] for row in rows]
    return [(INDENT + (" " * gap).join(row)).rstrip() for row in padded]


def paragraph(text: str, width: int, indent: str = INDENT) -> list[str]:
    """Words filled into lines."""
    rows: list[str] = []
    for item in text.split():
        if rows and cells(rows[-1]) + 1 + cells(item) <= width:
            rows[-1] += " " + item
        else:
            rows.append(indent + item)
    return rows


def filled(text: str, width: int) -> list[str]:
    """Words in lines of at most `width` columns; a word that is longer has a line of its own."""
    return paragraph(text, width, "") or [""]


def hanging(head: str, text: str, terminal: Terminal, indent: str = "") -> list[str]:
    """`note: ` and its words, filled into lines; further lines begin below the first word."""
    margin = indent + " " * len(head)
    first, *more = filled(text, terminal.width - len(margin))
    word = head.rstrip(": ")
    return [indent + terminal.paint(word, "note") + head[len(word):] + first, *(margin + row for row in more)]
