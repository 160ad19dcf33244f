"""The signs of complex matrices behind a factor: Xᴴ and X^{-H}; X^† and X^*, which have another meaning besides."""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.language.characters import is_among
from matcalc.language.complexes import conjugated
from matcalc.language.reader import Reader
from matcalc.language.syntax import CONJUGATE, PSEUDO_INVERSE, Op, Syntax, node, postorder


def is_complex(p: Reader, base: Syntax) -> bool:
    """Whether something below `base` is declared complex."""
    known = p.vocabulary.complex
    return bool(known) and any(s.op is Op.NAME and is_among(s.data, known) for s in postorder(base))


def adjoint(p: Reader, base: Syntax, start: int, sign: str = "") -> Syntax:
    """Xᴴ, and X⁻ᴴ, the sign being taken."""
    span = p.span_from(start)
    return conjugated(node(Op.POWER, (base, node(Op.NUMBER, (), span, -1)), span) if sign else base, span)


def starred(p: Reader, base: Syntax, sign: Span) -> Exception:
    """A^* and A†: signs of complex matrices that have another meaning besides."""
    span = base.span.to(sign)
    text = p.text(base.span)
    shown = p.text(sign).strip("^{} ")
    dagger = shown in ("†", "\\dagger", "\\dag")
    shown = "†" if dagger else "*" if shown in ("\\ast", "\\star") else shown
    meant = "is the pseudo-inverse, or the conjugate transpose" if dagger else "is the conjugate transpose"
    if is_complex(p, base):
        return p.error("M0214", f"{shown} is the conjugate, or the conjugate transpose", span, f"conj({text})",
                       f"{text}^H")
    fixes = [f"{text}'", f"{text}^H"]
    if dagger:
        fixes.append(f"{PSEUDO_INVERSE}({text})")
    elif "H" not in shown:
        fixes.append(f"{text}^{{(*)}}")  # a label
    return p.error("M0214", f"{shown} {meant} of a complex matrix; of a real one that is '", span, *fixes)


def daggered(p: Reader, base: Syntax, start: int) -> Syntax:
    """A† of something complex, which could be the pseudo-inverse."""
    text = p.text(base.span)
    p.notes.append(f"{text}† is read as the conjugate transpose; the pseudo-inverse is {PSEUDO_INVERSE}({text})")
    return adjoint(p, base, start)


def _is_number(p: Reader, base: Syntax) -> bool:
    """Whether `base` is a complex number for certain, of which the conjugate transpose is the conjugate."""
    name = str(base.data) if base.op is Op.NAME else ""
    stem, _, label = name.partition("_")
    return name in p.vocabulary.numbers or (bool(label) and {stem, f"{stem}_"} & p.vocabulary.numbers != set())


def raised_sign(p: Reader, base: Syntax, start: int, caret: Span) -> Syntax:
    """X^† and X^*, in braces or not."""
    last = p.i + 2 * p.at("{")
    if p.tokens[p.i + p.at("{")].is_op("*") and _is_number(p, base):
        p.i = last + 1
        return node(Op.CALL, (base,), p.span_from(start), CONJUGATE)
    if p.tokens[p.i + p.at("{")].is_op("†") and is_complex(p, base):
        p.i = last + 1
        return daggered(p, base, start)
    raise starred(p, base, caret.to(p.tokens[last].span))


def postfixed(p: Reader, base: Syntax, start: int) -> Syntax:
    """X† and Xᴴ."""
    is_dagger = p.at("†")
    if is_dagger and not is_complex(p, base):
        raise starred(p, base, p.token.span)
    p.take()
    return daggered(p, base, start) if is_dagger else adjoint(p, base, start)
