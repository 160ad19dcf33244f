"""The verdict on a terminal, in a pipe, as JSON and as a picture."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.sessions import on_terminal, run
from tests.cli.test_json import VALID

LOGDET = ("verify", "log(det(X))", "-w", "X")


def test_a_pipe_gets_one_line_of_ascii() -> None:
    for args in (LOGDET, (*LOGDET, "--plot"), (*LOGDET, "--claim", "inv(X)"), (*LOGDET, "--claim", "X'X y")):
        out = run(*args)[1]
        assert out.isascii()
        assert out.count("\n") == 1


def test_the_line_says_it_all() -> None:
    code, out, _ = run(*LOGDET, "--claim", "inv(X)")
    assert code == 1
    assert out.startswith("wrong: worst entry (")
    assert "the claim is the transpose of the gradient: it is in the numerator layout" in out
    assert out.endswith("; right: inv(X)'\n")


@pytest.mark.parametrize("claim", ["inv(X)", "X^-T", "tr(X)", "x", "2 X y y", "X + 3 inv(X)"])
@pytest.mark.parametrize("more", [(), ("--plot",)])
def test_schema(claim: str, more: tuple[str, ...]) -> None:
    code, out, err = run(*LOGDET, "--claim", claim, "--json", *more)
    data = json.loads(out)
    VALID.validate(data)
    assert (code, err, data["input"]["claim"]) == ({"X^-T": 0, "x": 3, "2 X y y": 3}.get(claim, 1), "", claim)
    assert ("right" in data["verification"]) is (code == 1)
    assert ("curve" in data["verification"]) is bool(more)


@pytest.mark.parametrize("width", [40, 80])
def test_the_plot_is_for_people(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_terminal(monkeypatch, *LOGDET, "--plot", width=width)
    assert "forward: slope 1.0" in shown
    assert "central: slope 2.0" in shown
    assert "●" in shown


def test_a_picture_is_written_and_the_verdict_is_said(tmp_path: Path) -> None:
    for claim, code in (("X^-T", 0), ("X", 1), ("tr(X)", 1)):
        file = tmp_path / f"{code}.svg"
        found, out, _ = run(*LOGDET, "--claim", claim, "-o", str(file))
        assert found == code
        assert out.startswith("holds" if code == 0 else "wrong")
        assert file.read_text(encoding="utf-8").startswith("<svg ")
    assert run(*LOGDET, "-o", str(tmp_path / "no" / "v.svg"))[0] == 2


def test_other_files_take_the_verdict(tmp_path: Path) -> None:
    assert run(*LOGDET, "-o", str(tmp_path / "v.txt"))[1] == ""
    assert (tmp_path / "v.txt").read_text(encoding="utf-8").startswith("holds")


def test_undecided_is_exit_3_and_says_why() -> None:
    code, out, _ = run("verify", "log(x)", "-w", "x", "-v", "x: scalar", "--claim", "log(-x - x^2)")
    assert (code, out.split(":")[0]) == (3, "undecided")


def test_layout_and_mixed_hessian() -> None:
    assert run("verify", "x'Ax", "-w", "x", "--claim", "x'(A+A')", "--layout", "numerator")[0] == 0
    assert run("verify", "x'Ay", "-w", "x", "-w", "y", "--kind", "hessian", "--claim", "A")[0] == 0
    assert run("verify", "x'Ay", "-w", "y", "-w", "x", "--kind", "hessian", "--claim", "A")[0] == 1


def test_steps_show_the_way_and_where_a_wrong_claim_parts_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("verify", "‖Ax − b‖²", "-w", "x", "--claim", "A'(Ax − b)")
    shown = on_terminal(monkeypatch, *asked, "--steps").splitlines()
    parted = next(i for i, row in enumerate(shown) if "the claim parts from the way here" in row)
    assert shown[parted - 1].strip().startswith("1  df = 2 (A x − b)ᵀ d(A x)")
    assert any(row.strip().startswith("3  ∂f/∂x = 2 Aᵀ (A x − b)") for row in shown[parted:])
    assert "the claim parts" not in on_terminal(monkeypatch, *asked)
    right = on_terminal(monkeypatch, *asked[:-1], "2A'(Ax − b)", "--steps")
    assert "read-off" in right
    assert "parts from" not in right
    data = json.loads(run(*asked, "--steps=full", "--json")[1])
    VALID.validate(data)
    assert [step["n"] for step in data["steps"]] == list(range(1, len(data["steps"]) + 1))
