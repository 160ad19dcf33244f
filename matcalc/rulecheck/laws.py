"""Laws of a block: both sides are equal, at degenerate points as well, the weight falls, and no other law fires first
on the left side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from matcalc.algebra import apply, rebuild, substitute, variable
from matcalc.algebra.laws import MATCHED, Law
from matcalc.core.dims import Dim, named
from matcalc.core.dims import names as names_of
from matcalc.core.expr import CALL, DIM, VAR, Expr, postorder, variables
from matcalc.core.function import Function
from matcalc.numeric.draws import Rng, modes
from matcalc.rulecheck.block import POINTS, Block, Point
from matcalc.rulecheck.domain import declared
from matcalc.rulecheck.edges import at_the_edges
from matcalc.rulecheck.measure import compared, judged
from matcalc.rulecheck.report import Check
from matcalc.rulecheck.weight import falls

SIDES = ("the left side is", "the right side is")
TRIES = 10
_RENAMINGS = ({"m": "a", "n": "b", "p": "c", "q": "d"}, {"m": "d", "n": "c", "p": "b", "q": "a"})


def law_checks(block: Block) -> Iterator[Check]:
    """Four statements about every law; the last is only asked when the others hold, or rewriting might not end."""
    for law, at in variants(block):
        if stray := _unmatched(block.function, law):
            yield Check(f"law {law.name}: its variables", False, stray)
            continue
        equal, lighter = _equal(at, law), _lighter(law)
        yield equal
        if equal.ok:
            yield at_the_edges(at, law)
        yield lighter
        if equal.ok and lighter.ok:
            yield _reached(law)


def _unmatched(function: Function, law: Law) -> str:
    """What is said of a variable that the left side does not bind, or not asked of what it matches."""
    about = [e for d in law.demands for e in (d.expr, d.partner) if e is not None]
    bound = set(variables(law.pattern))
    for leaf in variables(law.replacement, *about):
        if leaf not in bound:
            return f"{leaf.data.name} does not occur on the left side"
    calls = [part for part in postorder(law.pattern) if part.kind is CALL and part.data is function]
    for leaf in variables(law.pattern, law.replacement):
        words = leaf.data.props - MATCHED
        if words and not any(arg is leaf and words <= param.props
                             for call in calls for arg, param in zip(call.args, function.params, strict=True)):
            return (f"{leaf.data.name} is declared {' and '.join(sorted(words))}, which is not asked of what it "
                    f"matches; the words are {', '.join(sorted(MATCHED))}")
    return ""


def variants(block: Block) -> Iterator[tuple[Law, Block]]:
    """The laws, each with the block it is about: a law entry by entry has a second reading, for scalars."""
    seen: set[str] = set()
    for law in block.function.laws():
        second = law.name in seen
        seen.add(law.name)
        yield law, (block.scalar() or block) if second else block


def _equal(block: Block, law: Law) -> Check:
    rng = block.rng()
    name = f"law {law.name}: both sides equal"
    found = []
    for choice in range(POINTS):
        at = law_point(block, law, rng, choice)
        if at is None:
            return Check(name, False, "no point was found at which the left side has a value")
        found.append(compared(at.value(law.pattern), at.value(law.replacement), SIDES))
    return judged(name, found)


def law_point(block: Block, law: Law, rng: Rng, choice: int) -> Point | None:
    """A point at which the left side has a value; inner functions may have a smaller domain than the block."""
    for mode in modes(TRIES):
        at = block.point(rng, choice, variables(law.pattern, law.replacement), declared(mode=mode))
        if np.all(np.isfinite(at.value(law.pattern))):
            return at
    return None


def _lighter(law: Law) -> Check:
    found = falls(law.pattern, law.replacement)
    detail = f"weight {found[0]} becomes {found[1]}" if found else ""
    return Check(f"law {law.name}: weight falls", found is None, detail)


def _reached(law: Law) -> Check:
    """The left side, built again with all laws in force, is the right side, whatever the dimensions are called."""
    name = f"law {law.name}: fires first"
    for names in _RENAMINGS:
        left, right = _rebuilt(law.pattern, names), _rebuilt(law.replacement, names)
        if left is not right:
            return Check(name, False, f"{left!r} is not {right!r}")
    return Check(name, True)


def _rebuilt(e: Expr, names: Mapping[str, str]) -> Expr:
    """`e` made anew with other names, calls included; a pattern itself was read with its laws switched off."""
    known = {name for part in postorder(e) for dim in _dims(part) for name in names_of(dim)}
    renamed = substitute(e, {}, {name: named(names.get(name, f"{name}_0")) for name in known})
    done: dict[Expr, Expr] = {}
    for part in postorder(renamed):
        args = [done[arg] for arg in part.args]
        if part.kind is VAR:
            done[part] = variable(f"{part.data.name}_0", part.shape, part.data.props)
        else:
            done[part] = apply(part.data, *args) if part.kind is CALL else rebuild(part, args)
    return done[renamed]


def _dims(part: Expr) -> list[Dim]:
    return [*part.shape, *([part.data] if part.kind is DIM else [])]
