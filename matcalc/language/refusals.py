"""Words that are refused: those that nobody knows, and functions of other programs with the reason (refusals.txt).

The file is read when a word means nothing else.
"""

from __future__ import annotations

import re
from functools import cache
from os import path

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.characters import pattern
from matcalc.language.clean import Clean
from matcalc.language.constructs import commands
from matcalc.language.suggest import closest, names, plausible, replace, table, with_declarations
from matcalc.language.vocabulary import Vocabulary


def unknown(clean: Clean, known: Vocabulary, word: str, place: Span, *, called: bool, upright: bool) -> MatcalcError:
    """The complaint about a word at a place of the clean text. Fixes: the known words nearest, the letters one by one,
    or a declaration of the word."""
    span = clean.span(place.start, place.end)
    if called and (why := refusal(word)):
        return fail("M0108", f"{word} is refused: {why}", clean.source, span)
    elsewhere, either = names().get(word.lower(), ""), table("either").get(word, "").split() * called
    near = [elsewhere] if elsewhere else closest(word, known.words())
    near = either or [w for w in near if plausible(word, w) or not (called or upright)]
    sign = "" if called else commands().get(word, "")  # A otimes B, without the stroke of the command
    texts = [*([sign] if sign else near), *([] if called or sign or upright else [" ".join(known.pieces(word))])]
    if called and pattern("[A-Za-z]_(max|min|opt|ref|new|old|true)").fullmatch(word):
        texts.append(f"{word}*")  # x_max(a + b)
    fixes = [replace(clean.source, span, text) for text in texts]
    if not near and not called and not sign:
        fixes.append(with_declarations(clean.source, f"{word}: scalar"))
    what = f"“{word}” is {' or '.join(either)}, books and programs differ" if either else f"unknown name “{word}”"
    return fail("M0102", what, clean.source, span, fixes=tuple(fixes))


def refusal(word: str) -> str:
    """Why a function of this name is refused; '' where it is not listed."""
    exact, patterns = _table()
    return exact.get(word) or next((why for name, why in patterns if name.fullmatch(word)), "")


def reasons() -> dict[str, str]:
    """The reasons by name, without the patterns."""
    return _table()[0]


@cache
def _table() -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """The reason by name, and by the patterns of names."""
    exact: dict[str, str] = {}
    patterns: list[tuple[re.Pattern[str], str]] = []
    reason = ""
    with open(path.join(path.dirname(__file__), "refusals.txt"), encoding="utf-8") as stream:
        rows = [row for row in stream.read().splitlines() if row.strip() and row[0] != "#"]
    for row in rows:
        if row[0] != " ":
            reason = row
            continue
        for name in row.split():
            if "*" in name:
                patterns.append((re.compile(name.replace("*", ".*")), reason))
            else:
                exact[name] = reason
    return exact, patterns
