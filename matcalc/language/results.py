"""Functions with several results, of which each is a function of its own: eigh(A).values, λ, V := eigh(A).

The blocks of the rules say which they are, by their places and by their names. What is taken is the call of that
function with the same arguments.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.diagnostics import Span, listed
from matcalc.language.arrays import new_axes
from matcalc.language.characters import pattern
from matcalc.language.python_indices import counted_from_0, entry_from_0, is_picked, picked
from matcalc.language.reader import Reader
from matcalc.language.syntax import Op, Syntax, node
from matcalc.language.vocabulary import Token

_FROM_0 = r"(?<=[\w)\]])\[(?:0|\d+, *0|0, *\d+|: *, *0|0 *, *:)\]"  # an entry that no one counts from 1, in SymPy or C


def part(p: Reader, base: Syntax, token: Token) -> Syntax:
    """eigh(A).values"""
    found = _parts(p, base).get(token.text)
    if found is None:
        words = [word for word in _parts(p, base) if not word[0].isdigit()]
        raise p.error("M0319", f"“.{token.text}” is not expected here" + f"; it has {listed(words)}" * bool(words),
                      token.span, *(f".{word}" for word in words[:3]))
    return node(Op.CALL, base.args, base.span.to(token.span), found)


def taken(p: Reader, base: Syntax, entry: Syntax) -> Syntax:
    """An entry, an axis that NumPy adds, or its eigh(A)[0], the first result."""
    if not p.vocabulary.numpy:
        if pattern(_FROM_0).search(p.source):
            return entry_from_0(entry)
        return picked(entry, 0) if any(map(is_picked, entry.data)) else entry
    if entry.op is not Op.INDEX:
        return entry  # x[x > 0]
    from matcalc.language.calls import taken_from  # which other texts do not need

    if (found := taken_from(p, base, entry)) is not None:
        return found
    numbers = [axis.data for axis in entry.data if isinstance(axis, Syntax) and axis.op is Op.NUMBER]
    name = _parts(p, base).get(str(numbers[0] + 1)) if len(numbers) == len(entry.data) == 1 else None
    if name is None and (moved := picked(entry)) is not entry:
        return moved if moved.op is not Op.INDEX else counted_from_0(moved)
    return counted_from_0(new_axes(p, entry)) if name is None else node(Op.CALL, base.args, entry.span, name)


def results(p: Reader, value: Syntax, names: Sequence[str], span: Span) -> list[Syntax]:
    """What each of several names on the left stands for. Raises InputError where there are not as many results."""
    parts = _parts(p, value)
    count = sum(word.isdigit() and word[0] != "0" for word in parts)
    if count != len(names):
        words = [word for word in parts if not word[0].isdigit()]
        what = f"{value.data} has {count} results" if count else \
            f"the results of {value.data} are taken by their names, {listed(words)}" if words else \
            "one formula is one result"
        raise p.error("M0212", f"{len(names)} names are bound, and {what}", span)
    return [node(Op.CALL, value.args, value.span, parts[str(k)]) for k in range(1, count + 1)]


def _parts(p: Reader, base: Syntax) -> dict[str, str]:
    """The functions that are the results of a call; {} where it has but one."""
    found = dict(p.vocabulary.wholes.get(str(base.data), {})) if base.op is Op.CALL else {}
    return {word: name for word, name in found.items() if f"0{word}" not in found} if p.vocabulary.numpy else found
