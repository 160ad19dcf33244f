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
    variables = declared(s)
    variables.pop(s.unknown.data.name)
    assert matcalc.equal(s.ascii, problem["answer"], variables=variables).equal is True, s.ascii
    assert s.kind == problem["kind"]
    if "conditions" in problem:
        assert s.conditions == problem["conditions"]
    found = s.verify()
    assert found.ok is True
    assert found.trials == 3
    assert (ascii_text(s.unknown), s.ascii) in [(step.before, step.after) for step in s.steps]


def test_there_are_enough_and_each_has_a_source() -> None:
    assert len(PROBLEMS) >= 12
    assert all(problem["source"] for problem in PROBLEMS)
