"""A fix means what it says: it is read, its value is the one recorded after review, and nothing of the text is lost.

MATCALC_REWRITE=1 records what every fix is read as anew.
"""

import os
import re
from functools import cache
from pathlib import Path

import pytest

from tests.language import fixes

FILE = Path(__file__).parent / "fixes.txt"
COMMENT = re.compile(r"\s*(?:%(?!\*%)|#|//).*")


@cache
def rows() -> list[tuple[str, str, str]]:
    return [(text, fix, meant) for text, demand in fixes.refused() for fix, meant in fixes.fixes(text, demand)]


def test_every_fix_is_read_as_recorded() -> None:
    text = "".join(f"{typed}\n    ⇒ {fix}\n    = {meant}\n" for typed, fix, meant in rows())
    if os.environ.get("MATCALC_REWRITE"):
        FILE.write_text(text, encoding="utf-8")
    assert text == FILE.read_text(encoding="utf-8")


def test_every_fix_is_read() -> None:
    assert [(typed, fix) for typed, fix, meant in rows() if not meant] == []


def recorded() -> list[tuple[str, str, str]]:
    """The rows as they are in the file: known without reading a formula, when the tests are collected."""
    lines = FILE.read_text(encoding="utf-8").split("\n")
    return [(typed, fix.removeprefix("    ⇒ "), meant.removeprefix("    = "))
            for typed, fix, meant in zip(lines[::3], lines[1::3], lines[2::3], strict=False)]


def _letters(text: str) -> set[str]:
    """The letters of a text, LaTeX's words and comments aside."""
    return set(re.findall(r"[A-Za-zα-ω]", re.sub(r"\\[A-Za-z]+|norm|Inverse", " ", COMMENT.sub("", text))))


DROPS = {  # letters that are no names, and texts of which a fix leaves a part out on purpose
    "signs of a transpose": {"t", "T", "H", "e"},
    "two formulas, the one or the other": {r"\begin{align} x'x \\ y'y \end{align}",
                                           r"f(X) = \| X \|_F = \sqrt{\text{tr }(X^TX)}"},
}


@pytest.mark.parametrize("row", [r for r in recorded() if not r[1].startswith(("--", "matcalc "))],
                         ids=lambda row: f"{row[0]} | {row[1]}"[:80])
def test_no_name_is_lost(row: tuple[str, str, str]) -> None:
    typed, fix, _ = row
    if typed not in DROPS["two formulas, the one or the other"]:
        assert _letters(typed) - _letters(fix) <= DROPS["signs of a transpose"]
