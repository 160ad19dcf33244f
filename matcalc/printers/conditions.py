"""A condition in words, with the expression it is about: A X B invertible, entries of x > 0, x ≠ 0."""

from __future__ import annotations

from matcalc.calculus.conditions import KINK, Condition
from matcalc.printers import text

_RELATIONS = {"positive": "> 0", "nonnegative": ">= 0", "nonzero": "!= 0"}
_SIGNS = {"!=": "≠", ">=": "≥"}


def condition_text(condition: Condition, dialect: str) -> str:
    """The condition as one sentence without a verb, in the dialect of its formula."""
    shown, word = text(condition.expr, dialect), condition.word
    if word == KINK:
        return f"{shown} {'jumps' if condition.expr.data.form == 'constant' else 'has a kink'}: {condition.remark}"
    subject = shown if condition.expr.is_scalar or word not in _RELATIONS else f"entries of {shown}"
    if condition.partner is not None:
        subject = f"{shown} and {text(condition.partner, dialect)}"
    relation = _RELATIONS.get(word, word)
    for plain, sign in _SIGNS.items() if dialect != "ascii" else ():
        relation = relation.replace(plain, sign)
    return f"{subject} {relation}"
