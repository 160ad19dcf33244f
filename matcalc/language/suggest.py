"""Words for words: those that others have for a function, those closest to a mistyped one, and fixes that put them in.

The tables of what another program, book or habit calls a function are data (names.txt). A word is compared
without regard to case and underscores: normNuc, norm_nuc.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from os import path

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


@cache
def table(name: str) -> dict[str, str]:
    """One table of the file."""
    return dict(row.split(" = ", 1) for row in _file()[name])


@cache
def _file() -> dict[str, list[str]]:
    """The rows of each table."""
    with open(path.join(path.dirname(__file__), "names.txt"), encoding="utf-8") as stream:
        rows = [row for row in stream.read().splitlines() if row.strip() and not row.lstrip().startswith("#")]
    found: dict[str, list[str]] = {}
    name = ""
    for row in rows:
        if row.startswith(" "):
            found.setdefault(name, []).append(row.strip())
        else:
            name = row
    return found


def names() -> dict[str, str]:
    """What NumPy, SciPy, JAX and PyTorch call the functions of the rules."""
    return table("same")


@cache
def definitions() -> dict[str, tuple[str, str]]:
    """Functions of others that are an expression in those of the rules: parameter and text."""
    calls = {left.rstrip(")").partition("("): text for left, text in table("defined").items()}
    return {name: (parameter, text) for (name, _, parameter), text in calls.items()}


@cache
def unknown_here() -> frozenset[str]:
    """Functions of others that no rule has and no expression stands for."""
    return frozenset(word for row in _file()["unknown"] for word in row.split())


def qualified(before: str, word: str) -> str:
    """What a library means by a name where another one means something else, torch.var; '' where nobody differs."""
    found = re.search(r"(?<![\w.])((\w+)\.(?:\w+\.)*)$", before)
    differs = table("differs")
    return (differs.get(found[1] + word) or differs.get(f"{found[2]}.{word}", "")) if found else ""


def folded(word: str) -> str:
    """`word` without underscores and capitals, for comparison."""
    return word.replace("_", "").lower()


@cache
def _peers() -> dict[str, str]:
    """What others call the functions of the rules, folded; NumPy's one-letter names are left to its dialect."""
    both = {**names(), **table("peers")}
    return {folded(word): function for word, function in both.items() if len(word) > 1}


def known_as(word: str, functions: Iterable[str], aliases: Mapping[str, str]) -> str:
    """The function that `word` means, '' where there is none or more than one. `aliases` are stated by blocks."""
    known = set(functions)
    if word in known or word in definitions():
        return word
    if word in unknown_here():
        return ""
    if word in aliases:
        return aliases[word]
    peer = _peers().get(folded(word), "")
    alike = [f for f in known | set(definitions()) if folded(f) == folded(word)]
    cased = [f for f in alike if f.lower() == word.lower()]
    found = cased if len(cased) == 1 else alike
    return found[0] if len(found) == 1 else peer if peer in known or peer in definitions() else ""


def plausible(word: str, near: str) -> bool:
    """Whether `near` may be what a whole word misspells: a slip, two in a long word, nothing dropped at its end.

    A word that others have as a function is no slip: sort is not sqrt."""
    if word.lower() in unknown_here():
        return False
    short = min(len(word), len(near)) < 4
    rest = word[len(near):] if word.lower().startswith(near.lower()) else ""
    return not short and not rest and distance(word.lower(), near.lower()) <= (1 if len(word) < 8 else 2)
