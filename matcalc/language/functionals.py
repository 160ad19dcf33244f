"""Functions that take a function of numbers, behind their other arguments: funm(A, exp), funm(A, f), funm(A, f′)."""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.language.characters import UNSPECIFIED
from matcalc.language.reader import Parse, Reader
from matcalc.language.syntax import Op, Syntax, node

HIGHEST = 9  # order of a derivative that is given


def is_functional(p: Reader) -> bool:
    """Whether the name of one stands here."""
    return p.token.text in p.vocabulary.functionals


def functional(p: Reader) -> Parse:
    """The call as one of the function `funm:exp`, whose arguments are the others."""
    head = p.take()
    if not p.at("("):
        raise p.error("M0203", f"{head.text} needs its arguments in parentheses", head.span)
    opening = p.take()
    p.open.append("(")
    args: list[Syntax] = []
    for k in range(p.vocabulary.functionals[head.text]):
        if k:
            _comma(p, head.text, head.span)
        args.append((yield p.expression(p)))
    _comma(p, head.text, head.span)
    word = _given(p, head.text)
    closing = p.expect(")", opening.span)
    p.open.pop()
    return node(Op.CALL, tuple(args), head.span.to(closing.span), f"{head.text}:{word}")


def _comma(p: Reader, name: str, start: Span) -> None:
    if not p.accept(","):
        count = p.vocabulary.functionals[name]
        raise p.error("M0319", f"{name} takes {count} argument{'s' * (count > 1)} and then a function of numbers",
                      start.to(p.token.span), fixes=_filled(p, name) if p.at(")") else ())


def _filled(p: Reader, name: str) -> tuple[str, ...]:
    before, after = p.source[:p.token.span.start], p.source[p.token.span.start:]
    return (f"{before}, f{after}",) if p.vocabulary.functionals[name] == 1 else ()


def _given(p: Reader, name: str) -> str:
    """exp, f, f′, deriv(f) and deriv(f, 2): the name of a function, and of which derivative of it."""
    token = p.take()
    if token.kind == "function":
        return token.text
    if token.kind == "reserved" and token.text == "deriv" and p.at("("):
        opening = p.take()
        word, order = _letter(p, name), 1
        if p.accept(","):
            number = p.take()
            order = int(number.data) if number.kind == "number" and number.data == int(number.data) else 0
        p.expect(")", opening.span)
        if order:
            return _of_order(p, word, order, token.span)
        raise p.error("M0210", "a derivative reads deriv(f) or deriv(f, 2)", token.span.to(p.last.span), "deriv(f)")
    p.i -= 1
    word, order = _letter(p, name), 0
    while p.at("'", "′", "′′"):
        order += len(p.take().text)
    return _of_order(p, word, order, token.span)


def _letter(p: Reader, name: str) -> str:
    """A function of which nothing is known but its letter."""
    token = p.token
    if token.kind != "name" or token.text not in UNSPECIFIED or token.text in p.vocabulary.declared:
        raise p.error("M0210", f"{name} takes a function of numbers by its name, exp or f", token.span)
    return p.take().text


def _of_order(p: Reader, word: str, order: int, start: Span) -> str:
    if order > HIGHEST:
        raise p.error("M0210", f"derivatives are given up to order {HIGHEST}", start.to(p.last.span))
    return f"{word}:{order}" if order else word
