"""The functions of the benchmarks: emitted, hand-written and automatic derivatives agree."""

import pytest
from problems.candidates import KINDS, Program, by_hand, by_jax
from problems.catalogue import PROBLEMS
from problems.measuring import compared
from problems.problem import Problem

ALL = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())


def _wrong(problem: Problem, library: bool) -> dict[str, dict[str, str]]:
    """By kind of derivative, how the emitted program or JAX differs from what is written by hand."""
    data = problem.draw(0)
    hands = {kind: hand for kind in KINDS if (hand := by_hand(problem, kind, data))}
    program = None if library else Program(problem, tuple(hands))
    wrong = {}
    for kind, hand in hands.items():
        other = program.candidate(kind, problem, data) if program else by_jax(problem, kind, data)
        wrong[kind] = compared({"other": other}, hand)[1]
    return {kind: found for kind, found in wrong.items() if found}


@ALL
def test_emitted_programs_agree_with_hand_written_ones(problem: Problem) -> None:
    assert not _wrong(problem, library=False)


@pytest.mark.slow
@ALL
def test_hand_written_derivatives_agree_with_automatic_ones(problem: Problem) -> None:
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        assert not _wrong(problem, library=True)
