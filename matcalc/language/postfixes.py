"""What follows an operand and is told by the tokens ahead: signs behind ^ that are no exponents, the + of X^+ and the H
of X^H; brackets that hold places, X(1,2), or a list.
"""

from __future__ import annotations

from matcalc.language.python_indices import END
from matcalc.language.reader import Reader, closing_at

_BETWEEN = (":", ",", "+", "-", "[", "]")  # places


def pseudo_inverse_sign(p: Reader) -> int | None:
    """Where X^+ and X^{+} end; None where the + is the sign of an exponent."""
    opening = p.at("{", "(")
    i = p.i + opening
    if not p.tokens[i].is_op("+"):
        return None
    after = p.tokens[i + 1]
    if opening:
        return i + 2 if after.is_op("}", ")") else None
    ends = after.space_before or after.kind in ("end", "op")
    return i + 1 if ends and not after.is_op("(", "{") else None


def hermitian_sign(p: Reader) -> tuple[int, str] | None:
    """Behind the H of X^H, X^{H} and X^{-H}, and the sign."""
    i = p.i + (opens := p.at("{", "("))
    minus = "-" if p.tokens[i].is_op("-") and opens else ""
    i += bool(minus)
    raised = p.tokens[i]
    is_h = raised.kind == "superscript" and raised.data == ("", "H")
    is_letter = raised.kind == "name" and raised.text == "H"
    is_h |= is_letter and (bool(p.vocabulary.complex) or "H" not in p.vocabulary.declared)
    is_whole = is_h and (not opens or p.tokens[i + 1].is_op("}", ")"))
    return (i + 1 + opens, minus) if is_whole else None


def holds_places(p: Reader) -> bool:
    """Whether the round bracket here holds places and no formula: (1,2), (:,1), (2:end); no (x, y) and no (2)."""
    inside = p.tokens[p.i + 1:closing_at(p, p.i)]
    known = all(token.kind == "number" or token.is_op(*_BETWEEN) or token.text == END for token in inside)
    return known and any(token.is_op(":", ",", "[") or token.text == END for token in inside)


def holds_mask(p: Reader) -> bool:
    """Whether the round bracket here holds one comparison of sizes, x > 0, and no relation of indices."""
    inside = p.tokens[p.i + 1:closing_at(p, p.i)]
    depth = count = 0
    for token in inside:
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth == 0 and token.is_op(","):
            return False
        count += depth == 0 and token.is_op("<", ">", "≤", "≥")
    return count == 1 and not p.vocabulary.found.is_indexed


def holds_list(p: Reader) -> bool:
    """Whether the bracket here holds a list, and no places of MATLAB's."""
    depth = 0
    for token in p.tokens[p.i:]:
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth == 0 or (depth == 1 and token.is_op(",")):
            return depth == 1 and (p.vocabulary.numpy or not holds_places(p))
    return False
