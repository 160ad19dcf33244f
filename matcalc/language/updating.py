"""Arrays of which some entries are replaced: JAX's x.at[1:3].set(y), .add(y) and their kin, PyTensor's
set_subtensor(x[1:3], y).
"""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.language.bracket_places import index
from matcalc.language.reader import Parse, Reader
from matcalc.language.results import taken
from matcalc.language.syntax import Op, Syntax, node

GET = "get"
SET, ADD, MULTIPLY = "set", "add", "multiply"
_WORDS = {"set": SET, "add": ADD, "multiply": MULTIPLY, "mul": MULTIPLY}
_CALLS = {"set_subtensor": SET, "inc_subtensor": ADD}


def updated(p: Reader, base: Syntax) -> Parse:
    """x.at[1:3].set(y)"""
    p.i += 2
    entry = taken(p, base, (yield index(p, base)))
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
    return replaced(p, entry, value, _WORDS[word], base.span.to(closing.span))


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
