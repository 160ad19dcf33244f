"""√ and ∑: signs that are functions, with a degree or with limits."""

from __future__ import annotations

import re

from matcalc.diagnostics import MatcalcError, Span
from matcalc.language.applications import bare_call, closing
from matcalc.language.characters import SUPERSCRIPT_DIGITS
from matcalc.language.enclosed import bracketed
from matcalc.language.reader import Parse, Reader
from matcalc.language.syntax import Op, node, postorder, within


def root(p: Reader) -> Parse:
    sign = p.take()
    degree = None
    if p.at("[") and p.tokens[closing(p, p.i) + 1].is_op("(", "{"):
        opening = p.take()
        degree = yield p.expression(p)
        p.expect("]", opening.span)
    if p.at("(", "{", "["):
        call = yield bracketed(p, Op.CALL, "sqrt")
    else:
        call = yield bare_call(p, "sqrt", sign.span, spaced=False)
    if degree is None:
        return within(call, sign.span.to(p.last.span))
    one = node(Op.NUMBER, (), sign.span, 1)
    return node(Op.POWER, (call.args[0], node(Op.DIVIDE, (one, degree), degree.span)), sign.span.to(p.last.span))


def big_sum(p: Reader) -> Parse:
    sign = p.take()
    refuse_index(p, "sum", sign.span)
    is_enclosed = p.at("(", "{")
    call = yield (bracketed(p, Op.CALL, "sum") if is_enclosed else bare_call(p, "sum", sign.span))
    if is_enclosed and _is_raised(p):
        raise short_of_power(p, sign.span)
    member = next((s for s in postorder(call) if s.op is Op.NAME and _MEMBER.fullmatch(s.data)), None)
    if member is not None:
        index = member.data.rpartition("_")[2]
        raise p.error("M0217", f"a sum over the index {index} is not read; sum(x) adds all entries", sign.span)
    return call


def _is_raised(p: Reader) -> bool:
    """Whether a power follows, and no transpose."""
    return p.at("^") or (p.token.kind == "superscript" and p.token.data[1] != "T")


def short_of_power(p: Reader, head: Span) -> MatcalcError:
    """∑(y − Xw)²: the square of the sum, or the sum of the squares?"""
    inside = Span(head.end, p.last.span.end)
    end = p.token.span.end
    if p.at("^"):
        end = p.tokens[closing(p, p.i + 1) if p.next.is_op("{", "(") else p.i + 1].span.end
    power = p.source[p.token.span.start:end]
    said, name = p.text(inside).strip(), p.text(head)
    return p.error("M0219", f"how much is the argument of {name}?", Span(head.start, end),
                   f"{name}({said}.^{_digits(power)})", f"({name}{said}){power}")


def _digits(power: str) -> str:
    """The exponent of ^2, ^{2} and ²."""
    return "".join(SUPERSCRIPT_DIGITS.get(c, c) for c in power.lstrip("^")).strip("{}")


_MEMBER = re.compile(r"\w+_[ijk]")  # y_i, of which ∑ adds one for each i


def refuse_index(p: Reader, what: str, span: Span) -> None:
    """∑_i, ∏_{i=1}^n and max_i."""
    if p.token.kind == "subscript":
        below = p.take()
        limits = below.span.to(_upper_limit(p) or below.span)
        more = "; sum(x) adds all entries" if what == "sum" else ""
        raise p.error("M0217", f"a {what} over an index is not read{more}", span.to(limits))


def _upper_limit(p: Reader) -> Span | None:
    """The n of ∑_i^n."""
    if not p.at("^"):
        return None
    return p.tokens[closing(p, p.i + 1) if p.next.is_op("{") else p.i + 1].span
