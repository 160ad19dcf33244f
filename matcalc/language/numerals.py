"""The numeral 1 where it is the vector of ones: behind a factor, 1'A 1 and (A + B)1, and before a single row, XW + 1b'.

As a number it would mean nothing there.
"""

from __future__ import annotations

from matcalc.language.binders import relation_inside
from matcalc.language.reader import Reader
from matcalc.language.syntax import Op, Syntax, node


def is_ones(p: Reader) -> bool:
    """Whether the numeral 1 stands behind a factor."""
    if p.token.text not in ("1", "1.") or p.token.kind != "number" or p.next.is_op("'", "^", ".^", "′"):
        return False
    p.i += 1
    compares = p.at("(", "[") and relation_inside(p) != ""  # 1[i = j]
    p.i -= 1
    return not compares and p.next.kind != "superscript"


def ones(p: Reader) -> Syntax:
    """The vector of ones for the numeral that stands here."""
    p.notes.append("1 behind a factor is the vector of ones")
    return node(Op.RESERVED, (), p.take().span, "ones")


def ones_in_front(p: Reader, factors: list[Syntax]) -> list[Syntax]:
    """The factors, the first of which is the vector of ones where it is the numeral 1 before a transposed small letter
    and nothing else: 1b' has the row b' as each of its rows."""
    if len(factors) != 2 or p.text(factors[0].span) != "1" or not _is_row(factors[1]):
        return factors
    p.notes.append(f"1 before the row {p.text(factors[1].span)} is the vector of ones")
    return [node(Op.RESERVED, (), factors[0].span, "ones"), factors[1]]


def _is_row(s: Syntax) -> bool:
    return s.op is Op.TRANSPOSE and s.args[0].op is Op.NAME and str(s.args[0].data)[:1].islower()
