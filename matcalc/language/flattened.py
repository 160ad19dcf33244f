"""Exponents and subscripts that copying has flattened: ‖x‖22 was ‖x‖₂², (x-y)2 was (x-y)². They are asked about."""

from __future__ import annotations

from matcalc.diagnostics import MatcalcError
from matcalc.language.reader import Reader
from matcalc.language.suggest import with_declarations
from matcalc.language.syntax import Op, Syntax

LOST = {"1": ("_1",), "2": ("^2", "_2"), "22": ("_2^2",), "F": ("_F",), "F_2": ("_F^2",)}


def flattened(p: Reader, base: Syntax) -> MatcalcError | None:
    """The complaint about a number, or the F of a norm, behind the closing sign of `base`."""
    token = p.token
    is_norm = p.last.is_op("‖", "|") and not token.space_before
    is_number = token.kind == "number" and (is_norm or (p.last.is_op(")", "]", "}") and token.text != "1"))
    is_frobenius = is_norm and token.text in ("F", "F_2") and "F" not in p.vocabulary.declared
    if not (is_number or is_frobenius):
        return None
    span = base.span.to(token.span)
    text, behind = p.text(base.span), p.text(token.span)
    raised = LOST.get(token.text, (f"^{behind}",)) if is_norm else (f"^{behind}",)
    powered = p.next.is_op("^") or p.next.kind == "superscript"  # ‖x‖2²: then it can only be a subscript
    fixes = [*(text + sign for sign in raised if not (powered and "^" in sign)), f"{behind}*{text}"]
    return p.error("M0215", f"{behind} behind {text}: a lost exponent or subscript, or a factor?", span, *fixes)


def lost_inverse(p: Reader, base: Syntax) -> MatcalcError | None:
    """The complaint about (A)-1 (B) and x'S-1x: nobody subtracts one times a factor, but copying loses exponents."""
    minus, one, behind = p.tokens[p.i:p.i + 3] if len(p.tokens) > p.i + 2 else (p.token,) * 3
    glued = not minus.space_before and not one.space_before and (behind.kind in ("name", "function") or
                                                                 behind.is_op("(", "[", "{"))
    if not (glued and minus.is_op("-") and one.kind == "number" and one.text == "1"):
        return None
    span, text, gap = base.span.to(one.span), p.text(base.span), "" if behind.space_before else " "
    return p.error("M0215", f"-1 behind {text}: a lost exponent, or minus one times what follows?", span,
                   f"{text}^-1{gap}", f"{text} - 1*")


def lost_transpose(p: Reader, base: Syntax) -> MatcalcError | None:
    """The complaint about wTx and (Ax-b)T(Ax-b): a lost transpose, or a matrix T?"""
    token = p.token
    is_t = token.kind == "name" and token.text == "T" and not token.space_before and "T" not in p.vocabulary.declared
    of_column = p.last.is_op(")", "]") or (base.op is Op.NAME and base.data[0].islower())
    if not (is_t and of_column and (p.next.kind in ("name", "function") or p.next.is_op("(", "[", "{"))):
        return None
    span, text = base.span.to(token.span), p.text(base.span)
    return p.error("M0215", f"T behind {text}: a lost transpose, or a matrix T?", span, f"{text}'",
                   fixes=(with_declarations(p.source, "T: matrix"),))
