"""What the left side of a claim says in index notation: ∂pᵢ/∂zₖ, ∂²f/∂xₖ∂xₗ, Jᵢₖ, by letters of its own if it likes."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.answer.claim_letters import Wanted
from matcalc.answer.problem import Problem
from matcalc.answer.proposed import head_of, matched
from matcalc.answer.stacks import Indexed, Target
from matcalc.core.indices import Index
from matcalc.diagnostics import MatcalcError
from matcalc.language import name_of
from matcalc.options import Asked


def wanted_of(problem: Problem, kind: Asked) -> Wanted | None:
    """The indices on which the derivative that is asked for depends; None where the formula has none."""
    if problem.indexed is None:
        return None

    rows, columns = problem.indexed.axes(kind)
    indices = problem.indexed.read.indices
    typed = {letter for _, letters in indices.targets.values() for letter in letters} if indices else set()
    typed |= {index.name for index in problem.indexed.output}
    chosen = frozenset(index.name for index in (*rows, *columns) if index.name not in typed)
    return Wanted(rows, columns, {}, chosen, kind)


def by_variables(asked: Indexed, said: Sequence[str], wanted: Wanted, kind: Asked) -> dict[str, Index] | None:
    """What the letters of the variables on a left side stand for; None where they are other variables."""
    targets = list(asked.targets) * (2 if kind == "hessian" and len(asked.targets) == 1 else 1)
    names = list(said) * (2 if len(said) < len(targets) else 1)
    if len(names) != len(targets):
        return None
    found: dict[str, Index] = {}
    axes = [wanted.rows, wanted.columns] if kind == "hessian" else [wanted.columns]
    for name, target, member in zip(names, targets, axes, strict=False):
        letters = _by_variable(asked, name, target, member)
        if letters is None:
            return None
        found |= {letter: index for letter, index in letters.items() if letter not in found}
    return found


def _by_variable(asked: Indexed, said: str, target: Target, member: Sequence[Index]) -> dict[str, Index] | None:
    family = target.whole.data.name
    held = asked.stacks.get(family)
    if _name(said) in (family, held.name if held is not None else family):
        return {}
    found = matched(_name(said), member)
    return found[1] if found is not None and found[0] == family and member else None


def by_output(problem: Problem, said: str) -> dict[str, Index] | None:
    """What the letters of the name of the function stand for: p_a is the formula p_i, and p is all of it."""
    head = head_of(problem) if problem.indexed is not None else ""
    if problem.indexed is None or not head:
        return None
    if _name(said) == head:
        return {}
    found = matched(_name(said), problem.indexed.output)
    return found[1] if found is not None and found[0] == head and problem.indexed.output else None


def by_entry(said: str, letters: Sequence[str], wanted: Wanted) -> dict[str, Index] | None:
    """What the letters of an entry of the derivative stand for: J_ik, H_kl."""
    found = matched(_name(said), wanted.axes)
    return found[1] if found is not None and found[0] in letters and wanted.axes else None


def _name(typed: str) -> str:
    try:
        return name_of(typed.strip())
    except MatcalcError:
        return typed.strip()
