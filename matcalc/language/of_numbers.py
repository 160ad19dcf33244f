"""A function of numbers, of an array: f(x) := x² if x > 0 else −x² is taken of every entry of W y.

The condition says that x is a number, whatever f is called with. So x² is no product of matrices there, 1/x and eˣ are
those of every entry. A body in which a norm or a transpose of x stands is one of vectors, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.language.cases import EXCESS, SELECT
from matcalc.language.syntax import EACH, Op, Syntax, node, postorder

_KEPT = (Op.SUM, Op.NEGATE, Op.HADAMARD, Op.HADAMARD_DIVIDE, Op.HADAMARD_POWER, Op.CALL, Op.DOTTED, Op.APPLY)


def of_entries(parameters: Sequence[str], body: Syntax) -> Syntax:
    """The body of a function, with signs that go entry by entry where conditions compare its parameters."""
    done: dict[Syntax, Syntax] = {}
    varies: set[Syntax] = set()
    is_piecewise = False
    for s in postorder(body):
        if s.op is Op.NAME and s.data in parameters:
            varies.add(s)
        own = [arg in varies for arg in s.args]
        if not any(own):
            done[s] = s
            continue
        varies.add(s)
        is_piecewise |= s.op is Op.CALL and s.data in (SELECT, EXCESS) and own[0]
        made = _entry_by_entry(s, tuple(done[arg] for arg in s.args), own)
        if made is None:
            return body
        done[s] = made
    return done[body] if is_piecewise else body


def _entry_by_entry(s: Syntax, args: tuple[Syntax, ...], own: Sequence[bool]) -> Syntax | None:
    """A node of a body with new operands, some of which are the function's `own`; None for what takes arrays."""
    if s.op in _KEPT:
        return node(s.op, args, s.span, s.data)
    if s.op is Op.BARS:
        return node(Op.CALL, args, s.span, "abs")
    if s.op is Op.POWER and args[0].op is Op.RESERVED:  # Euler's number
        return node(Op.CALL, args[1:], s.span, "exp")
    if s.op is Op.POWER:
        return node(Op.HADAMARD_POWER, args, s.span, EACH)
    if s.op is Op.DIVIDE:
        return node(Op.HADAMARD_DIVIDE, args, s.span, EACH) if own[1] else node(s.op, args, s.span, s.data)
    return multiplied(s, args, own, EACH) if s.op is Op.PRODUCT else None


def multiplied(s: Syntax, args: Sequence[Syntax], own: Sequence[bool], data: object = None) -> Syntax:
    """A product whose factors that vary, its `own`, are multiplied entry by entry, with the others in front; `data` is
    that of the new signs."""
    scale = [arg for arg, is_own in zip(args, own, strict=True) if not is_own]
    total, *more = (arg for arg, is_own in zip(args, own, strict=True) if is_own)
    for arg in more:
        total = node(Op.HADAMARD, (total, arg), s.span, data)
    return node(Op.PRODUCT, (*scale, total), s.span) if scale else total
