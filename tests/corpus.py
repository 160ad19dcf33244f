"""The corpus: problems of textbooks and papers, each answered once in a process for all tests that ask about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import matcalc
from matcalc.derivation import Derivation

FILE = Path(__file__).parent / "data" / "corpus.jsonl"


@cache
def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def derived(case: Mapping[str, Any], **options: Any) -> Derivation:
    """A new answer to a problem of the corpus."""
    given = {"variables": case["vars"], "structure": "free", "check": False, **options}
    if case["task"] == "grad":
        return matcalc.grad(case["expr"], case["wrt"], **given)
    if case["task"] == "jacobian":
        return matcalc.jacobian(case["expr"], case["wrt"], **given)
    return matcalc.hessian(case["expr"], case["wrt"], case.get("wrt2"), **given)


@cache
def answer(name: str) -> Derivation:
    """The answer to the problem called `name`, with all entries of the variable free; it is never changed."""
    return derived(next(case for case in cases() if case["id"] == name))
