"""What stands in brackets one after the other: the arguments of a call, lists, and matrices of blocks."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.diagnostics import Span
from matcalc.language.cases import compares, mask
from matcalc.language.peers import is_sympy
from matcalc.language.reader import (
    ARGUMENTS,
    CLOSING,
    SECONDS,
    TRUTHS,
    TUPLE,
    Argument,
    Parse,
    Reader,
    closing_at,
)
from matcalc.language.suggest import table
from matcalc.language.syntax import EMPTY, Op, Syntax, node, within


def bracketed(p: Reader, op: Op, data: str) -> Parse:
    """(a, b, …) as one node of `op`; its span starts at the token before the bracket."""
    start = p.tokens[p.i - 1 - (op is Op.DOTTED)].span if p.i else p.token.span
    opening = p.take()
    p.open.append("(")
    arguments: list[Syntax] = []
    said: dict[str, Argument] = {}
    while not p.at(CLOSING[opening.text]) or not (arguments or said or p.vocabulary.numpy):
        if (name := _keyword(p)) and p.token.kind == "string":
            said[name] = p.take().text
        elif name and p.token.text in TRUTHS:
            said[name] = TRUTHS[p.take().text]
        elif name:
            said[name] = yield from _argument(p)
        else:
            arguments.append((yield from _argument(p)))
        if not p.accept(","):
            break
        if p.at(CLOSING[opening.text]) and not p.vocabulary.numpy:
            raise p.missing()
    closing = p.expect(CLOSING[opening.text], opening.span)
    p.open.pop()
    p.keywords = said
    return node(op, tuple(arguments), start.to(closing.span), data)


def by_rows(p: Reader, call: Syntax) -> Parse:
    """vmap(f)(X, Y): f of each row, for functions of entries, sums and the like along the rows, and dot."""
    if len(call.args) == 1 and call.args[0].op is Op.CALL and str(call.args[0].data)[:1] == "@" and p.at("("):
        from matcalc.language.batched import by_rows as of_rows  # which few texts need

        return of_rows(p, call.args[0], (yield bracketed(p, Op.CALL, call.data)))
    name = str(call.args[0].data) if len(call.args) == 1 and call.args[0].op is Op.NAME else ""
    if not name or p.keywords or not p.at("("):
        raise p.error("M0364", "vmap is read of the name of a function, with arrays in brackets behind it", call.span)
    given = yield bracketed(p, Op.CALL, name)
    span, count = call.span.to(given.span), len(given.args)
    how = table("along").get(name, "")
    if count == 2 and table("by entries").get(name) == "pair" and not p.keywords:
        return node(Op.ALONG, (node(Op.HADAMARD, given.args, span),), span, ("all", 1, False))
    if count == 1 and table("by entries").get(name) == "one" and not p.keywords:
        return node(Op.CALL, given.args, span, name)
    if count == 1 and how in ("all", "each") and not p.keywords:
        return node(Op.ALONG, given.args, span, (how, 1, False))
    raise p.error("M0364", f"vmap of {name} is not read here", call.span)


def _argument(p: Reader) -> Parse:
    """An argument of a call; in NumPy's dialect it may be a list in round brackets or a word in quotes."""
    if p.token.kind == "string":
        token = p.take()
        return node(Op.NAME, (), token.span, f"'{token.text}'")
    if p.at("[") and p.next.is_op("]"):
        return node(Op.RESERVED, (), p.take().span.to(p.take().span), EMPTY)
    if p.at("@") or p.token.text in ("lambda", "Lambda"):
        from matcalc.language.handles import handle, is_handle  # which few texts need

        if is_handle(p):
            return (yield handle(p))
    if p.vocabulary.numpy and compares(p):
        return (yield mask(p))
    if p.at("(") and (p.vocabulary.numpy or is_sympy(p.source)) and _is_tuple(p):
        return (yield bracketed(p, Op.CALL, TUPLE))
    return (yield p.expression(p))


def _is_tuple(p: Reader) -> bool:
    """Whether the bracket here holds a list, and nothing follows it but the next argument."""
    end = closing_at(p, p.i)
    after = p.tokens[min(end + 1, len(p.tokens) - 1)]
    depth = 0
    for token in p.tokens[p.i + 1:end]:
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth == 0 and token.is_op(","):
            return after.is_op(",", ")", "]")
    return end == p.i + 1 and after.is_op(",", ")", "]")


def _keyword(p: Reader) -> str:
    """Take the name of an argument and its sign, alpha=, and return it; of k=1 take k= only."""
    if p.token.kind not in ("name", "function", "reserved") or not p.next.is_op("="):
        return ""
    if not p.vocabulary.numpy and p.token.text not in ARGUMENTS:
        return ""
    name = p.text(p.take().span)
    p.take()
    return "" if p.vocabulary.numpy and name in SECONDS else name


def block(p: Reader) -> Parse:
    """[A, B; C, D]"""
    opening = p.take()
    if p.token.kind == p.next.kind == "number":
        from matcalc.language.bracket_places import numbers_side_by_side  # which few texts need

        if numbers := numbers_side_by_side(p):
            return node(Op.BLOCK, numbers, opening.span.to(p.last.span), (len(numbers),))
    p.open.append("[")
    one = _argument if p.vocabulary.numpy else p.expression
    blocks = [(yield one(p))]
    counts = [1]
    while p.at(",", ";"):
        if p.take().text == ";":
            if p.at("]"):
                break
            counts.append(0)
        if p.at("]") and p.vocabulary.numpy:
            break
        counts[-1] += 1
        blocks.append((yield one(p)))
    closing = p.expect("]", opening.span)
    p.open.pop()
    if len(counts) > 1 and p.text(opening.span) == "[" and (gaps := _gaps(p, blocks)):  # LaTeX has & between columns
        from matcalc.language.bracket_places import columns_or_factors  # which few texts need

        raise columns_or_factors(p, opening.span.to(closing.span), gaps)
    if len(blocks) == 1 and p.vocabulary.found.is_indexed:
        return within(blocks[0], opening.span.to(closing.span))  # Σᵢ [aᵢ − bᵢ]
    return node(Op.BLOCK, tuple(blocks), opening.span.to(closing.span), tuple(counts))


def _gaps(p: Reader, blocks: Sequence[Syntax]) -> list[Span]:
    """Where nothing but blanks stands between two factors of a block, which are two columns in MATLAB: [a b; c d]."""
    pairs = [(left.span.end, right.span.start) for part in blocks if part.op is Op.PRODUCT
             for left, right in zip(part.args, part.args[1:], strict=False)]
    return [Span(i, j) for i, j in pairs if i < j and p.source[i:j].isspace()]
