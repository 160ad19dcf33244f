"""Operands between two signs: brackets, bars, inner products, blocks and indices."""

from __future__ import annotations

import re

from matcalc.language.characters import OVER
from matcalc.language.numpy_names import ARGUMENTS, p_norm
from matcalc.language.reader import Parse, Reader
from matcalc.language.syntax import Op, Syntax, node, within

CLOSING = {"(": ")", "{": "}", "[": "]", "<": ">"}
NORMS = {"": "", "1": "1", "2": "2", "F": "F", "fro": "F", "∞": "inf", "inf": "inf", "infty": "inf", "*": "*",
         "nuc": "*", "op": "op"}


def bracketed(p: Reader, op: Op, data: str) -> Parse:
    """(a, b, …) as one node of `op`; its span starts at the token before the bracket."""
    start = p.tokens[p.i - 1 - (op is Op.DOTTED)].span if p.i else p.token.span
    opening = p.take()
    p.open.append("(")
    arguments: list[Syntax] = []
    if not p.at(CLOSING[opening.text]):
        arguments.append((yield p.expression(p)))
        while p.accept(","):
            if p.dialect == "numpy" and p.at(CLOSING[opening.text]):
                break  # (3,)
            if p.dialect == "numpy" and p.token.text in ARGUMENTS:
                without = re.sub(rf", *{p.token.text} *= *[^,)]*", "", p.source)
                raise p.error("M0216", f"the argument {p.token.text} is not read", p.token.span, fixes=(without,))
            arguments.append((yield p.expression(p)))
    closing = p.expect(CLOSING[opening.text], opening.span)
    p.open.pop()
    return node(op, tuple(arguments), start.to(closing.span), data)


def group(p: Reader) -> Parse:
    opening = p.take()
    p.open.append("(")
    inside = yield p.expression(p)
    if p.accept(OVER):
        inside = node(Op.DIVIDE, (inside, (yield p.expression(p))), opening.span.to(p.last.span))
    if p.at(","):
        end = p.tokens[closing_of(p)].span
        blocks = f"{p.source[:opening.span.start]}[{p.source[opening.span.end:end.start]}]{p.source[end.end:]}"
        raise p.error("M0202", "a list of expressions stands only in a call, or as blocks in square brackets",
                      p.token.span, fixes=(blocks,))
    closing = p.expect(CLOSING[opening.text], opening.span)
    p.open.pop()
    return within(inside, opening.span.to(closing.span))


def closing_of(p: Reader) -> int:
    """Index of the bracket that closes the innermost open one."""
    depth = 1
    for j in range(p.i, len(p.tokens)):
        depth += p.tokens[j].is_op("(", "[", "{") - p.tokens[j].is_op(")", "]", "}")
        if depth == 0:
            return j
    return len(p.tokens) - 1


def inner(p: Reader) -> Parse:
    opening = p.take()
    p.open.append("<")
    left = yield p.expression(p)
    if not p.accept(",", "|"):
        raise p.error("M0202", "an inner product reads <A, X>", p.token.span, fixes=(p.closed(", x>"),))
    right = yield p.expression(p)
    closing = p.expect(">", opening.span)
    p.open.pop()
    return node(Op.INNER, (left, right), opening.span.to(closing.span))


def bars(p: Reader) -> Parse:
    """|x|, ||x|| and ‖x‖ with its subscript."""
    opening = p.take()
    bar = opening.text
    if bar == "|" and p.at("|") and not p.token.space_before and p.i - 1 not in p.turned:
        p.take()
        bar = "||"
    p.open.append(bar)
    inside = yield p.expression(p)
    if not p.closes_bar():
        raise p.error("M0202", f"expected {bar}, which was opened here", opening.span, fixes=(p.closed(bar),))
    p.i += len(bar)
    p.open.pop()
    span = opening.span.to(p.last.span)
    if bar == "|":
        return node(Op.BARS, (inside,), span)
    if p.token.kind != "subscript":
        return node(Op.NORM, (inside,), span, "")
    token = p.take()
    if token.text not in NORMS:
        raise p.error("M0208", f"there is no norm with the subscript {token.text}", span.to(token.span),
                      *p_norm(p.text(inside.span), token.text))
    return node(Op.NORM, (inside,), span.to(token.span), NORMS[token.text])


def block(p: Reader) -> Parse:
    """[A, B; C, D]"""
    opening = p.take()
    p.open.append("[")
    blocks = [(yield p.expression(p))]
    counts = [1]
    while p.at(",", ";"):
        if p.take().text == ";":
            if p.at("]"):
                break
            counts.append(0)
        counts[-1] += 1
        blocks.append((yield p.expression(p)))
    closing = p.expect("]", opening.span)
    p.open.pop()
    return node(Op.BLOCK, tuple(blocks), opening.span.to(closing.span), tuple(counts))


def is_block(p: Reader) -> bool:
    """Whether the bracket here holds a matrix of blocks, as in A[x; y], and no indices."""
    return p.i in p.blocks


def index(p: Reader, base: Syntax) -> Parse:
    """X[i, j] with i and j an entry, a range a:b, or a colon."""
    opening = p.take()
    p.open.append("[")
    axes: list[Syntax | tuple[Syntax, Syntax] | None] = []
    while True:
        if p.accept(":"):
            axes.append(None)
        else:
            first = yield p.expression(p)
            axes.append((first, (yield p.expression(p))) if p.accept(":") else first)
        if not p.accept(","):
            break
    closing = p.expect("]", opening.span)
    p.open.pop()
    if len(axes) > 2:
        raise p.error("M0218", "an entry has one index or two", opening.span.to(closing.span), "[1, 1]")
    return node(Op.INDEX, (base,), base.span.to(closing.span), tuple(axes))
