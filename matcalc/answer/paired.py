"""Two texts of which one is in index notation, read so that every name means the same in both.

Where both have families, x_i here and x_j there, they are read as one difference first, or the second with the
variables of the first. Where one is in matrices, ‖y − Xw‖² beside Σᵢ (yᵢ − wᵀxᵢ)², its X is the matrix whose rows
are the x_i' of the other. They are compared in matrices if both have such a form, else in the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matcalc.algebra.indexed import rename
from matcalc.answer.problem import Problem
from matcalc.answer.stacks import Indexed
from matcalc.core.expr import Expr
from matcalc.core.indices import Ref
from matcalc.diagnostics import InputError, fail
from matcalc.language import name_of
from matcalc.language.framing import formula, framed
from matcalc.language.letters import split_name
from matcalc.options import Variables
from matcalc.records import NamedTuple

Read = Callable[[str, Variables], Problem]


class Pair(NamedTuple):
    """Both sides as problems, what is compared of them, and the matrices in one side that hold families of the other,
    each with its family."""

    left: Problem
    right: Problem
    sides: tuple[Expr, Expr]
    held: Mapping[Expr, Expr] = {}


def paired(a: str, b: str, read: Read, variables: Variables) -> Pair | None:
    """Both texts; None where no index occurs in either."""
    alone = _alone(a, read, variables), _alone(b, read, variables)
    if all(side is None or side.indexed is None for side in alone) or alone == (None, None):
        return None
    left, right = alone
    if left is not None and left.indexed is not None and _mixes(left.indexed, right):
        return _with_matrices(left, b, read)
    if right is not None and right.indexed is not None and _mixes(right.indexed, left):
        pair = _with_matrices(right, a, read)
        return Pair(pair.right, pair.left, (pair.sides[1], pair.sides[0]), pair.held)
    return _alike(*_of_families(a, b, read, variables), b)


def _alone(text: str, read: Read, variables: Variables) -> Problem | None:
    try:
        return read(text, variables)
    except InputError:
        return None


def _mixes(asked: Indexed, other: Problem | None) -> bool:
    """Whether the other text is in the matrices or vectors that hold families of this one."""
    if other is None:
        return False
    held = {info.name for name, info in asked.stacks.items() if asked.variables[name].axes}
    families = other.indexed.variables if other.indexed is not None else {}
    plain = {name for name, info in (families or other.variables).items() if not info.axes}
    return bool(held & plain)


def _with_matrices(problem: Problem, text: str, read: Read) -> Pair:
    """A text in matrices beside one with the families that these hold."""
    asked = problem.indexed
    assert asked is not None
    held = {name: info for name, info in asked.stacks.items() if asked.variables[name].axes}
    other = read(text, problem.typed_declarations() | {info.name: info.declaration() for info in held.values()})
    if asked.is_lifted and not other.is_summed:
        return Pair(problem, other, (problem.f, other.f))
    problem, other = problem.in_sums, other.in_sums
    found = {other.variables[info.name].expr: asked.variables[name].expr for name, info in held.items()
             if info.name in other.variables and not other.variables[info.name].axes}
    return Pair(problem, other, (problem.f, other.f), found)


def _of_families(a: str, b: str, read: Read, variables: Variables) -> tuple[Problem, Problem]:
    """Both with the variables of their difference, or the second with those of the first."""
    joint = _alone(_difference(a, b), read, variables)
    if joint is not None and joint.indexed is not None:
        declared = {name: info.declaration() for name, info in joint.indexed.variables.items()}
        try:
            return read(a, declared), read(b, declared)
        except InputError:
            pass
    left = read(a, variables)
    return left, read(b, {**_others(variables, left), **left.typed_declarations()})


def _others(variables: Variables, problem: Problem) -> dict[str, str]:
    """What is declared of other variables than the problem has."""
    return {name: said for name, said in (variables or {}).items()
            if split_name(name_of(name))[0] not in problem.typed_declarations()}


def _difference(a: str, b: str) -> str:
    """Both texts as one, under the name of the first that has one."""
    names = [framed(text).names for text in (a, b)]
    head = next((f"{found[0]} = " for found in names if found), "")
    return f"{head}({formula(a)}) - ({formula(b)})"


def _alike(left: Problem, right: Problem, text: str) -> Pair:
    """What is compared: matrices where both are in them, else sums that depend on the same indices."""
    if not left.is_summed and not right.is_summed:
        return Pair(left, right, (left.f, right.f))
    left, right = left.in_sums, right.in_sums
    if left.indexed is None or right.indexed is None:
        return Pair(left, right, (left.f, right.f))
    mine, others = left.indexed.output, right.indexed.output
    if [index.axis for index in mine] != [index.axis for index in others]:
        said = " and ".join(", ".join(index.name for index in some) or "no index" for some in (mine, others))
        raise fail("M0509", f"two expressions that depend on {said} cannot be compared", text)
    moved = {index: Ref(new) for index, new in zip(others, mine, strict=True) if index != new}
    return Pair(left, right, (left.f, rename(right.f, moved) if moved else right.f))
