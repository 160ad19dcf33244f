"""`matcalc solve`: what a terminal shows, one line for a pipe, JSON, steps as text and as LaTeX, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from tests.cli.sessions import run
from tests.cli.test_json import SCHEMA

LEAST = ("solve", "x'x", "--wrt", "x", "--subject-to", "A x = b")


def test_a_pipe_gets_the_formula_which_is_read_again() -> None:
    code, out, err = run(*LEAST)
    assert (code, out, err) == (0, "A'*inv(A*A')*b\n", "")
    assert run("parse", out.strip())[0] == 0


def test_a_pipe_is_told_where_it_is_no_minimum() -> None:
    assert run("solve", "-x'x + b'x", "-w", "x")[2] == "note: x is the only maximum\n"
    said = run("solve", "x'P x", "-w", "x")[2]
    assert "a minimum if d" in said
    assert "else a saddle" in " ".join(said.split())
    assert run("solve", "x'P x", "-w", "x", "-q")[2] == ""


def test_a_terminal_is_told_the_kind_and_the_multiplier() -> None:
    lines = [" ".join(line.split()) for line in run(*LEAST, "--steps")[1].splitlines()]
    assert "subject to A x = b" in lines
    assert "x = Aᵀ (A Aᵀ)⁻¹ b if A has full row rank" in lines
    assert "λ = −2 (A Aᵀ)⁻¹ b the multiplier of A x = b" in lines
    assert "x is the only minimum" in lines
    assert "1 L = λᵀ (A x − b) + xᵀ x each constraint with its multiplier [lagrangian]" in lines
    assert "7 x = Aᵀ (A Aᵀ)⁻¹ b the multipliers inserted [insert]" in lines


def test_json() -> None:
    code, out, _ = run(*LEAST, "--json", "--steps")
    data = json.loads(out)
    jsonschema.validate(data, SCHEMA)
    assert (code, data["result"]["kind"], data["result"]["conditions"]) == (0, "solution", ["A has full row rank"])
    assert data["result"]["forms"]["ascii"] == "A'*inv(A*A')*b"
    said = data["solution"]
    assert (said["kind"], said["subject_to"], said["curvature"]["ascii"]) == ("minimum", ["A x = b"], "2*dx'*dx")
    assert [(m["name"], m["of"], m["forms"]["ascii"]) for m in said["multipliers"]] == \
        [("lambda", "A x = b", "-2*inv(A*A')*b")]
    assert [step["rule"] for step in data["steps"]] == \
        ["lagrangian", "gradient", "set-to-zero", "isolate", "constraint", "isolate", "insert"]
    assert data["verification"]["status"] == "passed"
    assert [v["name"] for v in data["variables"]] == ["x", "A", "b"]


def test_latex() -> None:
    assert run(*LEAST, "--latex")[1] == "A^{\\top} (A A^{\\top})^{-1} b\n"
    steps = run(*LEAST, "--latex", "--steps")[1]
    assert steps.startswith("\\begin{align*}\nL &= ")
    assert "\\frac{\\partial L}{\\partial x}" in steps
    assert "[insert]" in steps


@pytest.mark.parametrize(("words", "code", "said"), [
    (("x'x", "-w", "x", "--subject-to", "A x <= b"), 2, "M0527"), (("x'x", "-w", "y"), 2, "M0502"),
    (("sum(exp(x)) + x'x", "-w", "x"), 3, "M0603"), (("c'x", "-w", "x"), 3, "M0604"),
    (("x'x", "-w", "x", "--subject-to", "A x = b", "--subject-to", "A x = c"), 3, "M0605"),
    (("x'x - x'x + b'b", "-w", "x"), 2, "M0528"), (("‖X - A B‖_F^2", "-w", "A", "-w", "B"), 3, "M0603"),
    (("norm2(A x - b)^2", "-w", "x", "--size", "m=2,n=3"), 3, "M0901")])
def test_exit_codes(words: tuple[str, ...], code: int, said: str) -> None:
    found, out, err = run("solve", *words)
    assert (found, out) == (code, "")
    assert said in err


def test_no_check_shows_what_could_not_be_checked() -> None:
    assert run("solve", "norm2(A x - b)^2", "-w", "x", "--size", "m=2,n=3", "--no-check")[1] == "inv(A'*A)*A'*b\n"


def test_a_descent_says_how_far_it_ends_from_the_solution(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name, shape in (("A", (7, 3)), ("b", (7,))):
        np.save(tmp_path / f"{name}.npy", rng.normal(size=shape))
    data = f"A={tmp_path / 'A.npy'},b={tmp_path / 'b.npy'}"
    code, out, _ = run("descend", "norm2(A x - b)^2", "-w", "x", "--data", data, "--closed-form", "--json")
    assert code == 0
    jsonschema.validate(json.loads(out), SCHEMA)
    assert json.loads(out)["descent"]["closed_form_distance"] < 1e-6
    shown = run("descend", "norm2(A x - b)^2", "-w", "x", "--data", data, "--closed-form", "-f", "text")[1]
    assert "the solution in closed form is" in shown


def test_files_of_problems() -> None:
    answers = run("solve", "--file", "-", stdin="x'x - b'x --wrt x\nc'x --wrt x\n")[1].splitlines()
    first, second = map(json.loads, answers)
    assert (first["ok"], first["result"]["forms"]["ascii"]) == (True, "b/2")
    assert (second["ok"], second["diagnostics"][0]["code"]) == (False, "M0604")
