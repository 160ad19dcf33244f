"""Operands: numbers, names, fractions, holes, and whatever a token tells to be one of the other kinds."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.language.applications import applied, defined, function, has_comma, primes, reserved, several
from matcalc.language.characters import FRACTION, UNSPECIFIED
from matcalc.language.enclosed import bars, block, group, inner
from matcalc.language.reader import Parse, Reader
from matcalc.language.signs import big_sum, root
from matcalc.language.syntax import Op, node, within


def atom(p: Reader) -> Parse:
    token = p.token
    if token.kind == "op":
        reader = OPERATORS.get(token.text)
        if reader is None:
            raise _stray(p)
        return (yield reader(p))
    if token.kind not in KINDS:
        raise p.missing()
    return (yield KINDS[token.kind](p))


def _stray(p: Reader) -> Exception:
    if p.at("="):
        right = p.source[p.token.span.end:].strip()
        return p.error("M0211", "= is not part of an expression", p.token.span, ":=", fixes=(right,))
    return p.missing()


def _number(p: Reader) -> Parse:
    yield from ()
    token = p.take()
    return node(Op.NUMBER, (), token.span, token.data)


def _name(p: Reader) -> Parse:
    token = p.take()
    name = token.text
    if name in p.defined and p.at("("):
        return (yield defined(p, name))
    if name in p.bound:
        return within(p.bound[name], token.span)
    if name in p.vocabulary.declared:
        return node(Op.NAME, (), token.span, name)
    if name in UNSPECIFIED and p.at(".") and p.next.is_op("(") and p.dialect != "numpy":
        p.take()
        return within((yield applied(p, name, 0)), token.span.to(p.last.span))
    if name in UNSPECIFIED and (order := primes(p)) is not None:
        return (yield applied(p, name, order))
    if name == "e" and not token.bold and _is_raised(p):
        return node(Op.RESERVED, (), token.span, "e")
    if p.at("(") and not p.token.space_before and has_comma(p):
        return (yield several(p, name, token.span))
    return node(Op.NAME, (), token.span, name)


def _is_raised(p: Reader) -> bool:
    """Whether a power follows, and no transpose."""
    token = p.token
    if token.is_op("^"):
        token = p.tokens[min(p.i + 1 + p.next.is_op("{", "("), len(p.tokens) - 1)]
        turned = token.kind == "name" and token.text == "T" and "T" not in p.vocabulary.declared
        return not turned and not (token.kind == "superscript" and token.data == ("", "T"))
    return token.kind == "superscript" and token.data[1] != "T"


def _fraction(p: Reader) -> Parse:
    start = p.take().span
    top = yield atom(p)
    bottom = yield atom(p)
    return node(Op.DIVIDE, (top, bottom), start.to(p.last.span))


def _hole(p: Reader) -> Parse:
    yield from ()
    return node(Op.HOLE, (), p.take().span)


Method = Callable[[Reader], Parse]
KINDS: dict[str, Method] = {"number": _number, "name": _name, "function": function, "reserved": reserved}
OPERATORS: dict[str, Method] = {"(": group, "{": group, "[": block, "|": bars, "‖": bars, "<": inner, "√": root,
                                "∑": big_sum, "?": _hole, FRACTION: _fraction}
