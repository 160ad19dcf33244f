"""The lecture's function at (2, 5), number by number: y = ln x₁ + x₁ x₂ − sin x₂."""

from __future__ import annotations

import json

import pytest

from matcalc.tracing.traced import Trace, traced
from matcalc.tracing.values import read_values
from tests.cli.sessions import run
from tests.cli.test_json import VALID

LECTURE = "ln(x1) + x1*x2 - sin(x2)"


@pytest.fixture
def lecture() -> Trace:
    return traced(LECTURE, read_values(["x1=2,x2=5"]))


def test_values(lecture: Trace) -> None:
    values = [float(lecture.values[line.v]) for line in lecture.tape.lines]
    assert values == pytest.approx([2, 5, 0.693, 10, -0.959, 10.693, 11.652], abs=6e-4)


def test_operations_are_those_that_were_typed(lecture: Trace) -> None:
    assert [line.sign for line in lecture.tape.lines] == ["", "", "ln", "·", "sin", "+", "−"]


def test_forward(lecture: Trace) -> None:
    tangents, check = lecture.forward("x_1")
    assert [float(t.value) for t in tangents] == [1, 0, 0.5, 5, 0, 5.5, 5.5]
    assert (check.ok, check.count) == (True, 7)


def test_reverse(lecture: Trace) -> None:
    adjoints, check = lecture.reverse()
    x1, x2 = adjoints[-1], adjoints[-2]
    assert [float(p.value) for p in x2.partials] == pytest.approx([-0.284, 2], abs=5e-4)
    assert float(x2.value) == pytest.approx(1.716, abs=5e-4)
    assert sorted(float(p.value) for p in x1.partials) == [0.5, 5]
    assert float(x1.value) == 5.5
    assert (check.ok, check.count) == (True, 7)


def test_on_the_command_line() -> None:
    code, out, err = run("trace", LECTURE, "--at", "x1=2,x2=5", "--mode", "reverse", "-f", "unicode")
    assert (code, err) == (0, "")
    assert "v̄₂ = v̄₂→₅ + v̄₂→₄ = -0.284 + 2   1.716" in out
    assert "v̄₁ = v̄₁→₄ + v̄₁→₃ = 5 + 0.5      5.5" in out


def test_the_other_forms() -> None:
    call = ("trace", LECTURE, "--at", "x1=2", "--at", "x2=5", "--mode", "reverse")
    assert r"\bar{v}_{2 \to 5} = \bar{v}_{5} \cos" in run(*call, "--latex")[1]
    assert "| v̄₁ = v̄₁→₄ + v̄₁→₃ = 5 + 0.5 | 5.5 |" in run(*call, "-f", "markdown")[1]
    assert "vbar_2->5 = " in run(*call)[1]
    assert run(*call, "--ops")[1].isascii()
    assert run(*call, "--ops", "-f", "text", "--ascii")[1].isascii()
    data = json.loads(run(*call, "--json")[1])["trace"]
    assert data["adjoints"][-1]["value"] == 5.5
    assert [line["operation"] for line in data["lines"]] == ["", "", "ln", "·", "sin", "+", "−"]


@pytest.mark.parametrize("call", [
    ("trace", LECTURE, "--at", "x1=2,x2=5", "--mode", "reverse", "--ops"),
    ("trace", "softmax(A x)", "--random", "n=3", "--mode", "forward", "--wrt", "x"),
    ("graph", "x'A x", "--wrt", "x"),
    ("graph", "x'A x", "--random", "any", "--wrt", "x"),
    ("descend", "norm2(x - b)^2", "-w", "x", "--data", "b=[1,2]", "--compare"),
], ids=lambda call: " ".join(call[:2]))
def test_json_follows_the_schema(call: tuple[str, ...]) -> None:
    code, out, err = run(*call, "--json")
    assert (code, err) == (0, "")
    VALID.validate(json.loads(out))


def test_a_single_input_is_taken_without_being_named() -> None:
    assert "vdot_2 = vdot_1/v_1" in run("trace", "log(x)", "--at", "x=2", "--mode", "forward")[1]
