"""√ and ∑: signs that are functions, with a degree or with limits."""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.language.applications import bare_call, closing
from matcalc.language.enclosed import bracketed
from matcalc.language.reader import Parse, Reader, node, within


def root(p: Reader) -> Parse:
    sign = p.take()
    degree = None
    if p.at("[") and p.tokens[closing(p, p.i) + 1].is_op("(", "{"):
        opening = p.take()
        degree = yield p.expression(p)
        p.expect("]", opening.span)
    if p.at("(", "{", "["):
        call = yield bracketed(p, "call", "sqrt")
    else:
        call = yield bare_call(p, "sqrt", sign.span, spaced=False)
    if degree is None:
        return within(call, sign.span.to(p.last.span))
    one = node("number", (), sign.span, 1)
    return node("power", (call.args[0], node("divide", (one, degree), degree.span)), sign.span.to(p.last.span))


def big_sum(p: Reader) -> Parse:
    sign = p.take()
    if p.token.kind == "subscript":
        below = p.take()
        limits = below.span.to(_upper_limit(p) or below.span)
        raise p.error("M0217", "a sum over an index is not read; sum(x) adds all entries", sign.span.to(limits))
    if p.at("(", "{"):
        return (yield bracketed(p, "call", "sum"))
    return (yield bare_call(p, "sum", sign.span))


def _upper_limit(p: Reader) -> Span | None:
    """The n of ∑_i^n."""
    if not p.at("^"):
        return None
    return p.tokens[closing(p, p.i + 1) if p.next.is_op("{") else p.i + 1].span
