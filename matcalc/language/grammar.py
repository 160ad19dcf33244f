"""Operators: sums, products, the division rule, juxtaposition, powers and postfix signs.

Tightest first: atoms · postfix ' ᵀ ² ⁻¹ · ^ (one atom as exponent) · function without parentheses · juxtaposition ·
* @ / .* ./ ∘ ⊗ (left, equal) · unary minus · + −.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.diagnostics import Span
from matcalc.language.atoms import atom
from matcalc.language.construct import POWERS, PRODUCTS
from matcalc.language.constructs import operators
from matcalc.language.enclosed import index, is_block
from matcalc.language.flattened import flattened, lost_inverse, lost_transpose
from matcalc.language.postfix import exponent, method, power, raised, starred, subscripted, superscript, transposed
from matcalc.language.reader import Parse, Reader, signs
from matcalc.language.syntax import CROSS, DOT, Op, Syntax, node

OF_VECTORS = {**dict.fromkeys(("·", "⋅", "∙", "•", "‧", "\\cdot"), DOT), **dict.fromkeys(("×", "\\times"), CROSS)}
INTO = "\\"  # A\b, A divides b
STACKED = "vec"  # MATLAB's A(:)
NUMERIC = (Op.NUMBER, Op.DIVIDE)  # these have no entries, so a bracket behind them groups


def sums(p: Reader) -> Parse:
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
    start = p.i
    row = [(yield juxtaposed(p))]  # the factors of a product that is still growing
    dots: list[tuple[int, str]] = []  # factors behind a sign that between vectors is the inner or the cross product
    known = operators(PRODUCTS, p.dialect == "numpy")
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
    start = p.i
    first = yield factor(p)
    return (yield _row(p, [first], start))


def _row(p: Reader, factors: list[Syntax], start: int) -> Parse:
    """Extend `factors` by the factors that follow without an operator."""
    while p.starts_factor():
        if p.token.kind == "number" and p.last.kind == "number":
            span = p.last.span.to(p.token.span)
            raise p.error("M0106", "two numbers side by side", span, f"{p.last.text}*{p.token.text}",
                          f"{p.last.text}{p.token.text}")
        if (lost := flattened(p, factors[-1]) or lost_transpose(p, factors[-1])) is not None:
            raise lost
        factors.append((yield factor(p)) if not _is_ones(p) else _ones(p))
    if (lost := lost_inverse(p, factors[-1])) is not None:
        raise lost
    return _joined(p, factors, start)


def _is_ones(p: Reader) -> bool:
    """Whether the numeral 1 stands behind a factor: 1'A 1, (A + B)1. As a number it would mean nothing."""
    return p.token.text in ("1", "1.") and p.token.kind == "number" and not p.next.is_op("'", "^", ".^", "′") \
        and p.next.kind != "superscript"


def _ones(p: Reader) -> Syntax:
    p.notes.append("1 behind a factor is the vector of ones")
    return node(Op.RESERVED, (), p.take().span, "ones")


def _quotient(p: Reader, left: Syntax, start: int) -> Parse:
    """p / q r: (p/q) r when q ends visibly, otherwise the elaborator chooses the reading that type-checks."""
    sign = signs(p)
    if sign < 0:
        left = node(Op.NEGATE, (left,), left.span)
    before = p.i
    q = yield factor(p)
    visible = p.token.space_before or p.at("(", "{", "|", "‖", "√", "∑") or p.token.kind == "function"
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


def factor(p: Reader) -> Parse:
    """An atom with its postfix signs and powers."""
    start = p.i
    base = yield atom(p)
    powers = operators(POWERS, p.dialect == "numpy")
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
        elif p.at("[") and not token.space_before and base.op not in NUMERIC and not is_block(p):
            base = yield index(p, base)
        elif p.at("(") and p.next.is_op(":") and p.tokens[p.i + 2].is_op(")"):
            p.i += 3
            base = node(Op.CALL, (base,), p.span_from(start), STACKED)
        elif p.at(".") and p.dialect == "numpy":
            base = yield method(p, base)
        elif p.at("†"):
            raise starred(p, base, token.span)
        elif token.kind == "subscript":
            base = subscripted(p, base)
        else:
            return base
