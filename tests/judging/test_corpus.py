"""Every reference passes, every mutation that differs fails, and the diagnosis names it; the whole with -m slow."""

from __future__ import annotations

from collections import Counter

import pytest

import matcalc
from tests.judging.corpus import Problem, differs, mutations, problems

NAMED = ("transpose", "factor", "sign")
SAMPLE, STRIDE = 30, 5  # every 30th problem, every fifth mutation
Outcome = tuple[str, str, str, str]  # what was done, the claim, passed or failed or refused, the diagnosis


def outcomes(problem: Problem, every: int = 1) -> list[Outcome]:
    """What became of the mutations of the reference."""
    found = []
    for what, claim in list(dict.fromkeys(mutations(problem.reference)))[::every]:
        if not differs(problem, claim):
            continue
        try:
            judged = problem.judged(claim)
        except matcalc.MatcalcError:
            found.append((what, claim, "refused", ""))
            continue
        found.append((what, claim, judged.status, judged.diagnosis))
    return found


def judged(chosen: list[Problem], every: int = 1) -> tuple[Counter[str], list[tuple[str, str, str]]]:
    """How many mutations of each kind were judged, and those that are not named: problem, mutation, claim."""
    others = [p.id for p in chosen if p.judged(p.reference).ok is not True]
    wrong = [(p.id, *outcome) for p in chosen for outcome in outcomes(p, every)]
    table = Counter(what for _, what, _, status, _ in wrong if status != "refused")
    unnamed = [(name, what, claim) for name, what, claim, status, diagnosis in wrong
               if status != "refused" and what in NAMED and what not in diagnosis]
    print(f"\n{len(chosen) - len(others)} of {len(chosen)} references pass; mutations {dict(table)}, "
          f"not named {unnamed}, refused {len(wrong) - table.total()}")
    assert others == []
    assert {status for _, _, _, status, _ in wrong} <= {"failed", "refused"}
    return table, unnamed


def test_sample() -> None:
    table, unnamed = judged(problems()[::SAMPLE], STRIDE)
    assert table.total() == 25
    assert unnamed == []


@pytest.mark.slow
def test_the_whole_corpus() -> None:
    table, unnamed = judged(problems())
    assert all(count <= 0.1 * table[what] for what, count in Counter(what for _, what, _ in unnamed).items())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_references_pass_with_other_draws(seed: int) -> None:
    assert [p.id for p in problems() if p.judged(p.reference, seed=seed).ok is not True] == []
