"""Masks of NumPy: (x > 0) & (y > 0), ~(x > 0), np.logical_or(…), and x[x > 0], MATLAB's x(x > 0), whose entries are
read where they are summed or the like: how many there are is no size that can be known.

A mask is 1 where its condition holds and 0 elsewhere.
"""

from __future__ import annotations

from fractions import Fraction

from matcalc.diagnostics import Span
from matcalc.language.axes import KEPT, PICKED, PICKED_ALL, PICKED_EACH
from matcalc.language.cases import SELECT, compares, mask
from matcalc.language.reader import Parse, Reader, closing_at
from matcalc.language.suggest import table
from matcalc.language.syntax import Op, Syntax, node, postorder

_SIGNS = ("&", "|")
_LAYERS = (Op.NEGATE, Op.SUM, Op.HADAMARD, Op.HADAMARD_POWER, Op.HADAMARD_DIVIDE, Op.DIVIDE, Op.POWER)
_NORMS = ("", "1", "2", "F", "inf")  # of a vector


def is_chain(p: Reader) -> bool:
    """Whether masks in brackets are joined by & or | here, as all that stands between brackets or commas."""
    before = p.tokens[p.i - 1] if p.i else None
    if not p.vocabulary.numpy or (before is not None and not before.is_op("(", "[", ",", "~")):
        return False
    start = p.i + p.at("~")
    return p.tokens[start].is_op("(") and p.tokens[min(closing_at(p, start) + 1, len(p.tokens) - 1)].is_op(*_SIGNS)


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
    p.vocabulary.found.picks = True
    return node(Op.ALONG, (base, found), base.span.to(closing.span), (PICKED, 0, False))


def behind(p: Reader, base: Syntax) -> Parse:
    """MATLAB's x(x > 0), whose round bracket stands here; of a number it is the number times the condition."""
    opening = p.take()
    p.open.append("(")
    p.vocabulary.found.picks = True
    found = yield mask(p)
    closing = p.expect(")", opening.span)
    p.open.pop()
    return node(Op.ALONG, (base, found), base.span.to(closing.span), (PICKED, 0, True))


def picked_where(p: Reader, call: Syntax) -> Syntax | None:
    """np.mean(y, where=x > 0); None where it is something else."""
    how, where = table("picked").get(str(call.data)), p.keywords.get("where")
    if how == PICKED_EACH and set(p.keywords) == {"where"} and isinstance(where, Syntax) and is_mask(where) \
            and len(call.args) == 1:
        p.keywords.clear()
        return _gathered(call, (call.args[0], where, call.args[0]))
    return None


def selected(p: Reader, call: Syntax) -> Syntax | None:
    """torch.masked_select(x, x > 0) and np.extract(x > 0, x), which are x[x > 0]; None where it is something else."""
    if call.data not in table("picking") or len(call.args) != 2 or p.keywords:
        return None
    x, chosen = call.args if table("picking")[str(call.data)] == "array first" else call.args[::-1]
    if not is_mask(chosen):
        return None
    p.vocabulary.found.picks = True
    return node(Op.ALONG, (x, chosen), call.span, (PICKED, 0, False))


Picked = tuple[Syntax, Syntax, Syntax]  # the array, the mask, and what is made of the picked entries one by one


def gathered(p: Reader, root: Syntax) -> Syntax:
    """`root` with what is made of picked entries put together: x[x > 0].sum(), norm(x(x > 0).^2), max(x[x < 1])."""
    done: dict[Syntax, Syntax] = {}
    entries: dict[Syntax, Picked] = {}
    for s in postorder(root):
        of = [entries[arg] for arg in s.args if arg in entries]
        args = tuple(done[arg] for arg in s.args)
        done[s] = s if args == s.args else node(s.op, args, s.span, s.data)
        if s.op is Op.ALONG and s.data[0] == PICKED and not of:
            entries[s] = done[s].args[0], done[s].args[1], done[s].args[0]
        elif of and len({p.text(mask.span) for _, mask, _ in of}) == 1:
            if (body := _layer(s, done, entries)) is not None:
                entries[s] = *of[0][:2], body
            elif len(s.args) == 1 and (s.op is Op.NORM or s.op is Op.CALL):
                done[s] = _gathered(s, of[0]) or done[s]
    return done[root]


def _layer(s: Syntax, done: dict[Syntax, Syntax], entries: dict[Syntax, Picked]) -> Syntax | None:
    """What is done to entries one by one, beside numbers; None where it is something else."""
    if any(arg not in entries and arg.op is not Op.NUMBER for arg in s.args):
        return None
    is_function = len(s.args) == 1 and (s.op is Op.DOTTED or (
        s.op is Op.CALL and table("by entries").get(str(s.data)) == "one"))
    if s.op not in _LAYERS and not is_function:
        return None
    args = tuple(entries[arg][2] if arg in entries else done[arg] for arg in s.args)
    return node(s.op, args, s.span, s.data)


def _gathered(call: Syntax, of: Picked) -> Syntax | None:
    """A number that is made of picked entries; None where it is made of them in a way that is not known here."""
    whole, chosen, body = of
    how = table("picked").get(str(call.data)) if call.op is Op.CALL else "0" if call.data in _NORMS else None
    if how is None:
        return None
    if how in (PICKED_ALL, PICKED_EACH):
        return node(Op.ALONG, (whole, chosen, _kept(chosen, body, "0")), call.span, (how, 0, False))
    kept = node(Op.ALONG, (whole, chosen, _kept(chosen, body, how)), call.span, (KEPT, 0, False))
    return node(call.op, (node(Op.CALL, (kept,), call.span, "vec"),), call.span, call.data)


def _kept(chosen: Syntax, body: Syntax, fill: str) -> Syntax:
    """`body` where the mask is 1, elsewhere what changes nothing: a number, or its smallest or largest entry, which
    leaves the largest or smallest of the others what it is."""
    other = node(Op.NUMBER, (), body.span, Fraction(fill)) if fill.isdigit() else \
        node(Op.CALL, (body,), body.span, fill)
    return node(Op.CALL, (chosen, body, other), body.span, SELECT)
