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


@pytest.mark.parametrize("case", [case for case in CASES if "wrong" not in case], ids=lambda case: case["name"])
def test_no_line_follows_that_is_doubled(case: dict[str, Any]) -> None:
    text = "\n" + case["text"]
    lines = [line for line in matcalc.check(text, variables=case.get("given")).lines
             if line.verdict in ("follows", "not refuted") and not line.text.endswith("= 0")]
    line = lines[-1]
    start = line.start if line.goes_on else text.index("=", line.start) + 1
    start += text[start:start + 1] == "&"
    end = min([line.end, *(at for sign in ("\\label", "\\tag") if (at := text.find(sign, start, line.end)) >= 0)])
    planted = f"{text[:start]} 2 ({text[start:end]}) {text[end:]}"
    found = matcalc.check(planted, variables=case.get("given"))
    other = next(x for x in found.lines if x.line == line.line and abs(x.start - line.start) < 3)
    assert other.verdict == "does not follow", (other.verdict, other.text, other.reason)
