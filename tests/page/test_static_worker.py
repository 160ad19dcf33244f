"""The worker of the site in node: Python of a browser, without NumPy and click, answers as this Python does."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from matcalc.page.asked import asked
from tests import corpus
from tests.page.built import site

pytest.importorskip("uvicorn", reason="the extra [page] is not installed")  # a site is built with it, and takes a while
WORKER = Path(__file__).with_name("worker.mjs")
TASKS = {"grad": "gradient", "jacobian": "jacobian", "hessian": "hessian"}
CHECKED = [{"formula": case["expr"], "wrt": [case["wrt"]], "kinds": case["vars"], "want": TASKS[case["task"]]}
           for case in corpus.cases() if case["task"] in TASKS and isinstance(case["wrt"], str)][::6]
OTHERS: list[dict[str, Any]] = [
    {"formula": "det(A X B)", "steps": "full", "code": ["pure", "numpy", "julia", "octave"]},
    {"formula": "norm2(A x - b)^2", "want": "convexity"},
    {"formula": "norm2(A x - b)^2", "want": "solve", "steps": "brief"},
    {"formula": r"\sum_i (y_i - w^\top x_i)^2", "wrt": ["w"], "steps": "brief"},
    {"formula": "sin(x)", "want": "convexity"},
    {"formula": "airyai(x)"},
    {"formula": "det(A X B"},
    {"formula": "Z" * 30_000},
    {"formula": "-".join(["x'A x"] * 2000)},
    {"formula": "(" * 3000 + "x" + ")" * 3000},
]


@cache
def answers() -> list[dict[str, Any]]:
    """The answers of the worker to all questions, in one run of node."""
    lines = "".join(json.dumps(question) + "\n" for question in [*CHECKED, *OTHERS])
    done = subprocess.run(["node", str(WORKER), str(site())], input=lines, capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_question_has_an_answer() -> None:
    assert len(answers()) == len(CHECKED) + len(OTHERS)


@pytest.mark.parametrize("k", range(len(CHECKED)), ids=lambda k: CHECKED[k]["formula"][:40])
def test_it_answers_as_this_python_does_and_checks_the_answer(k: int) -> None:
    here, there = asked(CHECKED[k]), answers()[k]
    assert there["ok"] is here["ok"] is True
    assert [one["latex"] for one in there["answers"]] == [one["latex"] for one in here["answers"]]
    assert [one["conditions"] for one in there["answers"]] == [one["conditions"] for one in here["answers"]]
    assert all(one["check"]["status"] in ("passed", "skipped") for one in there["answers"])


def test_nearly_all_are_checked_without_numpy() -> None:
    said = [one["check"]["status"] for found in answers()[:len(CHECKED)] for one in found["answers"]]
    assert said.count("passed") >= 0.9 * len(said)


def test_steps_and_code() -> None:
    found = answers()[len(CHECKED)]
    assert found["answers"][0]["steps"]
    assert found["code"]["pure"]["note"] == ""  # it was run there, and passed its own check
    compile(found["code"]["numpy"]["source"], "numpy", "exec")
    assert "not run" in found["code"]["numpy"]["note"]
    assert all(program["source"] for program in found["code"].values())


def test_what_needs_numpy_is_shown_as_not_checked() -> None:
    convex, solved, summed, undecided = answers()[len(CHECKED) + 1:len(CHECKED) + 5]
    assert convex["verdict"]["word"] == "convex"
    assert convex["verdict"]["check"]["status"] == "skipped"
    assert solved["answers"][0]["latex"] == r"(A^{\top} A)^{-1} A^{\top} b"
    assert solved["answers"][0]["check"]["status"] == "skipped"
    assert summed["answers"][0]["check"]["status"] == "skipped"
    assert undecided["verdict"]["word"] == "not decided"
    assert "NumPy" in undecided["verdict"]["notes"][0]


def test_what_is_refused_says_why_and_the_worker_goes_on() -> None:
    sympy, bracket, long, heavy, deep = answers()[len(CHECKED) + 5:]
    assert sympy["diagnostics"][0]["code"] == "M0109"
    assert bracket["diagnostics"][0]["code"] == "M0202"
    assert long["diagnostics"][0]["code"] == "M0107"
    for found in (heavy, deep):
        assert found["ok"] or found["diagnostics"][0]["code"] != "M9002"
