"""What is read in the brackets behind an operand, X[i, j] and X(i, j): an entry, a range a:b, all of an axis, ::-1."""

from __future__ import annotations

from matcalc.language.python_indices import END, REVERSED
from matcalc.language.reader import CLOSING, INDEX, Parse, Reader
from matcalc.language.syntax import Op, Syntax, node


def _is_reversed(p: Reader) -> bool:
    """Whether ::-1 stands here, all of an axis from its end."""
    ahead = p.tokens[p.i:p.i + 5]
    return [token.text for token in ahead[:4]] == [":", ":", "-", "1"] and ahead[4].is_op("]", ",")


def index(p: Reader, base: Syntax) -> Parse:
    """X[i, j] with i and j an entry, a range a:b, or a colon."""
    opening = p.take()
    closing_sign = CLOSING[opening.text]
    p.open.append(INDEX)
    axes: list[Syntax | tuple[Syntax, Syntax] | None] = []
    while True:
        first = None if p.at(":") else (yield p.expression(p))
        if p.vocabulary.numpy and first is None and _is_reversed(p):
            p.i += 4
            axes.append(node(Op.RESERVED, (), p.last.span, REVERSED))
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
    if len(axes) > 2 and not p.vocabulary.numpy:
        raise p.error("M0218", "an entry has one index or two", opening.span.to(closing.span), "[1, 1]")
    return node(Op.INDEX, (base,), base.span.to(closing.span), tuple(axes))
