"""Every reference passes, every mutation that differs fails, and the diagnosis names it; the whole with -m slow."""

from __future__ import annotations

from collections import Counter

import pytest

import matcalc
from tests.judging.corpus import Problem, differs, mutations, problems

NAMED = ("transpose", "factor", "sign")
SAMPLE, STRIDE = 30, 5  # every 30th problem, every fifth mutation
UNNAMED = {  # how many mutations of a problem are wrong with another diagnosis than the one that made them
    ("cb-skew", "transpose"): 3, ("mn-trXX", "transpose"): 1, ("mn-expX", "transpose"): 1, ("mco-4a", "sign"): 1,
    ("sy-trAA", "transpose"): 1, ("sy-complicated", "sign"): 7, ("sy-complicated", "transpose"): 24,
    ("se-2178394", "transpose"): 3, ("se-im-lseH", "sign"): 3, ("ml-hinge", "sign"): 1, ("ml-ce2-A", "sign"): 1,
    ("ml-ce2-B", "sign"): 1, ("le-ce-W", "sign"): 1, ("le-ce-x", "sign"): 1, ("ad-1x1h", "transpose"): 1,
}
UNDECIDED = [("le-tridet", "-2*det(inv(X*X'))*X*inv(X'*X)")]  # inv(X'*X) of a wide X is nowhere
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
    undecided = [(name, claim) for name, _, claim, status, _ in wrong if status not in ("failed", "refused")]
    assert undecided == [row for row in UNDECIDED if every == 1]
    return table, unnamed


def test_sample() -> None:
    table, unnamed = judged(problems()[::SAMPLE], STRIDE)
    assert table.total() == 25
    assert unnamed == []


@pytest.mark.slow
def test_the_whole_corpus() -> None:
    table, unnamed = judged(problems())
    assert table == {"sign": 680, "factor": 580, "transpose": 1345, "swap": 286}
    assert Counter((name, what) for name, what, _ in unnamed) == UNNAMED


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_references_pass_with_other_draws(seed: int) -> None:
    assert [p.id for p in problems() if p.judged(p.reference, seed=seed).ok is not True] == []
