"""Every problem in index notation has the true derivative, or is refused for a reason that is written here."""

from __future__ import annotations

import statistics
from functools import cache

import pytest

import matcalc
from tests.indices.problems import FILES, SUM, Case, agrees, cases, derived, size, truths

REFUSED: dict[str, str] = {}
SHARE_IN_MATRICES = 0.9
MEDIAN_SIZE, MOST_SIZES = 1.0, 1.5


@cache
def answer(file: str, name: str) -> matcalc.Derivation:
    return derived(next(case for case in cases(file) if case["id"] == name))


PROBLEMS = [pytest.param(file, case, id=f"{case['id']}") for file in FILES for case in cases(file)]


@pytest.mark.parametrize(("file", "case"), PROBLEMS)
def test_problem(file: str, case: Case) -> None:
    if case["id"] in REFUSED:
        with pytest.raises(matcalc.MatcalcError):
            answer(file, case["id"])
        return
    d = answer(file, case["id"])
    assert all(agrees(d, draw) for draw in truths(file)[case["id"]]), d.ascii


def test_the_exceptions_are_problems() -> None:
    assert set(REFUSED) <= {case["id"] for file in FILES for case in cases(file)}


@pytest.mark.parametrize("file", FILES)
def test_answers_are_in_matrix_form_and_short(file: str) -> None:
    """Of those that have a matrix form nine of ten are answered in it, in the textbook's length."""
    known = [case for case in cases(file) if case["reference_matrix"] and case["id"] not in REFUSED]
    texts = {case["id"]: answer(file, case["id"]).ascii for case in known}
    lifted = [case for case in known if not SUM.search(texts[case["id"]])]
    assert len(lifted) >= SHARE_IN_MATRICES * len(known), sorted({c["id"] for c in known} - {c["id"] for c in lifted})
    sizes = sorted(size(texts[case["id"]]) / size(case["reference_matrix"]) for case in lifted)
    assert statistics.median(sizes) <= MEDIAN_SIZE
    assert sizes[int(0.9 * (len(sizes) - 1))] <= MOST_SIZES
