"""Problems of textbooks: the formula of the book, its conditions, the kind of the point, the multipliers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import matcalc
from matcalc.printers import ascii_text
from matcalc.solving.solution import Solution

PROBLEMS = tomllib.loads((Path(__file__).parent / "problems.toml").read_text("utf-8"))["problem"]


def solved(problem: dict[str, Any]) -> Solution:
    return matcalc.solve(problem["expr"], problem["wrt"], subject_to=problem.get("subject_to"),
                         variables=problem["var"])


def declared(s: Solution) -> dict[str, str]:
    """The variables of a solution as they were read, those of constraints too."""
    readings = [s.problem.elaborated, *(c.read for c in s.constraints)]
    return {name: info.declaration() for read in readings for name, info in read.variables.items()}


@pytest.mark.parametrize("problem", PROBLEMS, ids=[problem["title"] for problem in PROBLEMS])
def test_problems_of_textbooks(problem: dict[str, Any]) -> None:
    s = solved(problem)
    variables = {name: said for name, said in declared(s).items() if name not in s.unknowns}
    answers = [problem["answer"]] if isinstance(problem["answer"], str) else problem["answer"]
    for value, answer in zip(s.unknowns.values(), answers, strict=True):
        assert matcalc.equal(value.ascii, answer, variables=variables).equal is True, value.ascii
    assert s.kind == problem["kind"]
    if "conditions" in problem:
        assert s.conditions == problem["conditions"]
    found = s.verify()
    assert found.ok is True
    assert found.trials == 3
    ends = [(step.before, step.after) for step in s.steps]
    assert all((ascii_text(one.x), s.unknowns[one.x.data.name].ascii) in ends for one in s.solved)


def test_there_are_enough_and_each_has_a_source() -> None:
    assert len(PROBLEMS) >= 12
    assert all(problem["source"] for problem in PROBLEMS)
