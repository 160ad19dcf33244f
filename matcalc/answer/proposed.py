"""Claims in index notation: read with the families and letters of the problem, at the member that is asked about.

Where the problem is posed in matrices, so is the claim; a claim that has no matrix form cannot be compared there.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra.indexed import rename
from matcalc.answer.problem import Problem
from matcalc.answer.stacks import Indexed
from matcalc.core.dims import format_dim
from matcalc.core.expr import Expr
from matcalc.core.indices import Axis, Index, Ref
from matcalc.diagnostics import InputError, fail
from matcalc.language import Elaborated, parse
from matcalc.language.framing import bindings
from matcalc.options import Dialect
from matcalc.simplification.lift import lifted


def indexed_claim(problem: Problem, claim: str, dialect: Dialect = "") -> Expr | None:
    """The claim as an expression in what the problem is posed in; None where no index occurs in it."""
    assert problem.indexed is not None
    asked = problem.indexed
    before, behind = bindings(asked.source)
    text = f"{before}{claim}{(', ' if ' where ' in claim else ' where ') + behind if behind else ''}"
    try:
        read = parse(text, declarations(asked), problem.rulebook, dialect=dialect, proposed=True)
    except InputError:
        if asked.is_lifted:
            return None
        raise
    if read.indices is None:
        return None if asked.is_lifted else problem.settled(read.expr)
    said = _at_the_member(asked, read, claim)
    if not asked.is_lifted:
        return problem.settled(said)
    held = {name: problem.settled(info.expr) for name, info in asked.stacks.items()}
    found = lifted(said, problem.rulebook, held, (*asked.output, *_members(asked)))
    if found is None:
        raise fail("M0518", "this claim has no matrix form, so it is not compared with one", claim)
    return found


def _members(asked: Indexed) -> tuple[Index, ...]:
    """The indices of the members that are asked about."""
    return tuple(index for target in asked.targets for index in target.member)


def _at_the_member(asked: Indexed, read: Elaborated, claim: str) -> Expr:
    """The claim with its free letters those of the output and of the member, in the order in which they occur."""
    assert read.indices is not None
    wanted = {index.name: index for index in (*asked.output, *_members(asked))}
    own = read.indices.output
    if all(index.name in wanted for index in own):
        return rename(read.expr, {index: Ref(wanted[index.name]) for index in own})
    if len(own) != len(wanted):
        letters = ", ".join(index.name for index in own if index.name not in wanted)
        message = f"the claim depends on {letters}, the derivative on {', '.join(wanted) or 'no index'}"
        raise fail("M0516", message, claim)
    return rename(read.expr, {index: Ref(new) for index, new in zip(own, wanted.values(), strict=True)})


def declarations(asked: Indexed) -> dict[str, str]:
    """The families and variables as read, and the ranges of the letters, in the syntax of declarations."""
    letters = [*asked.letters, *((index.name, index.axis) for index in (*asked.output, *_members(asked)))]
    found = {}
    for name, info in asked.variables.items():
        label = "".join(_letter(axis, letters) for axis in info.axes)
        found[f"{name}_{label}" if label else name] = info.declaration()
    return found | dict(_ranges(letters, found))


def _letter(axis: Axis, letters: list[tuple[str, Axis]]) -> str:
    return next((letter for letter, other in letters if other == axis), letters[0][0] if letters else "i")


def _ranges(letters: list[tuple[str, Axis]], taken: dict[str, str]) -> Iterator[tuple[str, str]]:
    """i: index(n), for letters with one range that starts at 1."""
    for letter in dict.fromkeys(letter for letter, _ in letters):
        axes = {axis for other, axis in letters if other == letter}
        if len(axes) == 1 and letter not in taken and (axis := axes.pop()).low == 1:
            yield letter, f"index({format_dim(axis.size)})"
