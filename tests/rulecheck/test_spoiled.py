"""No file of rules makes the checks themselves fail: it passes, or its author is told what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from matcalc.diagnostics import MatcalcError
from matcalc.limits import work
from matcalc.rulebook.book import standard
from matcalc.rulecheck import checked_rulebook
from tests.rulecheck.files import SECONDS, complaints, written
from tests.rulecheck.spoiled import blocks, spoiled

CODES = {"M0107", "M0701", "M0702", "M0703", "M0704", "M0706"}  # too much to compute, or a rule that is not right
MANY = 400


def answer(folder: Path, number: int) -> str:
    """What comes of file `number`: "right", or the codes; before use and by `rules check` alike."""
    text = spoiled(number)
    found = complaints(folder, text)
    file = written(folder, text).resolve()
    checked_rulebook.cache_clear()
    try:
        with work(SECONDS):
            checked_rulebook((file,))
    except MatcalcError as error:
        assert found, text  # what is refused before use is complained about when one asks
        return " ".join(sorted({d.code for d in error.diagnostics}))
    return "right"


def test_the_files_are_various() -> None:
    derived = [f for f in standard().functions() if "frechet" in f.fields and f.form == "linear"]  # no block of a file
    assert len(blocks()) == len(standard().functions()) - len(derived)
    texts = {spoiled(number).rstrip() for number in range(MANY)}
    assert len(texts - set(blocks())) > 300


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_a_few_files(start: int, tmp_path: Path) -> None:
    said = [answer(tmp_path, number) for number in range(start, start + 10)]
    assert {code for text in said for code in text.split()} <= CODES | {"right"}
    assert said.count("right") < len(said)


@pytest.mark.slow
@pytest.mark.parametrize("start", range(100, 100 + MANY, 10))
def test_many_files(start: int, tmp_path: Path) -> None:
    said = {answer(tmp_path, number) for number in range(start, start + 10)}
    assert {code for text in said for code in text.split()} <= CODES | {"right"}
