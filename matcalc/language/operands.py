"""Operands: numbers, names, fractions, holes, and functions applied to arguments: with brackets, without, unspecified
(f, σ), defined in the text; √ and ∑, which are functions with a degree or with limits.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from matcalc.diagnostics import MatcalcError, Span
from matcalc.language.arrays import VMAP, along
from matcalc.language.binders import einsum, entries_put_in, implied, is_implied, reduction, relation, relation_inside
from matcalc.language.bounds import HEADS
from matcalc.language.cases import SELECT, piecewise, takes_lists, where
from matcalc.language.characters import CAPITAL_FUNCTIONS, CASES, FRACTION, SUPERSCRIPT_DIGITS, UNSPECIFIED
from matcalc.language.classes import indicator
from matcalc.language.foreign import called_letter, norm_call, numpy_call, of_matlab, refuse_between
from matcalc.language.functionals import functional, is_functional
from matcalc.language.listed import block, bracketed, by_rows
from matcalc.language.postfixes import holds_list
from matcalc.language.reader import (
    Parse,
    Reader,
    bars,
    closing_at,
    group,
    inner,
    is_block,
)
from matcalc.language.subscripts import commutation, product_of_sizes, with_place
from matcalc.language.syntax import CONJUGATED, Op, Syntax, instantiate, node, within
from matcalc.language.vocabulary import Token

HIGHEST_ORDER = 100
Method = Callable[[Reader], Parse]


def several(p: Reader, name: str, span: Span) -> Parse:
    """name(a, b): only a function takes two arguments (K(m,n) is one although K is mostly a matrix)."""
    if name not in p.vocabulary.functions and name != "K":
        opening, end = p.token.span, p.tokens[closing_at(p, p.i)].span
        inside = p.source[opening.end:end.start]
        entry = f"{p.source[:opening.start]}[{inside}]{p.source[end.end:]}"
        are_numbers = inside.replace(",", "").replace(" ", "").isdigit()
        raise p.error("M0210", f"{name} is not a function, so it takes no list of arguments", span,
                      fixes=(entry,) if are_numbers else ())
    return (yield bracketed(p, Op.CALL, name))


def primes(p: Reader) -> int | None:
    """The order of f, f′, f″ when a bracket follows at once; None where f is just a name."""
    i, count = p.i, 0
    braced = p.tokens[i].is_op("^") and p.next.is_op("{")
    i += 2 * braced
    while p.tokens[i].is_op("′", "′′") and not p.tokens[i].space_before:
        count += len(p.tokens[i].text)
        i += 1
    if braced:
        if not count or not p.tokens[i].is_op("}"):
            return None
        i += 1
    if p.at("'"):
        _refuse_quote(p)
    if not p.tokens[i].is_op("("):
        return None
    if p.tokens[i].space_before and "\\" not in p.source:
        from matcalc.language.refusals import spaced  # which texts that are read do not need

        raise spaced(p, i)
    if count >= HIGHEST_ORDER:
        span = p.last.span.to(p.tokens[i - 1].span)
        raise p.error("M0210", f"derivatives are read below order {HIGHEST_ORDER}", span, p.last.text)
    p.i = i
    return count


def _refuse_quote(p: Reader) -> None:
    """f'(x) is refused: the derivative and the transpose look alike."""
    i = p.i
    while p.tokens[i].is_op("'"):
        i += 1
    if not p.tokens[i].is_op("(") or p.tokens[i].space_before:
        return
    order = i - p.i
    name = p.last
    end = closing_at(p, i)
    inside = p.source[p.tokens[i].span.end:p.tokens[end].span.start]
    fix = f"deriv({name.text}, {inside})" if order == 1 else f"deriv({name.text}, {order}, {inside})"
    span = name.span.to(p.tokens[i - 1].span)
    raise p.error("M0205", f"{p.text(span)}( can be a derivative or a transpose", span.to(p.tokens[end].span), fix,
                  f"{name.text}*({inside})")


def applied(p: Reader, name: str, order: int) -> Parse:
    """An unspecified function, or its derivative of that order, with its one argument in brackets."""
    start = p.last.span
    group = yield bracketed(p, Op.CALL, name)
    if len(group.args) != 1:
        raise p.error("M0210", f"the unspecified function {name} has one argument", group.span)
    return node(Op.APPLY, group.args, start.to(p.last.span), (name, order))


def defined(p: Reader, name: str) -> Parse:
    """A function bound with := is replaced by its body."""
    start = p.last.span
    group = yield bracketed(p, Op.CALL, name)
    parameters, body = p.defined[name]
    if len(parameters) != len(group.args):
        raise p.error("M0212", f"{name} takes {len(parameters)} arguments", group.span)
    values = dict(zip(parameters, group.args, strict=True))
    if p.vocabulary.found.is_indexed:
        body = entries_put_in(p, name, body, values)
    return within(instantiate(body, values), start.to(p.last.span))


def function(p: Reader) -> Parse:
    """A function with its argument, in brackets of any kind or without; f.(x) is taken entry by entry."""
    if is_functional(p):
        return (yield functional(p))
    token = p.take()
    if p.token.kind == "limits":
        return (yield reduction(p, token.span))
    if p.token.kind == "subscript":
        return (yield _to_base(p, token))
    return (yield _with_argument(p, token))


def _to_base(p: Reader, token: Token) -> Parse:
    """log₂ x as log(x)/log(2)."""
    low = p.take()
    if token.text != "log" or not low.text.isdigit() or int(low.text) < 2:
        raise p.error("M0213", f"{token.text} with something below it is not read", token.span.to(low.span))
    number = node(Op.NUMBER, (), low.span, int(low.text))
    value = yield _with_argument(p, token)
    return node(Op.DIVIDE, (value, node(Op.CALL, (number,), low.span, "log")), token.span.to(p.last.span))


def _with_argument(p: Reader, token: Token) -> Parse:
    """A function, which was taken, with its argument."""
    if p.at(".") and p.next.is_op("(") and not p.vocabulary.numpy:
        p.take()
        return (yield bracketed(p, Op.DOTTED, token.text))
    if token.text == SELECT and p.at("(") and not takes_lists(p, token):
        return (yield where(p, token.span))
    if p.at("(", "{", "[") and not is_block(p):
        call = yield bracketed(p, Op.CALL, token.text)
        call = call if token.data is None else with_place(call, token)
        if p.vocabulary.numpy:
            return (yield by_rows(p, call)) if call.data == VMAP else numpy_call(p, call)
        if p.vocabulary.matlab and call.data == "dot" and len(call.args) == 2:
            return node(Op.INNER, call.args, call.span, CONJUGATED)
        return of_matlab(p, call) or along(p, call) or norm_call(p, call)
    if p.at("["):
        blocks = yield block(p)
        return node(Op.CALL, (blocks,), token.span.to(p.last.span), token.text)
    if p.at("'", "′", "′′") and token.text in p.vocabulary.abstract:
        raise p.error("M0210", f"{token.text} has no derivative with a stroke; its gradient is grad_{token.text}, its "
                      f"Jacobian J_{token.text}", token.span.to(p.token.span))
    if p.at("^") or p.token.kind == "superscript":
        from matcalc.language.refusals import powered  # which texts that are read do not need

        raise powered(p, token.text, token.span)
    return (yield bare_call(p, token.text, token.span))


def bare_call(p: Reader, name: str, span: Span, spaced: bool = True) -> Parse:
    """A function without parentheses takes the juxtaposed factors up to an operator or the next function name."""
    first = p.i
    refuse_between(p, name, span)
    if not p.starts_factor():
        rest = p.source[span.end:].lstrip()
        raise p.error("M0203", f"{name} needs an argument; put it in parentheses", span, f"{name}(x)",
                      fixes=(f"{p.source[:span.end]}({rest})",))
    factors = [(yield p.factor(p))]
    while p.starts_factor() and not (p.token.kind == "function" or p.at("∑", "∏")) and (
            spaced or not p.token.space_before):
        factors.append((yield p.factor(p)))
    if p.token.kind == "function" and _is_row(factors[-1]):
        raise (yield from _how_much(p, span, first))
    row = factors[0] if len(factors) == 1 else node(Op.PRODUCT, tuple(factors), p.span_from(first))
    return norm_call(p, node(Op.CALL, (row,), span.to(p.last.span), name))


def _is_row(factor: Syntax) -> bool:
    """x' and 1', which wait for a column."""
    inner = factor.args[0] if factor.op is Op.TRANSPOSE else factor
    return inner is not factor and (inner.op is Op.RESERVED or (inner.op is Op.NAME and inner.data[0].islower()))


def _how_much(p: Reader, span: Span, first: int) -> Generator[Any, Syntax, MatcalcError]:
    """log 1' exp(x): log(1' exp(x)), or log(1') exp(x)?"""
    head, near = p.text(span), p.text(p.span_from(first))
    rest = p.i
    while p.starts_factor():
        yield p.factor(p)
    far = p.text(p.span_from(rest))
    return p.error("M0219", f"how much is the argument of {head}?", span.to(p.last.span), f"{head}({near} {far})",
                   f"{head}({near})*{far}")


def reserved(p: Reader) -> Parse:
    """A word with a meaning of its own: I, ones and zeros, with sizes or without, pi, unit, deriv, vector(c)."""
    token = p.take()
    p.refuse_end(token)
    if token.text in ("ones", "I") and p.at("(", "[") and not token.data and (text := relation_inside(p)):
        return (yield relation(p, text))
    if token.text == "deriv":
        return (yield _deriv(p, token.span))
    if token.text == "ones" and token.data and str(token.data).isalpha() and len(token.data) == 1:
        return indicator(p, token)
    if token.data:
        rows = product_of_sizes(p.vocabulary, token.data) if token.text == "I" else []
        sizes = tuple(node(Op.NUMBER, (), token.span, int(size)) if size.isdigit() else
                      node(Op.NAME, (), token.span, size) for size in rows or token.data.split("*"))
        sizes = (node(Op.PRODUCT, sizes, token.span),) if rows else sizes
        return node(Op.CALL, sizes, token.span, {"I": "eye"}.get(token.text, token.text))
    if token.text in ("vector", "matrix"):
        group = yield bracketed(p, Op.CALL, token.text)
        if len(group.args) != 1:
            raise p.error("M0319", f"{token.text}(c) has every entry c; sizes are given to ones and zeros", group.span,
                          "ones(n)", "ones(m, n)")
        return node(Op.RESERVED, group.args, group.span, token.text)
    if token.text in ("eye", "I", "ones", "zeros", "unit") and p.at("(") and not p.token.space_before:
        return (yield _sized(p, {"I": "eye"}.get(token.text, token.text)))
    if token.text == "unit":
        raise p.error("M0319", "unit(i, n) is the i-th of n basis vectors", token.span, "unit(1, n)")
    return node(Op.RESERVED, (), token.span, {"eye": "I"}.get(token.text, token.text))


def _sized(p: Reader, name: str) -> Parse:
    """ones(m, n), and NumPy's ones((m, n))."""
    if not p.vocabulary.numpy or not p.next.is_op("(", "["):
        return (yield bracketed(p, Op.CALL, name))
    opening = p.take()
    sizes = yield bracketed(p, Op.CALL, name)
    p.expect(")", opening.span)
    return sizes


def _deriv(p: Reader, start: Span) -> Parse:
    """deriv(f, x) and deriv(f, 2, x): the derivative of an unspecified function."""
    if not p.next.kind == "name":
        raise p.error("M0210", "deriv(f, x) names an unspecified function f", p.next.span, "f")
    group = yield bracketed(p, Op.CALL, "deriv")
    order = group.args[1].data if len(group.args) == 3 and group.args[1].op is Op.NUMBER else 1
    good = order == int(order) and 0 < order < HIGHEST_ORDER and len(group.args) in (2, 3)
    if not good or group.args[0].op is not Op.NAME:
        raise p.error("M0210", "a derivative reads deriv(f, x) or deriv(f, 2, x)", group.span, "deriv(f, x)")
    return node(Op.APPLY, group.args[-1:], start.to(p.last.span), (group.args[0].data, int(order)))


def root(p: Reader) -> Parse:
    """√x and √[n](x), the n-th root."""
    sign = p.take()
    degree = None
    if p.at("[") and p.tokens[min(closing_at(p, p.i) + 1, len(p.tokens) - 1)].is_op("(", "{"):
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
    """∑ᵢ xᵢ, and ∑x, the sum of all entries, where a power that may be of the sum or of x is asked about."""
    sign = p.take()
    word = HEADS[sign.text]
    if p.token.kind == "limits":
        return (yield reduction(p, sign.span))
    start, is_enclosed = p.i, p.at("(", "{")
    call = yield (bracketed(p, Op.CALL, word) if is_enclosed else bare_call(p, word, sign.span))
    if is_implied(call):
        p.i = start
        return implied(p, word, sign.span, (yield p.term(p)))
    if is_enclosed and _is_power(p):
        raise short_of_power(p, sign.span)
    return call


def short_of_power(p: Reader, head: Span) -> MatcalcError:
    """∑(y − Xw)²: the square of the sum, or the sum of the squares?"""
    inside = Span(head.end, p.last.span.end)
    end = p.token.span.end
    if p.at("^"):
        end = p.tokens[closing_at(p, p.i + 1) if p.next.is_op("{", "(") else p.i + 1].span.end
    power = p.source[p.token.span.start:end]
    said, name = p.text(inside).strip(), p.text(head)
    return p.error("M0219", f"how much is the argument of {name}?", Span(head.start, end),
                   f"{name}({said}.^{_digits(power)})", f"({name}{said}){power}")


def _digits(power: str) -> str:
    """The exponent of ^2, ^{2} and ²."""
    return "".join(SUPERSCRIPT_DIGITS.get(c, c) for c in power.lstrip("^")).strip("{}")


def atom(p: Reader) -> Parse:
    """One operand, chosen by the token that stands here."""
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
    if p.vocabulary.abstract.get(name):
        from matcalc.language.nablas import dependent  # which only declared functions need
        return dependent(p, token)
    if name in p.vocabulary.declared:
        return node(Op.NAME, (), token.span, name)
    if name in CAPITAL_FUNCTIONS and p.at("(") and not (p.token.space_before and "\\" not in p.source):
        raise called_letter(p, name, token.span)
    if name in UNSPECIFIED and p.at(".") and p.next.is_op("(") and not p.vocabulary.numpy:
        p.take()
        return within((yield applied(p, name, 0)), token.span.to(p.last.span))
    if name in UNSPECIFIED and (order := primes(p)) is not None:
        return (yield applied(p, name, order))
    if name == "e" and not token.bold and _is_power(p):
        return node(Op.RESERVED, (), token.span, "e")
    if p.at("(") and not p.token.space_before and holds_list(p):
        return (yield several(p, name, token.span))
    return commutation(p.vocabulary, token) or node(Op.NAME, (), token.span, name)


def _is_power(p: Reader) -> bool:
    """Whether a power follows, and no transpose."""
    token = p.token
    if token.is_op("^"):
        token = p.tokens[min(p.i + 1 + p.next.is_op("{", "("), len(p.tokens) - 1)]
        turned = token.kind == "name" and token.text == "T" and p.vocabulary.turns
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


def _relation(p: Reader) -> Parse:
    yield from ()
    token = p.take()
    return node(Op.RELATION, (), token.span, token.data)


KINDS: dict[str, Method] = {"number": _number, "name": _name, "function": function, "reserved": reserved,
                            "relation": _relation, "einsum": einsum}
def _enclosed(p: Reader) -> Parse:
    """(p), [A, B] and [i = j]."""
    if p.vocabulary.numpy or p.at("~"):
        from matcalc.language.masks import masked  # which other texts do not need

        if (found := masked(p)) is not None:
            return (yield found)
    if text := relation_inside(p):
        return (yield relation(p, text))
    return (yield (block if p.at("[") else group)(p))


OPERATORS: dict[str, Method] = {"(": _enclosed, "{": group, "[": _enclosed, "|": bars, "‖": bars, "<": inner, "√": root,
                                "∑": big_sum, "∏": big_sum, "?": _hole, FRACTION: _fraction, CASES: piecewise,
                                "~": _enclosed}
