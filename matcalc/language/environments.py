"""LaTeX tables: matrices, whose & and \\\\ part the entries, and cases with the words between value and condition; and
what only lays out a page."""

from __future__ import annotations

from matcalc.language.characters import CASES, OTHERWISE, SEPARATOR, pattern
from matcalc.records import NamedTuple

ENVIRONMENTS = "equation|displaymath|math|align|aligned|alignat|alignedat|gather|gathered|split|multline|eqnarray" \
    "|flalign"
LENGTH = r"[-+]?\s*[\d.]+\s*(?:mu|pt|em|ex|mm|cm)"
_LAYOUT = (
    rf"\\(?:(?:begin|end)\s*\{{(?:{ENVIRONMENTS})\*?\}}(?:\s*\{{\d+\}})?"
    r"|(?:label|tag|[hv]space|[hv]?phantom|color|textcolor|eqref)\*?\s*\{[^{}]*\}"
    r"|(?:nonumber|notag|allowbreak|hfill|hfil|strut|mathstrut|noindent|negthinspace|medspace|thickspace|enspace"
    r"|ensuremath|scriptstyle|scriptscriptstyle|relax|protect)(?![A-Za-z])"
    rf"|m?(?:kern|skip)\s*{LENGTH})")
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


def layout(source: str, i: int) -> int | None:
    """Where the command at `i` ends if it only lays out the page."""
    match = pattern(_LAYOUT).match(source, i)
    return match.end() if match else None
