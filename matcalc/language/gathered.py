"""Entries of a vector that is used as a whole as well: ‖y − Xw‖² + λ Σⱼ |wⱼ| is ‖y − Xw‖² + λ sum(abs(w)).

A sum that does the same to every entry is the sum of what is done to the vector, entry by entry. Where a sum does more
than that with members of such a vector, it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matcalc.language.letters import Letter, Member, Place
from matcalc.language.of_numbers import multiplied
from matcalc.language.syntax import Op, Syntax, node, postorder

Elementwise = Callable[[str], bool]


def members(root: Syntax) -> Iterator[tuple[Syntax, Member]]:
    """All members of families below `root`."""
    for s in postorder(root):
        if s.op is Op.NAME and isinstance(s.data, Member):
            yield s, s.data


def is_entry(s: Syntax) -> bool:
    """Whether a node is an entry of an expression at an index: (Ax)_i."""
    return s.op is Op.INDEX and any(isinstance(axis, Syntax) and axis.op is Op.LETTER for axis in s.data)


def gathered(root: Syntax, shared: set[str], apart: set[str],
             elementwise: Elementwise) -> tuple[Syntax, dict[str, tuple[Letter, ...]]]:
    """`root` with sums over entries of the `shared` variables as sums of vectors and matrices, and the letters that ran
    over the entries of each; names that are left as they were are not in it. Families that are `apart` have members
    that are no numbers."""
    found: dict[str, tuple[Letter, ...]] = {}
    wanted = set(shared)
    while True:
        new: dict[Syntax, Syntax] = {}
        before = set(wanted)
        for s in _outermost(root):
            letters, body = _chain(s)
            names = {str(member) for _, member in members(body)}
            if not names & wanted and not any(is_entry(part) for part in postorder(body)):
                continue
            whole = whole_of(body, letters, elementwise) if not names & apart else None
            if whole is not None:
                wanted |= names
                found |= dict.fromkeys(names, letters)
                new[s] = node(Op.CALL, (whole,), s.span, "sum")
        if wanted == before:
            return rewritten(root, new), found


def _outermost(root: Syntax) -> Iterator[Syntax]:
    """The sums that stand directly in no other sum."""
    inner = {s.args[0] for s in postorder(root) if s.op is Op.OVER}
    return (s for s in postorder(root) if s.op is Op.OVER and s not in inner and s.data[0] == "sum")


def _chain(s: Syntax) -> tuple[tuple[Letter, ...], Syntax]:
    """The letters of sums that stand directly inside each other, and what is summed."""
    letters: list[Letter] = []
    while s.op is Op.OVER and s.data[0] == "sum" and len(s.args) == 1:
        letters.append(s.data[1])
        s = s.args[0]
    return tuple(letters), s


def whole_of(body: Syntax, letters: tuple[Letter, ...], elementwise: Elementwise) -> Syntax | None:
    """What is done to every entry, done to the whole; None where the sum does more."""
    places = tuple(Place(letter) for letter in letters)
    if not 1 <= len(places) <= 2 or any(letter.low not in (None, 1) for letter in letters):
        return None
    done: dict[Syntax, Syntax | None] = {}
    varies: set[Syntax] = set()
    for s in postorder(body):
        if s.op is Op.NAME and isinstance(s.data, Member):
            done[s] = node(Op.NAME, (), s.span, str(s.data)) if s.data.places == places else None
            varies.add(s)
        elif is_entry(s):
            pointed = tuple(axis.data if isinstance(axis, Syntax) else None for axis in s.data)
            done[s] = done[s.args[0]] if pointed == places and s.args[0] not in varies else None
            varies.add(s)
        elif s.op in (Op.OVER, Op.LETTER, Op.RELATION):
            done[s] = None
        elif any(arg in varies for arg in s.args):
            varies.add(s)
            done[s] = _entrywise(s, done, varies, elementwise) if all(done[arg] is not None for arg in s.args) else None
        else:
            done[s] = None if any(done[arg] is None for arg in s.args) else s
    return done[body] if body in varies else None


def _entrywise(s: Syntax, done: dict[Syntax, Syntax | None], varies: set[Syntax],
               elementwise: Elementwise) -> Syntax | None:
    args = [new for arg in s.args if (new := done[arg]) is not None]
    own = [arg in varies for arg in s.args]
    if s.op is Op.NEGATE or (s.op is Op.SUM and all(own)):
        return node(s.op, tuple(args), s.span, s.data)
    if s.op is Op.POWER and own[0]:
        return node(Op.HADAMARD_POWER, tuple(args), s.span)
    if s.op is Op.BARS:
        return node(Op.CALL, tuple(args), s.span, "abs")
    if s.op is Op.CALL and len(args) == 1 and elementwise(str(s.data)):
        return node(s.op, tuple(args), s.span, s.data)
    if s.op is Op.APPLY:
        return node(s.op, tuple(args), s.span, s.data)
    if s.op is Op.DIVIDE and own[0]:
        return node(Op.HADAMARD_DIVIDE if own[1] else Op.DIVIDE, tuple(args), s.span)
    return None if s.op is not Op.PRODUCT or s.data else multiplied(s, args, own)


def rewritten(root: Syntax, new: dict[Syntax, Syntax]) -> Syntax:
    """`root` with nodes replaced."""
    done: dict[Syntax, Syntax] = {}
    for s in postorder(root):
        args = tuple(done[arg] for arg in s.args)
        done[s] = new[s] if s in new else s if args == s.args else node(s.op, args, s.span, s.data)
    return done[root]
