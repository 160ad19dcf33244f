"""What LaTeX says about the page and not about mathematics: environments, line breaks, labels, kerning.

A line break inside a formula vanishes where one of the lines cannot stand alone; otherwise it is the `;` it looks
like, so that two formulas below each other never become their product.
"""

from __future__ import annotations

import re

ENVIRONMENTS = "equation|displaymath|math|align|aligned|alignat|alignedat|gather|gathered|split|multline|eqnarray" \
    "|flalign"
_LENGTH = r"[-+]?\s*[\d.]+\s*(?:mu|pt|em|ex|mm|cm)"
_LAYOUT = re.compile(
    rf"\\(?:(?:begin|end)\s*\{{(?:{ENVIRONMENTS})\*?\}}(?:\s*\{{\d+\}})?"
    r"|(?:label|tag|[hv]space|[hv]?phantom|color|textcolor|eqref)\*?\s*\{[^{}]*\}"
    r"|(?:nonumber|notag|allowbreak|hfill|hfil|strut|mathstrut|noindent|negthinspace|medspace|thickspace|enspace"
    r"|ensuremath|scriptstyle|scriptscriptstyle|relax|protect)(?![A-Za-z])"
    rf"|m?(?:kern|skip)\s*{_LENGTH})")
_BREAK = re.compile(rf"\\\\(?:\s*\[\s*{_LENGTH}\s*\])?")
_GAP = r"(?:[\s&{}]|\\(?:quad\b|qquad\b|[,;:! ]))*"
_OPERATORS = r"[-+=*/)\]]|\\(?:cdot|times|odot|circ|otimes|oslash|end|right|label|nonumber|notag)\b"
_GOES_ON = re.compile(f"{_GAP}(?:$|{_OPERATORS})")
_OPEN = re.compile(r"[-+=*/(\[{][\s&]*$")
_NEAR = 40  # characters before a line break in which an operator is looked for
_OPERAND = r"[A-Za-zͰ-Ͽ\d)\]'’′ᵀ]"
_LEFT_DIVISION = re.compile(rf"(?<={_OPERAND})\s*\\\s*(?=[A-Za-z](?![A-Za-z])|[Ͱ-Ͽ(\[]|(?:eye|ones|zeros)\()")


def layout(source: str, i: int) -> int | None:
    """Where the command at `i` ends if it only lays out the page."""
    match = _LAYOUT.match(source, i)
    return match.end() if match else None


def line_break(source: str, i: int, table: bool) -> tuple[str, int] | None:
    """What \\\\ at `i` stands for, and where it ends: the next row of a table, nothing, or the end of a formula."""
    match = _BREAK.match(source, i)
    if match is None:
        return None
    goes_on = _GOES_ON.match(source, match.end()) or _OPEN.search(source, max(0, i - _NEAR), i)
    return " " if goes_on and not table else ";", match.end()


def divides_left(source: str) -> bool:
    """Whether the backslashes are MATLAB's A\\b: each one behind an operand and before one, no LaTeX among them."""
    return len(_LEFT_DIVISION.findall(source)) == source.count("\\") and r"\)" not in source and r"\]" not in source
