"""Arrays of which some entries are replaced: JAX's x.at[1:3].set(y), .add(y) and their kin, PyTensor's
set_subtensor(x[1:3], y).
"""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.language.bracket_places import index
from matcalc.language.python_indices import counted_from_0, is_list_of_places
from matcalc.language.reader import Parse, Reader
from matcalc.language.results import taken
from matcalc.language.syntax import Op, Syntax, node

_NUMBERS = (Op.NUMBER, Op.NEGATE)
GET = "get"
SET, ADD, MULTIPLY = "set", "add", "multiply"
_WORDS = {"set": SET, "add": ADD, "multiply": MULTIPLY, "mul": MULTIPLY}
_CALLS = {"set_subtensor": SET, "inc_subtensor": ADD}


def updated(p: Reader, base: Syntax) -> Parse:
    """x.at[1:3].set(y)"""
    p.i += 2
    places = yield index(p, base)
    entry = taken(p, base, places)
    word = p.next.text
    if not p.at(".") or not (word == GET or word in _WORDS):
        raise p.error("M0363", f"behind .at[…] stands one of {', '.join(_WORDS)} and get", p.last.span)
    p.i += 2
    opening = p.take()
    if word == GET:
        p.expect(")", opening.span)
        return entry
    p.open.append("(")
    value = yield p.expression(p)
    closing = p.expect(")", opening.span)
    p.open.pop()
    span = base.span.to(closing.span)
    return _listed(places, value, _WORDS[word], span) or replaced(p, entry, value, _WORDS[word], span)


def by_call(p: Reader, call: Syntax) -> Syntax | None:
    """set_subtensor(x[1:3], y); None where it is another function."""
    how = _CALLS.get(str(call.data), "")
    return replaced(p, *call.args, how, call.span) if how and len(call.args) == 2 else None


def replaced(p: Reader, entry: Syntax, value: Syntax, how: str, span: Span) -> Syntax:
    """The array with something put into the places of `entry`, which is an index of it."""
    inner = entry.args[0] if entry.op is Op.TRANSPOSE else entry
    if inner.op is not Op.INDEX:
        raise p.error("M0363", "what is replaced is an entry, a range of entries, a row or a column", entry.span)
    return node(Op.REPLACED, (entry, value), span, how)


def _listed(entry: Syntax, value: Syntax, how: str, span: Span) -> Syntax | None:
    """x.at[[0, 2]].set(0), with one number, or a list of as many, put in one after the other; None where it is
    something else: a vector and a number would not be told apart."""
    if entry.op is not Op.INDEX:
        return None
    axes = [axis for axis in entry.data if isinstance(axis, Syntax) and is_list_of_places(axis)]
    if len(axes) != 1:
        return None
    values = [value]*len(axes[0].args) if _is_number(value) else \
        list(value.args) if value.op is Op.BLOCK and set(value.data) == {len(value.args)} else []
    if len(values) != len(axes[0].args) or not all(map(_is_number, values)):
        return None
    found = entry.args[0]
    for place, one in zip(axes[0].args, values, strict=True):
        at = tuple(place if axis is axes[0] else axis for axis in entry.data)
        where = counted_from_0(node(Op.INDEX, (found,), entry.span, at))
        found = node(Op.REPLACED, (where, one), span, how)
    return found


def _is_number(s: Syntax) -> bool:
    return s.op in _NUMBERS and all(arg.op is Op.NUMBER for arg in s.args)
