"""LaTeX tables: matrices, whose & and \\\\ part the entries, and cases with the words between value and condition."""

from __future__ import annotations

from matcalc.language.characters import CASES, OTHERWISE, SEPARATOR, pattern
from matcalc.records import NamedTuple

_MATRIX = r"\\(begin|end)\s*\{([bpBv]?matrix|smallmatrix|array)\*?\}(?:\s*\{[lcr|\s]*\})?"
_CASES = r"\\(begin|end)\s*\{[dr]?cases\*?\}"
_SPACE = r"(?:\s|~|\\[ ,;:!]|\\quad)*"
_WORDS = r"\\(?:text|textrm|textup|mathrm|mbox|hbox|operatorname)\s*\{" + _SPACE + \
    r"(?:(if|for|when|where|falls|wenn|für)|(otherwise|else|elsewhere|sonst))?" + _SPACE + r"\}"


class Table(NamedTuple):
    """What a command of a table is in cleaned text, where it ends, and how many more tables are open behind it."""

    text: str
    end: int
    change: int = 0


def of_table(source: str, i: int, inside: bool) -> Table | None:
    """The command at `i`, if it begins or ends a table or, `inside` one, says when a row of it holds."""
    if match := pattern(_MATRIX).match(source, i):
        bar = "|" * (match[2] == "vmatrix")
        return Table(f" {bar}[", match.end(), 1) if match[1] == "begin" else Table(f"]{bar}", match.end(), -1)
    if match := pattern(_CASES).match(source, i):
        return Table(f" {CASES}[", match.end(), 1) if match[1] == "begin" else Table("]", match.end(), -1)
    if inside and (match := pattern(_WORDS).match(source, i)) and (match[1] or match[2]):
        return Table(OTHERWISE if match[2] else SEPARATOR, match.end())
    return None
