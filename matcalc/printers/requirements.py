"""A condition in words, with the expression it is about: A X B invertible, entries of x > 0, x ≠ 0."""

from __future__ import annotations

from matcalc.calculus.regularity import KINK, Condition
from matcalc.printers import inline
from matcalc.printers.dialect import Dialect
from matcalc.printers.dialects import dialect_named

_RELATIONS = {"positive": "> 0", "nonnegative": ">= 0", "nonzero": "!= 0"}
_SIGNS = {"!=": "≠", ">=": "≥"}


def condition_text(condition: Condition, dialect: str) -> str:
    """The condition as one sentence without a verb, in the dialect of its formula."""
    known = dialect_named(dialect)
    shown, word = inline(condition.expr, dialect), condition.word
    if word == KINK:
        verb = "jumps" if condition.expr.data.form == "constant" else "has a kink"
        return _sentence(known, "", shown, f" {verb}: {condition.remark}")
    if condition.partner is not None:
        return _sentence(known, "", shown, " and ", inline(condition.partner, dialect), f" {word}")
    sign, _, right = _RELATIONS.get(word, word).partition(" ")
    if sign[0].isalpha():
        return _sentence(known, "", shown, f" {word}")
    said = _sentence(known, "" if condition.expr.is_scalar or word not in _RELATIONS else "entries of ", shown)
    shown_sign = known.marks.symbol(_SIGNS.get(sign, sign)) if known.marks else sign
    return f"{said} {shown_sign} {known.numerals(right)}"


def _sentence(dialect: Dialect, *parts: str) -> str:
    """Words, a formula, words, …"""
    words = dialect.marks.words if dialect.marks else str
    gap = dialect.marks.gap if dialect.marks else ""
    return gap.join(part if i % 2 else words(part) for i, part in enumerate(parts) if part)
