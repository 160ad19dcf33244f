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
from matcalc.language.reader import Reader, closing_at
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


def powered(p: Reader, name: str, span: Span) -> Exception:
    """sin^2 x and sin^-1 x: the power of the value, or the inverse function?"""
    i = p.i
    while p.tokens[i].is_op("^", "-", "{", "}") or (p.tokens[i].kind in ("superscript", "number") and i < p.i + 4 \
            and (p.tokens[i].kind == "superscript" or not p.tokens[i].space_before)):
        i += 1
    exponent = p.source[span.end:p.tokens[i - 1].span.end]
    argument = p.source[p.tokens[i].span.start:].strip() or "x"
    if argument.startswith("("):
        argument = argument[1:-1] if argument.endswith(")") else argument
    minus_one = exponent.strip("^{} ") in ("-1", "⁻¹")
    fixes = [f"arc{name}({argument})", f"1/{name}({argument})"] if minus_one else []
    fixes.append(f"{name}({argument}){exponent.strip()}")
    rest = Span(span.start, len(p.source))
    return p.error("M0204", f"{name}{exponent.strip()}: the power of the value, or the inverse function?",
                   Span(span.start, p.tokens[i - 1].span.end), fixes=tuple(replace(p.source, rest, f) for f in fixes))


def spaced(p: Reader, i: int) -> MatcalcError:
    """σ (x): a product, or σ(x)? In LaTeX a space says nothing."""
    end = p.tokens[closing_at(p, i)].span
    head, inside = p.text(p.last.span.to(p.tokens[i - 1].span)), p.text(p.tokens[i].span.to(end))
    return p.error("M0209", f"{head} {inside} is {head} times the bracket, or the function {head}?",
                   p.last.span.to(end), head + inside, f"{head}*{inside}")
