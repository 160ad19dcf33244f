"""Masks of NumPy: (x > 0) & (y > 0), ~(x > 0), np.logical_or(…), and x[x > 0], whose entries are read where they are
summed: how many there are is no size that can be known.

A mask is 1 where its condition holds and 0 elsewhere.
"""

from __future__ import annotations

from fractions import Fraction

from matcalc.diagnostics import Span
from matcalc.language.axes import PICKED, PICKED_EACH
from matcalc.language.cases import SELECT, compares, mask
from matcalc.language.reader import Parse, Reader, closing_at
from matcalc.language.suggest import table
from matcalc.language.syntax import Op, Syntax, node, postorder

_SIGNS = ("&", "|")
_LAYERS = (Op.NEGATE, Op.SUM, Op.HADAMARD, Op.HADAMARD_POWER, Op.HADAMARD_DIVIDE, Op.DIVIDE, Op.POWER)


def is_chain(p: Reader) -> bool:
    """Whether masks in brackets are joined by & or | here, as all that stands between brackets or commas."""
    before = p.tokens[p.i - 1] if p.i else None
    if not p.vocabulary.numpy or (before is not None and not before.is_op("(", "[", ",", "~")):
        return False
    start = p.i + p.at("~")
    return p.tokens[start].is_op("(") and p.tokens[closing_at(p, start) + 1].is_op(*_SIGNS)


def masked(p: Reader) -> Parse | None:
    """What is read at the bracket or ~ here where masks are joined; None where something else stands there."""
    if is_chain(p):
        return chain(p)
    if p.at("~"):
        return negated(p)
    return None


def chain(p: Reader) -> Parse:
    """(x > 0) & (y > 0) | (z > 0), where & binds more tightly."""
    either: list[Syntax] = []
    both = [(yield negated(p))]
    while p.at(*_SIGNS):
        sign = p.take().text
        if not p.at("(", "~"):
            raise p.error("M0362", "& and | join masks in brackets, (x > 0) & (y > 0)", p.last.span)
        if sign == "|":
            either.append(_all(both))
            both = []
        both.append((yield negated(p)))
    either.append(_all(both))
    if not (p.token.kind == "end" or p.at(")", "]", ",")):
        raise p.error("M0362", "masks that are joined by & or | stand in brackets of their own", p.token.span)
    return _any(either)


def negated(p: Reader) -> Parse:
    """A mask in brackets, behind ~ where it is the other one."""
    if p.at("~"):
        sign = p.take()
        if not p.at("(", "~"):
            raise p.error("M0362", "~ stands before a mask in brackets, ~(x > 0)", sign.span)
        return _not((yield negated(p)))
    opening = p.take()
    p.open.append("(")
    found = (yield chain(p)) if is_chain(p) else (yield mask(p)) if compares(p) else (yield p.expression(p))
    closing = p.expect(")", opening.span)
    p.open.pop()
    if not is_mask(found):
        raise p.error("M0362", "what &, | and ~ take is a mask, (x > 0)", opening.span.to(closing.span))
    return found


def is_mask(s: Syntax) -> bool:
    """Whether it is 1 or 0 everywhere, by how it is made."""
    if s.op is Op.HADAMARD:
        return all(map(is_mask, s.args))
    if s.op is Op.SUM:
        return s.data == (1, -1) and _number(s.args[0]) == 1 and is_mask(s.args[1])
    if s.op is Op.CALL and s.data == SELECT:
        return all(_number(arg) in (0, 1) or is_mask(arg) for arg in s.args[1:])
    return False


def _number(s: Syntax) -> object:
    return s.data if s.op is Op.NUMBER else None


def _not(s: Syntax) -> Syntax:
    return node(Op.SUM, (node(Op.NUMBER, (), s.span, Fraction(1)), s), s.span, (1, -1))


def _all(masks: list[Syntax]) -> Syntax:
    found = masks[0]
    for one in masks[1:]:
        found = node(Op.HADAMARD, (found, one), found.span.to(one.span))
    return found


def _any(masks: list[Syntax]) -> Syntax:
    return masks[0] if len(masks) == 1 else _not(_all(list(map(_not, masks))))


def logic(call: Syntax) -> Syntax | None:
    """np.logical_and(x > 0, y > 0); None where it is another function, or what it takes are no masks."""
    if call.data not in table("logic") or not all(map(is_mask, call.args)):
        return None
    how = table("logic")[str(call.data)]
    if how == "~":
        return _not(call.args[0]) if len(call.args) == 1 else None
    if len(call.args) != 2:
        return None
    a, b = call.args
    if how == "^":
        return _any([_all([a, _not(b)]), _all([_not(a), b])])
    return _all([a, b]) if how == "&" else _any([a, b])


def picks(p: Reader) -> bool:
    """Whether the index that begins here is one mask, x[x > 0]."""
    end = closing_at(p, p.i, 1)
    inside = p.tokens[p.i:end]
    depth = 0
    for token in inside:
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth == 0 and token.is_op(",", ":"):
            return False
    return compares(p) or is_chain(p) or (p.at("~") and p.next.is_op("("))


def picked(p: Reader, base: Syntax, opening: Span) -> Parse:
    """The entries x[x > 0], read up to the bracket that closes."""
    found = yield mask(p) if compares(p) else chain(p) if is_chain(p) else negated(p)
    closing = p.expect("]", opening)
    return node(Op.ALONG, (base, found), base.span.to(closing.span), (PICKED, 0, False))


def picked_total(p: Reader, call: Syntax) -> Syntax | None:
    """x[x > 0].sum() and np.mean(x[x > 0]**2): of what is done to entries one by one; None where it is something else.
    """
    if call.data not in table("picked") or len(call.args) != 1:
        return None
    (body,) = call.args
    where = p.keywords.get("where")
    is_mean = table("picked")[str(call.data)] == PICKED_EACH and set(p.keywords) == {"where"}
    if is_mean and isinstance(where, Syntax) and is_mask(where):
        p.keywords.clear()
        return _total(body, where, body, call)
    if p.keywords:
        return None
    parts = postorder(body)
    found = [s for s in parts if s.op is Op.ALONG and s.data[0] == PICKED]
    if not found or len({p.text(s.args[1].span) for s in found}) > 1:
        return None
    inside = {part for s in found for part in postorder(s)} - set(found)
    new: dict[Syntax, Syntax] = {}
    for s in parts:
        if s in found:
            new[s] = s.args[0]
        elif s in inside or s.op is Op.NUMBER:
            new[s] = s
        elif s.op in _LAYERS or (len(s.args) == 1 and s.op is Op.CALL and table("by entries").get(s.data) == "one"):
            new[s] = node(s.op, tuple(new[arg] for arg in s.args), s.span, s.data)
        else:
            return None
    return _total(found[0].args[0], found[0].args[1], new[body], call)


def _total(whole: Syntax, chosen: Syntax, body: Syntax, call: Syntax) -> Syntax:
    """The sum or mean of `body`, which is made of the entries of `whole`, where the mask is 1."""
    none = node(Op.NUMBER, (), body.span, Fraction(0))
    kept = node(Op.CALL, (chosen, body, none), body.span, SELECT)
    return node(Op.ALONG, (whole, chosen, kept), call.span, (table("picked")[str(call.data)], 0, False))
