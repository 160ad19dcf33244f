"""Nothing that people type in public places is misread: the answer is that of what they mean, or a question."""

from collections import Counter

import pytest

from matcalc.diagnostics import MatcalcError
from tests import public

CASES = public.cases()
VERDICTS = {"right": 86, "asked": 39, "answered": 1, "complex": 1}  # answered: with a function that nobody defined


@pytest.mark.parametrize("case", [c for c in CASES if c.verdict == "right"], ids=lambda c: c.id)
def test_the_answer_is_that_of_the_meaning(case: public.Case) -> None:
    assert public.agrees(case, 5), public.answer(case).ascii


@pytest.mark.parametrize("case", [c for c in CASES if c.verdict == "asked"], ids=lambda c: c.id)
def test_what_can_be_read_two_ways_is_asked(case: public.Case) -> None:
    with pytest.raises(MatcalcError):
        public.answer(case)


@pytest.mark.parametrize("case", [c for c in CASES if c.verdict == "complex"], ids=lambda c: c.id)
def test_complex_least_squares(case: public.Case) -> None:
    found = public.answer(case)
    assert found.verify().ok
    assert found.unicode in ("Aᴴ (A 𝐱 − 𝐛)/2", "𝐀ᴴ (𝐀 𝐱 − 𝐛)/2", "Aᴴ (A x − b)/2"), found.unicode


def test_how_many_are_answered() -> None:
    assert Counter(c.verdict for c in CASES) == VERDICTS
