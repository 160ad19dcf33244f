"""Pasted formulas: groups of spellings from papers, PDFs, MATLAB, LaTeX and NumPy that are one expression."""

from pathlib import Path

import pytest

from tests.language.reading import meaning

TEXT = (Path(__file__).parent / "groups.txt").read_text(encoding="utf-8")
GROUPS = [block.splitlines() for block in TEXT.split("== ")[1:]]
CASES = [(head, plain, text) for head, plain, *others in GROUPS for text in others if text]


@pytest.mark.parametrize(("head", "plain", "text"), CASES)
def test_a_group_agrees(head: str, plain: str, text: str) -> None:
    dialect = "numpy" if head.startswith("numpy: ") else ""
    assert meaning(text, dialect) is meaning(plain)


def test_there_are_many_groups() -> None:
    assert len(GROUPS) > 100
