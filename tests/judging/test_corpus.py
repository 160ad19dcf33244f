"""Every reference passes, every mutation that differs fails, and the diagnosis names it; the whole with -m slow."""

from __future__ import annotations

from collections import Counter

import pytest

import matcalc
from tests.judging.corpus import Problem, differs, mutations, problems

NAMED = ("transpose", "factor", "sign")
SAMPLE, STRIDE = 30, 3  # every 30th problem, every third mutation
Outcome = tuple[str, str, str]  # what was done, passed or failed or refused, the diagnosis


def outcomes(problem: Problem, every: int = 1) -> list[Outcome]:
    """What became of the mutations of the reference."""
    found = []
    for what, claim in list(dict.fromkeys(mutations(problem.reference)))[::every]:
        if not differs(problem, claim):
            continue
        try:
            judged = problem.judged(claim)
        except matcalc.MatcalcError:
            found.append((what, "refused", ""))
            continue
        found.append((what, judged.status, judged.diagnosis))
    return found


def judged(chosen: list[Problem], every: int = 1) -> None:
    """The numbers, and what they have to be."""
    others = [p.id for p in chosen if p.judged(p.reference).ok is not True]
    wrong = [outcome for p in chosen for outcome in outcomes(p, every)]
    table = Counter(what for what, status, _ in wrong if status != "refused")
    named = Counter(what for what, _, diagnosis in wrong if what in diagnosis)
    print(f"\n{len(chosen) - len(others)} of {len(chosen)} references pass; mutations {dict(table)}, "
          f"named {dict(named)}, refused {sum(status == 'refused' for _, status, _ in wrong)}")
    assert others == []
    assert {status for _, status, _ in wrong} <= {"failed", "refused"}
    assert all(named[what] >= 0.9 * table[what] for what in NAMED)


def test_sample() -> None:
    judged(problems()[::SAMPLE], STRIDE)


@pytest.mark.slow
def test_the_whole_corpus() -> None:
    judged(problems())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_references_pass_with_other_draws(seed: int) -> None:
    assert [p.id for p in problems() if p.judged(p.reference, seed=seed).ok is not True] == []
