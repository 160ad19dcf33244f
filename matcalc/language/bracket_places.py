"""What is read in the brackets behind an operand, X[i, j] and X(i, j): an entry, a range a:b, all of an axis, ::-1, a
list of places, [1 3] as MATLAB writes it. What stands side by side elsewhere is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.python_indices import ELLIPSIS, END, typed_out
from matcalc.language.reader import CLOSING, INDEX, Parse, Reader
from matcalc.language.stepped import is_stepped, stepped
from matcalc.language.suggest import replace
from matcalc.language.syntax import Op, Syntax, node


def index(p: Reader, base: Syntax) -> Parse:
    """X[i, j] with i and j an entry, a range a:b, or a colon."""
    opening = p.take()
    closing_sign = CLOSING[opening.text]
    p.open.append(INDEX)
    axes: list[Syntax | tuple[Syntax, Syntax] | None] = []
    if p.vocabulary.numpy and closing_sign == "]":
        from matcalc.language.masks import picked, picks

        if picks(p):
            found = yield picked(p, base, opening.span)
            p.open.pop()
            return found
    while True:
        if p.at(ELLIPSIS):
            axes.append(node(Op.RESERVED, (), p.take().span, ELLIPSIS))
            if not p.accept(","):
                break
            continue
        has_steps = is_stepped(p)
        first = None if p.at(":") else (yield p.expression(p))
        if has_steps:
            axes.append((yield stepped(p, first)))
        elif not p.accept(":"):
            axes.append(first)
        elif p.at(closing_sign, ",") and (first is None or p.vocabulary.numpy):
            axes.append(None if first is None else (first, node(Op.RESERVED, (), p.last.span, END)))
        elif first is None and not p.vocabulary.numpy:
            axes.append(None)
        else:
            axes.append((first or node(Op.NUMBER, (), p.last.span, 0), (yield p.expression(p))))
        if not p.accept(","):
            break
    closing = p.expect(closing_sign, opening.span)
    p.open.pop()
    axes = typed_out(axes)
    if len(axes) > 2 and not p.vocabulary.numpy:
        raise p.error("M0218", "an entry has one index or two", opening.span.to(closing.span), "[1, 1]")
    return node(Op.INDEX, (base,), base.span.to(closing.span), tuple(axes))


def numbers_side_by_side(p: Reader) -> tuple[Syntax, ...]:
    """Take MATLAB's row 1 3 4] behind its bracket; () where something else stands there."""
    end = p.i
    while p.tokens[end].kind == "number" and (end == p.i or p.tokens[end].space_before):
        end += 1
    if end < p.i + 2 or not p.tokens[end].is_op("]"):
        return ()
    found = tuple(node(Op.NUMBER, (), token.span, Fraction(token.text)) for token in p.tokens[p.i:end])
    p.i = end + 1
    return found


def columns_or_factors(p: Reader, span: Span, gaps: Sequence[Span]) -> MatcalcError:
    """[a b; c d] in MATLAB's spelling has two columns; here factors stand side by side."""
    fixes = []
    for sign in (", ", "*"):
        text = p.source
        for gap in reversed(gaps):
            text = replace(text, gap, sign)
        fixes.append(text)
    return fail("M0106", "are these side by side in columns, or multiplied?", p.source, span, fixes=tuple(fixes))


def two_numbers(p: Reader) -> MatcalcError:
    """2 3 may be a product, a number with a gap, or two columns; 1½ is a sum, and 1.5.2 nothing."""
    first, second = p.text(p.last.span), p.text(p.token.span)
    texts = [f"{first}*{second}", f"{first}{second}"]
    if p.open and p.open[-1] == "[":
        texts = [f"{first}, {second}"]
    elif not second.isdecimal():
        texts = [] if second.startswith(".") else [f"({first}+{second})", f"{first}*{second}"]
    return p.error("M0106", "two numbers side by side", p.last.span.to(p.token.span), *texts)
