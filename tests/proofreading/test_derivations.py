"""Derivations of public notes: no right line is said to be wrong, and no wrong one to follow."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import matcalc

CASES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("derivations.toml").read_text(encoding="utf-8"))["derivation"]
JUDGED = ("follows", "not refuted", "does not follow")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_derivation(case: dict[str, Any]) -> None:
    # TOML drops the newline behind ''', so that lines count as they are printed
    found = matcalc.check("\n" + case["text"], variables=case.get("given"))
    said = [(line.line, line.text, line.verdict, line.reason) for line in found.lines]
    assert [line for line in said if line[2] == "not read"] == []
    assert found.judged > 0
    wrong = case.get("wrong")
    if wrong is None:
        assert [line for line in said if line[2] == "does not follow"] == []
        assert found.ok is True
        return
    first = found.first_wrong
    assert first is not None, said
    assert first.line == wrong["line"], said
    assert wrong["says"] in first.reason, said
    assert all(line.verdict in (*JUDGED, "given") for line in found.lines)


def test_every_case_has_an_address_and_the_kinds_are_many() -> None:
    assert all(case["source"].startswith("http") for case in CASES)
    assert len(CASES) >= 20
    assert sum("wrong" in case for case in CASES) >= 8
    assert sum(case.get("found", False) for case in CASES) >= 3
