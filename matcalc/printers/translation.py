"""What is written in one notation, in the marks of another: the look that a rule states in LaTeX, and the identities of
derivations.

\\lVert #0 \\rVert_{*} is ‖ #0 ‖∗; a look that is not understood is none there, and the function is then printed as
name(arguments). Identities are typed, "d(M N) = dM N + M dN", "A, B constant: ", and stand in rows of such texts and of
expressions, so that a text may end within a bracket. They cannot be expressions as a whole: tr(M N) = tr(N M) has the
same normal form on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from matcalc.core.dims import named
from matcalc.language.characters import COMMANDS, GLYPHS
from matcalc.language.constructs import commands
from matcalc.printers.dialect import Dialect, Marks
from matcalc.printers.reductions import Below

_TOKEN = re.compile(r"\\(?:operatorname\*?|mathrm|text)\{((?:[^{}\\]|\\_)*)\}|\\([A-Za-z]+|.)|(#\d)|([\d.]+)|(\S)")
_LATEX_OPERATORS = frozenset([
    "det", "exp", "log", "ln", "lg", "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "arcsin",
    "arccos", "arctan", "max", "min", "sup", "inf", "arg", "dim", "ker", "deg", "gcd"])
_LATEX_SIGNS = {
    "cdot": "·", "times": "×", "ell": "ℓ", "ast": "∗", "dagger": "†", "oplus": "⊕", "ominus": "⊖", "le": "≤", "ge": "≥",
    "ne": "≠", "pm": "±", "nabla": "∇", "partial": "∂", "{": "{", "}": "}", "infty": "∞", "star": "⋆", "lfloor": "⌊",
    "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "wedge": "∧", "vee": "∨", "bullet": "•"}
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
    if command in _LATEX_OPERATORS:
        return [marks.operator(command)]
    sign = _LATEX_SIGNS.get(command) or GLYPHS.get(command) or COMMANDS.get(command) or commands().get(command, "")
    if len(sign) != 1 or not sign.isprintable() or sign in "\ue000\ue001 ;&√∑":
        raise _NotUnderstood
    return [marks.symbol(sign)]


_OPERATORS = "tr|vec|log|sum|diag|grad"
_PATTERN = rf"""
    (?P<word>sum|prod|max)_\{{(?P<left>\w)(?:(?P<relation>\ !=\ )(?P<under>\w))?\}}
  | (?P<family>\bd?[A-Za-z])_(?P<place>[a-z])\b
  | kron\((?P<factor>\S+),\ (?P<right>\S+)\)
  | norm2\((?P<length>\w)\)
  | \bd(?P<above>\w+'?)/d(?P<below>\w+'?)
  | \^\((?P<group>[^)]*)\) | \^(?P<single>\w)
  | (?P<star>\*(?=\[)) | (?P<prime>(?<=[\w)])')
  | (?P<hadamard>\.\*) | (?P<implies>=>) | (?P<dots>\.\.\.) | (?P<minus>(?<=\ )-(?=\ ))
  | (?P<opened><(?!\ )) | (?P<closed>(?<!\ )>)
  | \b(?P<operator>{_OPERATORS})\b
  | (?P<words>\ ?(?<!\w)(?!(?:{_OPERATORS}|kron|norm2)\b|\w+_\{{)(?:a\ |of\ )?[a-z]{{3,}}(?:,?\ [a-z]{{2,}})*\ ?)
  | (?P<d>\bd(?=[\ \[(]|[A-Za-z]\b))
  | (?P<sign>.)
"""
_SIGNS = {"implies": "⇒", "dots": "…", "opened": "⟨", "closed": "⟩"}


@cache
def _tokens() -> re.Pattern[str]:
    return re.compile(_PATTERN, re.VERBOSE)


def prose(text: str, dialect: Dialect) -> str:
    """`text` in the notation of `dialect`; as it is typed where the dialect has no marks."""
    marks = dialect.marks
    if marks is None:
        return text
    shown: list[str] = []
    for found in _tokens().finditer(text):
        kind = str(found.lastgroup)
        raised = _raised(kind, found, dialect)
        if raised and shown:
            shown[-1] = marks.raised(shown[-1], raised)
        else:
            shown.append(_spelled(kind, found, dialect, marks))
    return marks.gap.join(part for part in shown if part)


def _raised(kind: str, found: re.Match[str], dialect: Dialect) -> str:
    """What stands above the sign before it, '' where nothing does."""
    if kind in ("group", "single"):
        return prose(found[kind], dialect)
    marks = dialect.marks
    return marks.symbol({"prime": "⊤", "star": "*"}[kind]) if marks and kind in ("prime", "star") else ""


def _spelled(kind: str, found: re.Match[str], dialect: Dialect, marks: Marks) -> str:
    if kind in _SIGNS:
        return marks.symbol(_SIGNS[kind])
    return _SPELLED[kind](found, dialect, marks)


def _reduction(found: re.Match[str], dialect: Dialect) -> str:
    """The sign of a sum or product with a letter or a relation of two below it."""
    letters = [named(letter) for letter in (found["left"], found["under"]) if letter]
    return dialect.reduction_text(found["word"], Below(tuple(letters), (found["relation"] or "").strip()))


def _member(name: str, place: str, dialect: Dialect) -> str:
    """x_i, and dx_i as a differential."""
    shown = dialect.member_text(name[-1], [place])
    return dialect.filled("differential", shown) if len(name) > 1 else shown


_SPELLED: dict[str, Callable[[re.Match[str], Dialect, Marks], str]] = {
    **dict.fromkeys(("left", "under"), lambda found, dialect, marks: _reduction(found, dialect)),
    "place": lambda found, dialect, marks: _member(found["family"], found["place"], dialect),
    "right": lambda found, dialect, marks: dialect.filled(
        "tensor product", prose(found["factor"], dialect), prose(found["right"], dialect)),
    "length": lambda found, dialect, marks: dialect.filled("norm2", marks.symbol(found["length"])),
    "below": lambda found, dialect, marks: dialect.filled(
        "slope", prose(found["above"], dialect), prose(found["below"], dialect)),
    "hadamard": lambda found, dialect, marks: dialect.joins["hadamard"].strip(),
    "minus": lambda found, dialect, marks: dialect.joins["minus"].strip(),
    "operator": lambda found, dialect, marks: marks.operator(found[0]),
    "words": lambda found, dialect, marks: marks.words(found[0]),
    "d": lambda found, dialect, marks: dialect.filled("d"),
    **dict.fromkeys(("sign", "prime", "star", "group", "single"), lambda found, dialect, marks: marks.symbol(found[0])),
}
