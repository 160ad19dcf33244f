"""Operators: sums, products, the division rule, juxtaposition, powers and postfix signs.

Tightest first: operands · postfix ' ᵀ ² ⁻¹ · ^ (one operand as exponent) · function without parentheses ·
juxtaposition · * @ / .* ./ ∘ ⊗ (left, equal) · unary minus · + −.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.diagnostics import Span
from matcalc.language.binders import entry_behind, entry_of
from matcalc.language.characters import HERMITIAN
from matcalc.language.construct import POWERS, PRODUCTS
from matcalc.language.constructs import operators
from matcalc.language.foreign import (
    entries,
    flattened,
    lost_inverse,
    lost_transpose,
    numpy_call,
    places,
    sympy_method,
)
from matcalc.language.listed import bracketed
from matcalc.language.numerals import is_ones, ones, ones_in_front
from matcalc.language.operands import atom
from matcalc.language.postfixes import hermitian_sign, pseudo_inverse_sign
from matcalc.language.reader import NORMS, Parse, Reader, is_block, is_formula, norm_with, signs
from matcalc.language.results import part, taken
from matcalc.language.suggest import replace
from matcalc.language.syntax import CROSS, DOT, PSEUDO_INVERSE, Op, Syntax, node

CROSS_MATRIX = "cross_matrix"
SIZED = {"ones": "ones", "I": "eye"}  # 𝟏_n and I_n
OF_VECTORS = {**dict.fromkeys(("·", "⋅", "∙", "•", "‧", "\\cdot"), DOT), **dict.fromkeys(("×", "\\times"), CROSS)}
INTO = "\\"  # A\b, A divides b
ATTRIBUTES = ("real", "imag")  # x.real
STACKED = "vec"  # MATLAB's A(:)
NUMERIC = (Op.NUMBER, Op.DIVIDE)  # these have no entries, so a bracket behind them groups


def method(p: Reader, base: Syntax) -> Parse:
    """NumPy's x.sum(): the function with x as its first argument."""
    if p.next.text == "at" and p.tokens[p.i + 2].is_op("["):
        from matcalc.language.updating import updated  # which few texts need

        return (yield updated(p, base))
    if p.next.text in ("shape", "size") and not p.tokens[p.i + 2].is_op("("):
        from matcalc.language.shaping import attribute  # which few texts need

        return (yield attribute(p, base))
    dot = p.take()
    if p.token.text in ATTRIBUTES and not p.next.is_op("("):
        part = p.take()
        return node(Op.CALL, (base,), base.span.to(part.span), part.text)
    if not p.next.is_op("("):  # Julia's exp.(x)
        raise p.error("M0201", "“.” is not expected here", dot.span, "")
    name = p.take()
    arguments = yield bracketed(p, Op.CALL, name.text)
    return numpy_call(p, node(Op.CALL, (base, *arguments.args), base.span.to(arguments.span), name.text), True)


def subscripted(p: Reader, base: Syntax) -> Syntax:
    """‖x‖²₂, {‖x‖}_2 and x^\\top_1: a subscript behind a postfix sign belongs to the norm or name before it."""
    token = p.take()
    if (whole := entry_behind(p, base, token)) is not None:
        return whole
    below = [base]
    while below[-1].op in (Op.POWER, Op.TRANSPOSE, Op.INVERSE_TRANSPOSE):
        below.append(below[-1].args[0])
    inner = below.pop()
    if inner.op is Op.RESERVED and inner.data in SIZED:
        size = node(Op.NUMBER, (), token.span, int(token.text)) if token.text.isdigit() else \
            node(Op.NAME, (), token.span, token.text)
        changed = node(Op.CALL, (size,), inner.span.to(token.span), SIZED[inner.data])
    elif (inner.op in (Op.NORM, Op.CALL) and inner.data in ("", "norm") and token.text in NORMS) or (
            inner.op is Op.BARS and inner.args[0].op is not Op.BARS and NORMS.get(token.text)):  # |x|₂, |A|_F
        changed = node(Op.NORM, inner.args, inner.span.to(token.span), NORMS[token.text])
    elif inner.op is Op.NORM and inner.data == "":
        changed = norm_with(p, inner.args[0], token, inner.span)
    elif inner.op is Op.NAME and below and "_" not in inner.data and not p.tokens[p.i - 2].is_op(")", "]"):
        changed = node(Op.NAME, (), inner.span.to(token.span), f"{inner.data}_{token.text}")
    elif inner.op is Op.INNER and NORMS.get(token.text) == "F":
        changed = inner  # ⟨A, X⟩_F
    elif token.text == "*" and inner.op is Op.BLOCK and len(inner.args) == 1:
        changed = node(Op.CALL, inner.args, inner.span.to(token.span), CROSS_MATRIX)
    elif (entry := entry_of(p, inner, token)) is not None:
        changed = entry
    else:
        fixes = (f"[{token.text}]",) if token.text.isalnum() else ()
        raise p.error("M0213", "a subscript belongs to a name", token.span, *fixes)
    for outer in reversed(below):
        changed = node(outer.op, (changed, *outer.args[1:]), outer.span.to(token.span), outer.data)
    return changed


def transposed(p: Reader, base: Syntax) -> Syntax:
    """Take the transpose sign behind `base`."""
    digits = p.last.text
    token = p.take()
    inner, span = _transposable(p, base, digits, token.span), base.span.to(token.span)
    if p.vocabulary.matlab and p.text(token.span) == "'":
        from matcalc.language.complexes import conjugated  # which few texts need

        return conjugated(inner, span)
    return node(Op.TRANSPOSE, (inner,), span)


def _transposable(p: Reader, base: Syntax, digits: str, sign: Span) -> Syntax:
    """What stands before a transpose: 1ᵀ is a row of ones, 11ᵀ is refused."""
    if base.op is not Op.NUMBER or set(digits) != {"1"}:
        return base
    if len(digits) > 1:
        raise p.error("M0207", "the number eleven is not transposed; ones times ones' is a matrix of ones",
                      base.span.to(sign), "𝟏𝟏ᵀ", "ones*ones'")
    return node(Op.RESERVED, (), base.span, "ones")


def superscript(p: Reader, base: Syntax, start: int) -> Syntax:
    """Take ᵀ, ⁺, ⁻ᵀ or a power behind `base`, which begins at the token `start`."""
    sign, data = p.token.data
    if data == "T" and not sign:
        return transposed(p, base)
    if data == "H":
        from matcalc.language.daggers import adjoint  # which few texts need

        p.take()
        return adjoint(p, base, start, sign)
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


def power(p: Reader, base: Syntax, start: int) -> Parse:
    """p ^ q, where q may be a transpose sign, in braces or not."""
    caret = p.take()
    sign = _transpose_sign(p, base, start)
    if sign is not None:
        return sign
    if p.at("*", "†") or (p.at("{") and p.next.is_op("†", "*")):
        from matcalc.language.daggers import raised_sign  # which few texts need

        return raised_sign(p, base, start, caret.span)
    if (found := hermitian_sign(p)) is not None:
        from matcalc.language.daggers import adjoint  # which few texts need

        p.i, minus = found
        return adjoint(p, base, start, minus)
    if (closing := pseudo_inverse_sign(p)) is not None:
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
    plain_T = token.kind == "name" and token.text == "T" and p.vocabulary.turns
    if not (plain_T or (token.kind == "superscript" and token.data == ("", "T")) or token.is_op("′", "'")):
        return None
    if opening and not p.tokens[i + 1].is_op({"{": "}", "(": ")"}[opening]):
        return None
    digits = p.tokens[p.i - 2].text
    p.i = i + 1 + bool(opening)
    op = Op.INVERSE_TRANSPOSE if minus else Op.TRANSPOSE
    return node(op, (_transposable(p, base, digits, p.last.span),), p.span_from(start))


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


def factor(p: Reader) -> Parse:
    """An atom with its postfix signs and powers."""
    start = p.i
    base = yield atom(p)
    powers = operators(POWERS, p.vocabulary.numpy)
    while True:
        token = p.token
        if p.at("'", "′"):
            base = transposed(p, base)
        elif token.kind == "superscript":
            base = superscript(p, base, start)
        elif p.at("^"):
            base = yield power(p, base, start)
        elif token.kind == "op" and (op := powers.get(token.text)) is not None:
            p.take()
            base = node(op, (base, (yield exponent(p))), p.span_from(start))
        elif p.at(".*") and p.next.kind == "superscript" and not p.next.space_before:
            p.take()
            base = node(Op.HADAMARD_POWER, (base, raised(p)), p.span_from(start))
        elif p.at("[") and not (token.space_before or base.op in NUMERIC or is_block(p) or is_formula(p, base)):
            base = taken(p, base, (yield places(p, base)))
        elif p.at("(") and p.next.is_op(":") and p.tokens[p.i + 2].is_op(")"):
            p.i += 3
            base = node(Op.CALL, (base,), p.span_from(start), STACKED)
        elif p.at("(") and not p.vocabulary.numpy and (found := entries(p, base)):
            base = yield found
        elif token.kind == "part":
            base = part(p, base, p.take())
        elif p.at(".") and p.vocabulary.numpy:
            base = yield method(p, base)
        elif p.at(".") and (found := sympy_method(p, base)):
            base = yield found
        elif p.at("†", HERMITIAN):
            from matcalc.language.daggers import postfixed  # which few texts need

            base = postfixed(p, base, start)
        elif token.kind == "subscript":
            base = subscripted(p, base)
        else:
            return base


def sums(p: Reader) -> Parse:
    """A whole expression: terms with their signs."""
    start = p.i
    each = [signs(p)]
    terms = [(yield products(p))]
    while p.at("+", "-"):
        each.append(signs(p))
        terms.append((yield products(p)))
    if len(terms) > 1:
        return node(Op.SUM, tuple(terms), p.span_from(start), tuple(each))
    return terms[0] if each == [1] else node(Op.NEGATE, (terms[0],), p.span_from(start))


def products(p: Reader) -> Parse:
    """Rows of factors with a product or quotient sign between them, from left to right."""
    start = p.i
    row = [(yield juxtaposed(p))]  # the factors of a product that is still growing
    dots: list[tuple[int, str]] = []  # factors behind a sign that between vectors is the inner or the cross product
    known = operators(PRODUCTS, p.vocabulary.numpy) | p.stars
    while p.token.kind == "op" and (p.token.text in known or p.token.text == INTO):
        sign = p.take()
        op = known.get(sign.text)
        if op is Op.PRODUCT:
            dots += [(len(row), OF_VECTORS[typed])] if (typed := p.text(sign.span)) in OF_VECTORS else []
            row.append((yield _operand(p)))
            continue
        left, dots = _joined(p, row, start, dots), []
        if op is Op.DIVIDE:
            row = [(yield _quotient(p, left, start))]
        elif op is None:  # A\b is made of an inverse and a product
            row = [_inverted(left), (yield _operand(p))]
        else:
            row = [node(op, (left, (yield _operand(p))), p.span_from(start))]
    return _joined(p, row, start, dots)


def _joined(p: Reader, row: list[Syntax], start: int, dots: Sequence[tuple[int, str]] = ()) -> Syntax:
    return row[0] if len(row) == 1 else node(Op.PRODUCT, tuple(row), p.span_from(start), tuple(dots) or None)


def _inverted(left: Syntax) -> Syntax:
    """A\\b is A⁻¹ b."""
    return node(Op.POWER, (left, node(Op.NUMBER, (), left.span, -1)), left.span)


def _operand(p: Reader) -> Parse:
    """What stands behind an operator: a signed row of factors."""
    start = p.i
    sign = signs(p)
    row = yield juxtaposed(p)
    return row if sign == 1 else node(Op.NEGATE, (row,), p.span_from(start))


def juxtaposed(p: Reader) -> Parse:
    """A row of factors with nothing between them."""
    start = p.i
    first = yield factor(p)
    return (yield _row(p, [first], start))


def _row(p: Reader, factors: list[Syntax], start: int) -> Parse:
    """Extend `factors` by the factors that follow without an operator."""
    while p.starts_factor():
        if p.token.kind == "number" and p.last.kind == "number":
            from matcalc.language.bracket_places import two_numbers  # which few texts need

            raise two_numbers(p)
        if (lost := flattened(p, factors[-1]) or lost_transpose(p, factors[-1])) is not None:
            raise lost
        factors.append((yield factor(p)) if not is_ones(p) else ones(p))
    if (lost := lost_inverse(p, factors[-1])) is not None:
        raise lost
    return _joined(p, ones_in_front(p, factors), start)


def _quotient(p: Reader, left: Syntax, start: int) -> Parse:
    """p / q r: (p/q) r when q ends visibly, otherwise the elaborator chooses the reading that type-checks."""
    sign = signs(p)
    if sign < 0:
        left = node(Op.NEGATE, (left,), left.span)
    before = p.i
    q = yield factor(p)
    visible = p.token.space_before or p.at("(", "{", "|", "‖", "√", "∑", "∏") or p.token.kind == "function"
    if p.starts_factor() and not visible:
        run = [q]
        while p.starts_factor() and not p.token.space_before:
            run.append((yield factor(p)))
        whole = node(Op.DIVIDE_BY_RUN, (left, *run), p.span_from(start))
        return (yield _row(p, [whole], start))
    divided = node(Op.DIVIDE, (left, q), p.span_from(start))
    if p.starts_factor():
        text = p.text(p.span_from(start))
        row = yield _row(p, [divided], start)
        rest = p.text(Span(p.tokens[before].span.start, row.span.end))[len(p.text(q.span)):].strip()
        if left.op is not Op.NUMBER or q.op is not Op.NUMBER:  # 1/2 x is half of x to everybody
            p.notes.append(f"{text} {rest} is read as ({text}) {rest}")
        return row
    return divided
