"""Fixes: the words closest to a mistyped one, and the whole text with one part of it replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable

from matcalc.diagnostics import Span


def replace(source: str, span: Span, text: str) -> str:
    """`source` with the characters of `span` replaced by `text`; a LaTeX command before it stays a word."""
    before = source[:span.start]
    space = " " if text[:1].isalpha() and re.search(r"[A-Za-z]$", before) else ""
    return before + space + text + source[span.end:]


def with_declarations(source: str, declarations: str) -> str:
    """`source` with declarations added behind `where`."""
    return source.rstrip() + (", " if " where " in source else " where ") + declarations


def distance(a: str, b: str) -> int:
    """Edit distance: insertions, deletions, substitutions and swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row, older = row, [i], before
        for j, y in enumerate(b, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        before = last
    return row[-1]


def closest(word: str, words: Iterable[str], count: int = 2) -> list[str]:
    """At most `count` of `words` that may have been meant by `word`, best first."""
    limit = 1 if len(word) < 5 else 2
    near = [w for w in words if abs(len(w) - len(word)) <= limit and len(w) > 1]
    scored = sorted((distance(word.lower(), w.lower()), w) for w in set(near))
    return [w for score, w in scored if score <= limit][:count]
