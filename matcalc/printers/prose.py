"""Words and signs between formulas: "d(M N) = dM N + M dN", "A, B constant: " in the marks of a dialect.

The identities of derivations are rows of such texts and of expressions, so that a text may end within a bracket. They
cannot be expressions as a whole: tr(M N) = tr(N M) has the same normal form on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from matcalc.printers.dialect import Dialect, Marks

_OPERATORS = "tr|vec|log|sum|diag|grad"
_PATTERN = rf"""
    kron\((?P<left>\S+),\ (?P<right>\S+)\)
  | \bd(?P<above>\w+'?)/d(?P<below>\w+'?)
  | \^\((?P<group>[^)]*)\) | \^(?P<single>\w)
  | (?P<star>\*(?=\[)) | (?P<prime>(?<=[\w)])')
  | (?P<hadamard>\.\*) | (?P<implies>=>) | (?P<dots>\.\.\.) | (?P<minus>(?<=\ )-(?=\ ))
  | (?P<opened><(?!\ )) | (?P<closed>(?<!\ )>)
  | \b(?P<operator>{_OPERATORS})\b
  | (?P<words>\ ?(?<!\w)(?!(?:{_OPERATORS}|kron)\b)(?:a\ |of\ )?[a-z]{{3,}}(?:,?\ [a-z]{{2,}})*\ ?)
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


_SPELLED: dict[str, Callable[[re.Match[str], Dialect, Marks], str]] = {
    "right": lambda found, dialect, marks: dialect.filled(
        "tensor product", prose(found["left"], dialect), prose(found["right"], dialect)),
    "below": lambda found, dialect, marks: dialect.filled(
        "slope", prose(found["above"], dialect), prose(found["below"], dialect)),
    "hadamard": lambda found, dialect, marks: dialect.joins["hadamard"].strip(),
    "minus": lambda found, dialect, marks: dialect.joins["minus"].strip(),
    "operator": lambda found, dialect, marks: marks.operator(found[0]),
    "words": lambda found, dialect, marks: marks.words(found[0]),
    "d": lambda found, dialect, marks: dialect.filled("d"),
    **dict.fromkeys(("sign", "prime", "star", "group", "single"), lambda found, dialect, marks: marks.symbol(found[0])),
}
