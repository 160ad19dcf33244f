"""Entries at equal steps: x[::2] and X[:, 1::2] of Python, x(1:2:end) and x(end:-2:1) of MATLAB and Julia.

A step is kept as Python's slice says it, counted from 0 and from the end where a place is negative. How many entries
there are depends on the size of the axis, which has to be a number unless both ends are.
"""

from __future__ import annotations

from matcalc.language.inference import literal
from matcalc.language.python_indices import END, Steps
from matcalc.language.reader import Parse, Reader
from matcalc.language.syntax import Op, Syntax, node


def stepped(p: Reader, first: Syntax | None) -> Parse:
    """Read on behind `first` at its colon, where two colons stand: the axis as a reserved word with its Steps."""
    given: list[Syntax | None] = [first]
    while p.accept(":"):
        given.append(None if p.at(":", ",", "]", ")") else (yield p.expression(p)))
    start, second, third = [*given, None][:3]
    span = p.last.span
    if p.vocabulary.numpy:
        steps = Steps(*(None if s is None else _number(p, s) for s in (start, second, third)))
    else:
        steps = _from_1(p, start, second, third)
    if steps.step in (None, 0):
        raise p.error("M0360", "a step is a whole number that is not 0", span)
    return node(Op.RESERVED, (), span, steps)


def is_stepped(p: Reader) -> bool:
    """Whether a second colon follows in the axis that begins here."""
    depth = colons = 0
    for token in p.tokens[p.i:]:
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth < 0 or (depth == 0 and token.is_op(",")):
            return colons == 2
        colons += depth == 0 and token.is_op(":")
    return False


def _number(p: Reader, s: Syntax) -> int:
    if (found := literal(s)) is None or found.denominator != 1:
        raise p.error("M0360", "steps are read between places that are whole numbers", s.span)
    return int(found)


def _from_1(p: Reader, start: Syntax | None, step: Syntax | None, stop: Syntax | None) -> Steps:
    """MATLAB's start:step:stop, counted from 1 and with the last place."""
    if start is None or step is None or stop is None:
        raise p.error("M0360", "a step stands between a first and a last place, x(1:2:end)", p.last.span)
    by = _number(p, step)
    first, last = (_place(p, s) for s in (start, stop))
    beyond: int | None = last + 1 if by > 0 else last - 1
    if (by > 0 and last == -1) or (by < 0 and last == 0):
        beyond = None
    return Steps(None if first == (0 if by > 0 else -1) else first, beyond, by)


def _place(p: Reader, s: Syntax) -> int:
    """A place counted from 0, or from -1 backwards at the end."""
    if s.op is Op.RESERVED and s.data == END:
        return -1
    if s.op is Op.SUM and s.args[0].data == END and s.data == (1, -1) and len(s.args) == 2:
        return -1 - _number(p, s.args[1])
    if (found := _number(p, s)) < 1:
        raise p.error("M0360", "places are counted from 1 here", s.span)
    return found - 1
