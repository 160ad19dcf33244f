"""Functions made of pieces: where(x > 0, p, q), p if x > 0 else q, and \\begin{cases}. A condition compares two sides
entry by entry; the pieces become calls of one function, which takes p where a difference is positive.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from fractions import Fraction
from math import inf
from typing import Any

from matcalc.diagnostics import Span
from matcalc.language.binders import compared_at, side
from matcalc.language.bounds import plain
from matcalc.language.characters import OTHERWISE
from matcalc.language.inference import literal
from matcalc.language.reader import Parse, Reader
from matcalc.language.syntax import Op, Syntax, node
from matcalc.language.vocabulary import Token
from matcalc.records import NamedTuple

SELECT, EXCESS = "select", "exceeding"
IF, ELSE = "if", "else"
Reading = Generator[Any, Any, Syntax]  # of which a part may be a list of conditions
_ORDER = "<>≤≥"
_OPPOSITE = {"<": "≥", ">": "≤", "≤": ">", "≥": "<"}


class Comparison(NamedTuple):
    """One condition: two sides, the sign between them, and how the sides are typed."""

    left: Syntax
    sign: str
    right: Syntax
    typed: tuple[str, str]


class Piece(NamedTuple):
    """What holds where all of some conditions do; everywhere else where there are none."""

    value: Syntax
    conditions: list[Comparison]


def choice(p: Reader, value: Syntax, other: Callable[[Reader], Parse]) -> Reading:
    """What follows p in p if x > 0 else q, where q is read by `other`."""
    p.expect(IF, p.token.span)
    found = yield _conditions(p, _end(p, ELSE))
    p.expect(ELSE, p.token.span)
    return _selected(Piece(value, found), (yield other(p)), value.span.to(p.last.span))


def takes_lists(p: Reader, token: Token) -> bool:
    """Whether np.select is called, and no jax.lax.select."""
    before = p.source[:token.span.start]
    return p.vocabulary.numpy and p.text(token.span) == SELECT and not before.endswith("lax.")


def where(p: Reader, sign: Span) -> Reading:
    """where(x > 0, p, q), whose bracket stands here; a mask in place of the condition counts where it is positive."""
    opening = p.take()
    p.open.append("(")
    end, found, mask = _end(p, ","), list[Comparison](), None
    if any(sign in _ORDER for _, sign in compared_at(p.tokens[p.i:end])):
        found = yield _conditions(p, end)
    else:
        mask = yield p.expression(p)
    parts = []
    while p.accept(","):
        parts.append((yield p.expression(p)))
    closing = p.expect(")", opening.span)
    p.open.pop()
    span = sign.to(closing.span)
    if len(parts) != 2:
        raise p.error("M0319", f"{p.text(sign)} takes a condition and two values", span, f"{p.text(sign)}(x > 0, x, 0)")
    if mask is not None:
        return node(Op.CALL, (mask, *parts), span, SELECT)
    return _selected(Piece(parts[0], found), parts[1], span)


def compares(p: Reader) -> bool:
    """Whether the argument that begins here is a condition, x > 0."""
    depth = 0
    for token in p.tokens[p.i:]:
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth < 0 or (depth == 0 and token.is_op(",")):
            return False
        if depth == 0 and token.is_op(*_ORDER):
            return True
    return False


def mask(p: Reader) -> Reading:
    """A condition as an argument: 1 where it holds, and 0 elsewhere."""
    ends = [k for sign in (",", ")", "]") if (k := _end(p, sign)) < len(p.tokens) - 1]
    start = p.token.span
    found = yield _conditions(p, min(ends, default=len(p.tokens) - 1))
    span = start.to(p.last.span)
    one, none = (node(Op.NUMBER, (), span, Fraction(k)) for k in (1, 0))
    return _selected(Piece(one, found), none, span)


def piecewise(p: Reader) -> Reading:
    """Rows of values and conditions; the last one holds otherwise, or the conditions are seen to leave nothing out."""
    start = p.take().span
    opening = p.expect("[", start)
    p.open.append("[")
    pieces: list[Piece] = []
    while not p.at("]"):
        value = yield p.expression(p)
        p.accept(",")
        pieces.append(Piece(value, (yield _row(p))))
        p.accept(",")
        if not p.accept(";"):
            break
    closing = p.expect("]", opening.span)
    p.open.pop()
    span = start.to(closing.span)
    *firsts, last = pieces
    if any(not piece.conditions for piece in firsts) or not (firsts and (not last.conditions or _is_whole(pieces))):
        raise p.error("M0224", "cases that leave something out, or of which only the last may hold otherwise, are not "
                      "read: write \\text{otherwise} in the last row", span)
    found = last.value
    for piece in reversed(firsts):
        found = _selected(piece, found, span)
    return found


def _row(p: Reader) -> Generator[Any, Any, list[Comparison]]:
    """The conditions of a row, none where it holds otherwise."""
    if p.at(OTHERWISE):
        p.take()
        return list[Comparison]()
    ends = [k for sign in (";", "]") if (k := _end(p, sign)) < len(p.tokens) - 1]
    end = min(ends, default=len(p.tokens) - 1)
    found: list[Comparison] = yield _conditions(p, end - p.tokens[end - 1].is_op(","))
    return found


def _end(p: Reader, sign: str) -> int:
    """The place of the next such sign in no further bracket."""
    depth = 0
    for k in range(p.i, len(p.tokens) - 1):
        token = p.tokens[k]
        if depth == 0 and token.is_op(sign):
            return k
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth < 0:
            break
    return len(p.tokens) - 1


def _conditions(p: Reader, end: int) -> Generator[Any, Any, list[Comparison]]:
    """x > 0 and 0 < x ≤ 1 up to the token `end`."""
    inside = p.tokens[p.i:end]
    signs = compared_at(inside)
    span = inside[0].span.to(inside[-1].span) if inside else p.token.span
    if not signs or any(sign not in _ORDER for _, sign in signs):
        raise p.error("M0224", "a condition compares two sides by <, >, ≤ or ≥", span, "x > 0")
    start, sides, typed = p.i, [], []
    for k, sign in [*signs, (len(inside), "")]:
        typed.append(plain("".join(t.text for t in p.tokens[p.i:start + k])))
        sides.append((yield side(p, start + k)))
        p.i += 1 if sign and inside[k].text == sign else 2 if sign else 0  # <= is two tokens
    return [Comparison(sides[k], sign, sides[k + 1], (typed[k], typed[k + 1])) for k, (_, sign) in enumerate(signs)]


def _selected(piece: Piece, other: Syntax, span: Span) -> Syntax:
    """The value of a piece where its conditions hold, `other` elsewhere."""
    value = piece.value
    for c in reversed(piece.conditions):
        left, right = (c.right, c.left) if c.sign in "<≤" else (c.left, c.right)
        strict = c.sign in "<>"
        above = _excess(left, right, span) if strict else _excess(right, left, span)
        value = node(Op.CALL, (above, *((value, other) if strict else (other, value))), span, SELECT)
    return value


def _excess(left: Syntax, right: Syntax, span: Span) -> Syntax:
    if literal(right) == 0:
        return left
    return node(Op.NEGATE, (right,), span) if literal(left) == 0 else node(Op.CALL, (left, right), span, EXCESS)


def _is_whole(pieces: Sequence[Piece]) -> bool:
    """Whether some condition is sure to hold everywhere: two that are opposite, or intervals that meet."""
    single = [piece.conditions[0] for piece in pieces if len(piece.conditions) == 1]
    if len(pieces) == len(single) == 2:
        a, b = single
        same = a.typed == b.typed and _OPPOSITE[a.sign] == b.sign
        mirrored = a.typed == b.typed[::-1] and {a.sign, b.sign} in ({"<", "≤"}, {">", "≥"})
        if same or mirrored:
            return True
    intervals = [_interval(piece.conditions) for piece in pieces]
    found = sorted(i for i in intervals if i is not None)
    if len(found) < len(pieces) or len({i[4] for i in found}) > 1 or found[0][0] != -inf:
        return False
    reach, closed = found[0][2], found[0][3]
    for low, is_open, high, has_end, _ in found[1:]:
        if low > reach or (low == reach and is_open and not closed):
            return False
        reach, closed = max((reach, closed), (high, has_end))
    return reach == inf


def _interval(conditions: Sequence[Comparison]) -> tuple[float | Fraction, bool, float | Fraction, bool, str] | None:
    """(low, open there, high, closed there, of what) where numbers bound one thing."""
    low: tuple[float | Fraction, bool] = (-inf, True)
    high: tuple[float | Fraction, bool] = (inf, False)
    of: set[str] = set()
    for c in conditions:
        left, right = literal(c.left), literal(c.right)
        bound, below = (left, c.sign in ">≥") if right is None else (right, c.sign in "<≤")
        if bound is None or (left is not None and right is not None):
            return None
        of.add(c.typed[0] if right is not None else c.typed[1])
        closed = c.sign in "≤≥"
        if below:
            high = min(high, (bound, closed))
        else:
            low = max(low, (bound, not closed))
    return (*low, *high, of.pop()) if len(of) == 1 else None
