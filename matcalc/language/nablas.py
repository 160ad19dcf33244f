"""Declared functions as books write them: the derivatives ∇f, ∇²f, ∂K/∂θ and \\frac{\\partial K}{\\partial \\theta} in
cleaned text, and K itself, which depends on θ and has no brackets."""

from __future__ import annotations

from matcalc.language.characters import FRACTION, SEPARATOR, WORD, pattern
from matcalc.language.reader import Reader, closing_at
from matcalc.language.syntax import Op, Syntax, node
from matcalc.language.vocabulary import Token, Vocabulary, canonical, decoration
from matcalc.records import NamedTuple

NABLA, PARTIAL = "nabla", "partial"  # the commands
_BLANK = f"[ {SEPARATOR}{WORD}]*"
_POWERS = {"²": 2, "³": 3}


class Sign(NamedTuple):
    """The function that is meant, where its sign ends, and the variable of which it is a function without brackets."""

    name: str
    end: int
    by: str = ""


def sign_at(text: str, i: int, known: Vocabulary, latex: bool) -> Sign | None:
    """The derivative of a declared function that stands at `i`."""
    return _nabla(text, i, known, latex) or _rate(text, i, known, latex)


def _nabla(text: str, i: int, known: Vocabulary, latex: bool) -> Sign | None:
    start = pattern(f"(?:∇|{NABLA}){_BLANK}").match(text, i)
    if start is None:
        return None
    order, at = _order(text, start.end())
    opened = pattern(rf"\{{{_BLANK}").match(text, at)
    name, end = _name(text, opened.end() if opened else at, known, latex)
    if known.abstract.get(name, "?") or order > 2:
        return None
    closed = pattern(rf"{_BLANK}\}}").match(text, end) if opened else None
    found = f"grad_{name}" if order == 1 else f"hess_{name}"
    return Sign(found, closed.end() if closed else end) if found in known.functions and bool(closed) == bool(opened) \
        else None


def _rate(text: str, i: int, known: Vocabulary, latex: bool) -> Sign | None:
    """∂K/∂θ, and the same as a fraction."""
    braced = text[i] == FRACTION
    above = _part(text, i + braced, known, latex, braced, raised=False)
    stroke = above and pattern("" if braced else f"{_BLANK}/{_BLANK}").match(text, above[2])
    below = _part(text, stroke.end(), known, latex, braced, raised=True) if above and stroke else None
    if not above or not below or above[0] != below[0] or known.abstract.get(above[1]) != below[1]:
        return None
    order, name, by = above[0], above[1], below[1]
    count = str(order) if order > 1 else ""
    return Sign(f"d{count}{name}_d{by}{count}", below[2], by)


def _part(text: str, i: int, known: Vocabulary, latex: bool, braced: bool, raised: bool) -> tuple[int, str, int] | None:
    """Order, name and end of ∂²K, or of ∂θ²."""
    head = pattern(rf"{_BLANK}\{{{_BLANK}" if braced else "").match(text, i)
    start = head and pattern(f"(?:∂|{PARTIAL}){_BLANK}").match(text, head.end())
    if not start:
        return None
    order, at = (1, start.end()) if raised else _order(text, start.end())
    name, end = _name(text, at, known, latex)
    if raised:
        order, end = _order(text, end)
    tail = pattern(rf"{_BLANK}\}}" if braced else "").match(text, end)
    return (order, name, tail.end()) if tail else None


def _order(text: str, i: int) -> tuple[int, int]:
    """The number that is raised at `i`, 1 where there is none, and where it ends."""
    found = pattern(rf"{_BLANK}(?:([²³])|\^{_BLANK}(?:([23])|\{{{_BLANK}([23]){_BLANK}\}})){_BLANK}").match(text, i)
    return (_POWERS.get(found[1] or "") or int(found[2] or found[3]), found.end()) if found else (1, i)


def _name(text: str, i: int, known: Vocabulary, latex: bool) -> tuple[str, int]:
    """The name that starts at `i`, and where it ends."""
    start = pattern(_BLANK).match(text, i)
    at = start.end() if start else i
    if at >= len(text) or not text[at].isalpha():
        return "", at
    words = sorted((word for word in {*known.abstract, *known.abstract.values()} if word and text.startswith(word, at)),
                   key=len)
    base = words[-1] if words else text[at]
    low, marks, end = decoration(text, at + len(base), latex)
    name = canonical(base, low, marks)
    return (name, end) if name in {*known.abstract, *known.abstract.values()} else (base, at + len(base))


def dependent(p: Reader, token: Token) -> Syntax:
    """K, or K(θ), of a matrix K that was declared to depend on θ."""
    name, by, span = token.text, p.vocabulary.abstract[token.text], token.span
    if p.at("(") and closing_at(p, p.i) == p.i + 2:
        inside = p.next
        if inside.text == by:
            p.i += 3
            span = span.to(p.last.span)
        elif inside.kind == "name" and not p.token.space_before:
            whole = span.to(p.tokens[p.i + 2].span)
            raise p.error("M0209", f"{name} depends on {by}, so {name}({inside.text}) is a product or a mistake", whole,
                          f"{name}({by})", f"{name}*{inside.text}")
    return node(Op.CALL, (node(Op.NAME, (), span, by),), span, name)
