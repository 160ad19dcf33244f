"""Every code that matcalc can raise is explained, and nothing is explained that cannot be raised."""

from __future__ import annotations

import re
from pathlib import Path

import matcalc
from matcalc.cli.commands.explaining import PAGES, codes
from tests.cli.sessions import run

SOURCES = [file for file in Path(matcalc.__file__).parent.rglob("*.py") if file.name != "diagnostics.py"]
RAISED = {code for file in SOURCES for code in re.findall(r'"(M\d{4})"', file.read_text(encoding="utf-8"))}


def test_raised_codes_are_explained() -> None:
    assert sorted(RAISED - set(codes())) == []


def test_explained_codes_are_raised() -> None:
    assert sorted(set(codes()) - RAISED) == []


def test_entries_are_a_title_and_a_paragraph() -> None:
    for code, entry in codes().items():
        assert set(entry) == {"title", "text"}, code
        assert entry["text"].endswith("."), code
        assert not entry["title"].endswith("."), code


def test_explain_takes_codes_rules_and_pages() -> None:
    assert run("explain", "m0301")[1].startswith("M0301: ")
    assert run("explain", "det")[1].startswith("det(X: [n,n]) -> scalar")
    assert all(run("help", page)[0] == 0 for page in PAGES)
