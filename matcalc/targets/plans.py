"""The plans of the functions of a program, as one can look at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matcalc.plan.explained import Explained, explained
from matcalc.targets.definition import planned_for
from matcalc.targets.identifiers import names_of
from matcalc.targets.language import Language, for_numbers
from matcalc.targets.offered import chosen
from matcalc.targets.program import parts_for
from matcalc.targets.selfcheck import Function

if TYPE_CHECKING:
    from matcalc.answer.related import Related


def plans(asked: Related, target: Language, functions: Sequence[str] = ()) -> list[Explained]:
    """One for each function of the program."""
    target = for_numbers(target, asked.problem.inputs.values(), asked.problem.source)
    found, _ = parts_for(asked, chosen(asked, functions), target)
    return [_explained(f, target) for f in found]


def _explained(f: Function, target: Language) -> Explained:
    arguments = [*f.inputs, *f.directions]
    known = names_of(target, f.roots, f.inputs, f.directions)
    planned = planned_for(target, [f.roots, *f.others], f.inputs, f.directions, f.results)
    return explained(f.name, planned, f.roots, known.given(arguments))
