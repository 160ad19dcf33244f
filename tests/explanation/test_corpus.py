"""Every step of every problem of the corpus is an identity, and every answer ends its trace."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.answer.problem import rulebook_for
from matcalc.answer.proposed import claim_of
from matcalc.core.expr import Expr, Kind, variables
from matcalc.explanation import Step, Trace, moves_of, steps_along, trace_of
from matcalc.language import parse
from matcalc.numeric.evaluate import silence
from tests.corpus import answer, cases
from tests.explanation.proof import TOLERANCE, Point, Terms, proofs

CASES = cases()
MOST_STEPS = 12


@cache
def traced(name: str) -> Trace:
    """The whole way to an answer; nobody changes it."""
    return trace_of(answer(name))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_step_is_an_identity_and_the_last_one_is_the_answer(case: dict[str, Any]) -> None:
    d, trace = answer(case["id"]), traced(case["id"])
    _are_few_numbered_and_explained(steps_along(trace), d.ascii)
    wrong = [(move.rule, trace.text(move.before.expr, "ascii"), trace.text(move.after.expr, "ascii"), error)
             for move, error in proofs(d, trace) if not error < TOLERANCE]
    assert trace.moves
    assert wrong == []
    assert trace.text(trace.moves[-1].after.expr, "ascii") == d.ascii
    for moves in (trace.moves, moves_of(trace)):
        assert all(b.before == a.after for a, b in pairwise(moves) if b.before.head == a.after.head)


def _are_few_numbered_and_explained(steps: list[Step], answer: str) -> None:
    assert [step.n for step in steps] == list(range(1, len(steps) + 1))
    assert len(steps) <= MOST_STEPS
    assert steps[-1].after == answer
    assert all(step.rule and step.title and step.because for step in steps)


@pytest.mark.parametrize("case", CASES[::4], ids=lambda case: case["id"])
def test_formulas_can_be_typed(case: dict[str, Any]) -> None:
    """A formula without open differentials is read back, dX being declared like X, and has the same value."""
    d, trace = answer(case["id"]), traced(case["id"])
    terms = Terms(d, trace)
    points = [Point(terms, attempt) for attempt in (0, 2, 4, 5)]
    declared = d.problem.declarations()
    declared |= {f"d{x.data.name}": declared[x.data.name].split(" ")[0] for x in d.problem.wrt}
    for e in dict.fromkeys(f.expr for move in trace.moves for f in (move.before, move.after)):
        text = trace.text(e, "ascii")
        if "d(" not in text:
            read = parse(text, declared, rulebook_for(())).expr
            assert any(distance(point, read, e) < TOLERANCE for point in points), text


def distance(point: Point, read: Expr, e: Expr) -> float:
    """The relative difference of what was read and what was written; variables called dX are tangents."""
    names = {leaf.data.name if leaf.kind is Kind.VAR else f"d{leaf.data[0]}": value
             for leaf, value in point.values.items()}
    with silence():
        try:
            got, expected = (point.value(side, {**point.values, **{x: names[x.data.name] for x in variables(side)}})
                             for side in (read, e))
        except np.linalg.LinAlgError:
            return float("inf")
    return float(np.max(np.abs(got - expected)) / max(1e-6, np.max(np.abs(expected))))


def test_the_answer_is_a_claim_that_can_be_read() -> None:
    d = matcalc.grad("det(AXB)", "X", check=False)
    assert claim_of(d.problem, d.steps[-1].after) is d.expr
