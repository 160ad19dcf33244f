"""Signs behind ^ that are no exponents, told by the tokens ahead: the + of X^+ and the H of X^H."""

from __future__ import annotations

from matcalc.language.reader import Reader


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
