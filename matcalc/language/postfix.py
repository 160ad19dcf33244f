"""What stands behind an atom: transposes, superscripts, powers, subscripts and NumPy's methods."""

from __future__ import annotations

from fractions import Fraction

from matcalc.diagnostics import Span
from matcalc.language.atoms import atom
from matcalc.language.enclosed import NORMS, bracketed
from matcalc.language.numpy_names import numpy_call
from matcalc.language.reader import Parse, Reader, signs
from matcalc.language.suggest import replace
from matcalc.language.syntax import Op, Syntax, node

PSEUDO_INVERSE = "pinv"
SIZED = {"ones": "ones", "I": "eye"}  # 𝟏_n and I_n


def method(p: Reader, base: Syntax) -> Parse:
    """NumPy's x.sum(): the function with x as its first argument."""
    p.take()
    name = p.take()
    arguments = yield bracketed(p, Op.CALL, name.text)
    return numpy_call(p, node(Op.CALL, (base, *arguments.args), base.span.to(arguments.span), name.text))


def subscripted(p: Reader, base: Syntax) -> Syntax:
    """‖x‖²₂, {‖x‖}_2 and x^\\top_1: a subscript behind a postfix sign belongs to the norm or name before it."""
    token = p.take()
    below = [base]
    while below[-1].op in (Op.POWER, Op.TRANSPOSE, Op.INVERSE_TRANSPOSE):
        below.append(below[-1].args[0])
    inner = below.pop()
    if inner.op is Op.RESERVED and inner.data in SIZED:
        size = node(Op.NUMBER, (), token.span, int(token.text)) if token.text.isdigit() else \
            node(Op.NAME, (), token.span, token.text)
        changed = node(Op.CALL, (size,), inner.span.to(token.span), SIZED[inner.data])
    elif inner.op in (Op.NORM, Op.CALL) and inner.data in ("", "norm") and token.text in NORMS:
        changed = node(Op.NORM, inner.args, inner.span.to(token.span), NORMS[token.text])
    elif inner.op is Op.NAME and below and "_" not in inner.data and not p.tokens[p.i - 2].is_op(")", "]"):
        changed = node(Op.NAME, (), inner.span.to(token.span), f"{inner.data}_{token.text}")
    elif inner.op is Op.INNER and NORMS.get(token.text) == "F":
        changed = inner  # ⟨A, X⟩_F
    elif token.text == "*" and inner.op is Op.BLOCK:
        raise p.error("M0224", "[x]_×, the matrix of a cross product, is not read", base.span.to(token.span))
    else:
        fixes = (f"[{token.text}]",) if token.text.isalnum() else ()
        raise p.error("M0213", "a subscript belongs to a name", token.span, *fixes)
    for outer in reversed(below):
        changed = node(outer.op, (changed, *outer.args[1:]), outer.span.to(token.span), outer.data)
    return changed


def transposed(p: Reader, base: Syntax) -> Syntax:
    digits = p.last.text if base.op is Op.NUMBER else ""
    token = p.take()
    if set(digits) == {"1"}:
        if len(digits) > 1:
            raise p.error("M0207", "the number eleven is not transposed; ones times ones' is a matrix of ones",
                          base.span.to(token.span), "𝟏𝟏ᵀ", "ones*ones'")
        base = node(Op.RESERVED, (), base.span, "ones")
    return node(Op.TRANSPOSE, (base,), base.span.to(token.span))


def superscript(p: Reader, base: Syntax, start: int) -> Syntax:
    sign, data = p.token.data
    if data == "T" and not sign:
        return transposed(p, base)
    if data == "+":
        p.take()
        return node(Op.CALL, (base,), p.span_from(start), PSEUDO_INVERSE)
    if data == "T":
        p.take()
        return node(Op.INVERSE_TRANSPOSE, (base,), p.span_from(start))
    return node(Op.POWER, (base, raised(p)), p.span_from(start))


def raised(p: Reader) -> Syntax:
    """The exponent that a superscript stands for."""
    token = p.take()
    sign, data = token.data
    op, value = (Op.NUMBER, data) if isinstance(data, Fraction) else (Op.NAME, data)
    upper = node(op, (), token.span, value)
    return node(Op.NEGATE, (upper,), token.span) if sign else upper


def starred(p: Reader, base: Syntax, sign: Span) -> Exception:
    """A^*, A^H and A†: for complex matrices, of which only the real ones are read."""
    span = base.span.to(sign)
    text = p.text(base.span)
    shown = p.text(sign).strip("^{} ")
    dagger = shown in ("†", "\\dagger", "\\dag")
    shown = "†" if dagger else "*" if shown == "\\ast" else shown
    meant = "is the pseudo-inverse, or the conjugate transpose" if dagger else "is the conjugate transpose"
    fixes = [f"{text}'"]
    if dagger:
        fixes.append(f"{PSEUDO_INVERSE}({text})")
    elif "H" not in shown:
        fixes.append(f"{text}^{{(*)}}")  # a label
    return p.error("M0214", f"{shown} {meant} of a complex matrix; all matrices here are real, where that is '", span,
                   *fixes)


def _hermitian(p: Reader) -> int | None:
    """Where the H of X^H or X^{H} stands."""
    i = p.i + p.at("{", "(")
    closes = i == p.i or p.tokens[i + 1].is_op("}", ")")
    is_h = p.tokens[i].kind == "name" and p.tokens[i].text == "H" and "H" not in p.vocabulary.declared
    return i if is_h and closes else None


def _pseudo_inverse_sign(p: Reader) -> int | None:
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


def power(p: Reader, base: Syntax, start: int) -> Parse:
    """p ^ q, where q may be a transpose sign, in braces or not."""
    caret = p.take()
    sign = _transpose_sign(p, base, start)
    if sign is not None:
        return sign
    if p.at("*", "†") or (p.at("{") and p.next.is_op("†", "*")):
        raise starred(p, base, caret.span.to(p.tokens[p.i + 2 * p.at("{")].span))
    if (letter := _hermitian(p)) is not None:
        raise starred(p, base, caret.span.to(p.tokens[letter + (letter > p.i)].span))
    if (closing := _pseudo_inverse_sign(p)) is not None:
        p.i = closing
        return node(Op.CALL, (base,), p.span_from(start), PSEUDO_INVERSE)
    if p.at("+") and p.next.kind != "number":
        text = p.text(p.span_from(start)).removesuffix("^").removesuffix("**")
        raise p.error("M0206", "is + the sign of the exponent, or the exponent itself, the pseudo-inverse?",
                      p.span_from(start).to(p.token.span), f"{PSEUDO_INVERSE}({text}) ", f"{text}^")
    group = p.token.text if p.at("{", "(") else ""
    if group and p.next.is_op(".*"):
        return (yield _elementwise(p, base, start))
    if group == "{" and p.next.is_op("(") and base.op is Op.NAME and p.tokens[p.i + 2].kind == "number":
        end = Span(base.span.start, p.tokens[min(p.i + 4, len(p.tokens) - 1)].span.end)
        number = p.tokens[p.i + 2].text
        raise p.error("M0215", "a number in brackets as a superscript: a label or a power?", end,
                      f"{p.text(base.span)}_{{{number}}}", f"{p.text(base.span)}^{{{number}}}")
    upper = yield exponent(p)
    if not group and (half := _half(p, base, upper)) is not None:
        raise half
    if (p.at("'") or p.token.data == ("", "T")) and upper.op in (Op.NAME, Op.NEGATE) and not group:
        raise _unclear(p, base, upper)
    return node(Op.POWER, (base, upper), p.span_from(start))


def _half(p: Reader, base: Syntax, upper: Syntax) -> Exception | None:
    """x^1/2: nobody raises to the first power to halve."""
    one = upper.args[0] if upper.op is Op.NEGATE else upper
    glued = p.at("/") and not p.token.space_before and p.next.kind == "number" and not p.next.space_before
    if not (glued and one.op is Op.NUMBER and one.data == 1):
        return None
    span = upper.span.to(p.next.span)
    whole = base.span.to(p.next.span)
    return p.error("M0206", "how much is in the exponent?", whole, f"{p.text(base.span)}^({p.text(span)})",
                   f"{p.text(base.span)}^({p.text(upper.span)})/{p.text(p.next.span)}")


def _elementwise(p: Reader, base: Syntax, start: int) -> Parse:
    """X^{∘ 2}: every entry to a power."""
    opening = p.take()
    p.take()
    upper = yield p.expression(p)
    p.expect({"{": "}", "(": ")"}[opening.text], opening.span)
    return node(Op.HADAMARD_POWER, (base, upper), p.span_from(start))


def _transpose_sign(p: Reader, base: Syntax, start: int) -> Syntax | None:
    """Take ^T, ^{-T}, ^{\\top}, ^(T) …; None where the exponent is something else."""
    i = p.i
    opening = p.tokens[i].text if p.at("{", "(") else ""
    i += bool(opening)
    minus = p.tokens[i].is_op("-")
    i += minus
    i += bool(minus and opening and p.tokens[i].text == "1" and p.tokens[i].kind == "number")  # A^{-1T}
    token = p.tokens[i]
    plain_T = token.kind == "name" and token.text == "T" and "T" not in p.vocabulary.declared
    if not (plain_T or (token.kind == "superscript" and token.data == ("", "T")) or token.is_op("′", "'")):
        return None
    if opening and not p.tokens[i + 1].is_op({"{": "}", "(": ")"}[opening]):
        return None
    digits = p.tokens[p.i - 2].text
    p.i = i + 1 + bool(opening)
    op = Op.INVERSE_TRANSPOSE if minus else Op.TRANSPOSE
    if base.op is Op.NUMBER and digits == "1":
        base = node(Op.RESERVED, (), base.span, "ones")
    return node(op, (base,), p.span_from(start))


def exponent(p: Reader) -> Parse:
    """A sign, one atom, and what is stacked on it: 2^-x^2."""
    start = p.i
    sign = signs(p)
    upper = yield atom(p)
    if p.at("^"):
        first = p.i
        upper = yield power(p, upper, start if sign == 1 else first - 1)
    elif p.token.kind == "superscript" and isinstance(p.token.data[1], Fraction):
        upper = superscript(p, upper, start)
    return upper if sign == 1 else node(Op.NEGATE, (upper,), p.span_from(start))


def _unclear(p: Reader, base: Syntax, upper: Syntax) -> Exception:
    """e^-x'Ax: is everything behind ^ the exponent?"""
    i = p.i
    while i < len(p.tokens) - 1 and not p.tokens[i].space_before and not p.tokens[i].is_op(
            "+", "-", "*", "/", ".*", "./", ")", "]", "}", ",", ";", "|", "‖"):
        i += 1
    whole = Span(upper.span.start, p.tokens[i - 1].span.end)
    grouped = replace(p.source, whole, f"({p.text(whole)})")
    raised_part = Span(base.span.start, upper.span.end)
    alone = replace(p.source, raised_part, f"({p.text(raised_part)})")
    return p.error("M0206", "how much is in the exponent?", whole, fixes=(grouped, alone))
