r"""The look that a rule states in LaTeX, in the marks of another dialect: \lVert #0 \rVert_{*} is ‖ #0 ‖∗.

What is not understood has no look there; the function is then printed as name(arguments).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from matcalc.language.characters import COMMANDS, GLYPHS
from matcalc.language.constructs import commands
from matcalc.printers.dialect import Marks

_TOKEN = re.compile(r"\\(?:operatorname\*?|mathrm|text)\{((?:[^{}\\]|\\_)*)\}|\\([A-Za-z]+|.)|(#\d)|([\d.]+)|(\S)")
_OPERATORS = frozenset([
    "det", "exp", "log", "ln", "lg", "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "arcsin",
    "arccos", "arctan", "max", "min", "sup", "inf", "arg", "dim", "ker", "deg", "gcd"])
_SIGNS = {"cdot": "·", "times": "×", "ell": "ℓ", "ast": "∗", "dagger": "†", "oplus": "⊕", "ominus": "⊖", "le": "≤",
          "ge": "≥", "ne": "≠", "pm": "±", "nabla": "∇", "partial": "∂", "{": "{", "}": "}", "infty": "∞",
          "star": "⋆", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "wedge": "∧", "vee": "∨",
          "bullet": "•"}
_SPACES = frozenset([",", ";", ":", "!", " ", "quad", "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr"])
_PLAIN = re.compile(r"[A-Za-z()\[\]|,+\-*/=<>:;!.]")


class _NotUnderstood(Exception):  # noqa: N818 - it is no error
    """A piece of LaTeX that stands for more than a sign."""


def translated(text: str, marks: Marks) -> str:
    """The pieces of a look, `#0` being its arguments; '' where something in it is not understood."""
    tokens = list(_TOKEN.finditer(text))[::-1]
    try:
        found = _row(tokens, marks)
        return "" if tokens else marks.gap.join(found)
    except _NotUnderstood:
        return ""


def _row(tokens: list[re.Match[str]], marks: Marks) -> list[str]:
    """Atoms up to the end or a closing brace; an index or exponent belongs to the atom before it."""
    found: list[str] = []
    while tokens and tokens[-1][0] != "}":
        token = tokens.pop()
        if token[0] in _SCRIPTS:
            if not found or not tokens:
                raise _NotUnderstood
            found[-1] = _SCRIPTS[token[0]](marks)(found[-1], marks.gap.join(_atom(tokens.pop(), tokens, marks)))
        else:
            found += _atom(token, tokens, marks)
    return found


_SCRIPTS: dict[str, Callable[[Marks], Callable[[str, str], str]]] = {
    "^": lambda marks: marks.raised, "_": lambda marks: marks.lowered}


def _atom(token: re.Match[str], tokens: list[re.Match[str]], marks: Marks) -> list[str]:
    """What one token shows: a group in braces may be several things, a space nothing."""
    word, command, hole, number, sign = token.groups()
    if word is not None:
        return [marks.operator(word.replace(r"\_", "_"))]
    if command is not None:
        return _command(command, marks)
    if sign == "{":
        inside = _row(tokens, marks)
        if not tokens:
            raise _NotUnderstood
        tokens.pop()
        return inside
    if sign is not None and not _PLAIN.fullmatch(sign):
        raise _NotUnderstood
    return [hole or marks.symbol(number or sign)]


def _command(command: str, marks: Marks) -> list[str]:
    if command in _SPACES:
        return []
    if command in _OPERATORS:
        return [marks.operator(command)]
    sign = _SIGNS.get(command) or GLYPHS.get(command) or COMMANDS.get(command) or commands().get(command, "")
    if len(sign) != 1 or not sign.isprintable() or sign in "\ue000\ue001 ;&√∑":
        raise _NotUnderstood
    return [marks.symbol(sign)]
