"""The form of answers: at most ten lines for a person, exactly one for a pipe, nothing lost in between."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matcalc import grad
from matcalc.cli.screen.terminal import Terminal, beside, cells, table, wrapped
from tests.cli.sessions import on_terminal, run

QUESTIONS = [
    ("grad", "det(AXB)", "--wrt", "X"),
    ("grad", "-log(det(X))"),
    ("grad", "norm1(A*x-y)", "--wrt", "x"),
    ("grad", "log(det(X)) + tr(A X)", "--wrt", "X", "--var", "X: sym"),
    ("grad", "sum(log(exp(-y.*(X*w)) + vector(1)))", "--wrt", "w"),
    ("grad", "sum(softmax(W x).*y)/norm(softmax(W x))", "--wrt", "W"),
    ("diff", "x'Ax"),
    ("jacobian", "A sin(x)", "--wrt", "x"),
    ("hessian", "x'Ay", "--wrt", "x", "--wrt", "y"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_person_gets_at_most_ten_lines(question: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = on_terminal(monkeypatch, *question).splitlines()
    assert lines[0].startswith("  f = ")
    assert any(re.match(r"  [∂d∇].* = ", line) for line in lines)
    assert len(lines) <= 10
    assert all(cells(line) <= 100 for line in lines if "note" not in line)


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_pipe_gets_one_line_in_ascii(question: tuple[str, ...]) -> None:
    code, out, _ = run(*question)
    assert code == 0
    assert out.isascii()
    assert out.count("\n") == 1
    assert out.endswith("\n")


def test_the_answer_of_a_pipe_is_input_again() -> None:
    _, out, _ = run("grad", "det(AXB)", "--wrt", "X")
    code, again, _ = run("simplify", out.strip())
    assert (code, again) == (0, out)


@pytest.mark.parametrize("form", ["ascii", "unicode", "latex"])
def test_forms(form: str) -> None:
    d = grad("x'Ax", "x", check=False)
    assert run("grad", "x'Ax", "-w", "x", "--format", form)[1] == getattr(d, form) + "\n"
    assert run("grad", "x'Ax", "-w", "x", f"--format={form}")[1] == run("grad", "x'Ax", "-w=x", "-f", form)[1]


def test_latex_has_an_option_of_its_own() -> None:
    assert run("grad", "x'Ax", "-w", "x", "--latex") == run("grad", "x'Ax", "-w", "x", "--format", "latex")


def test_quiet_is_the_formula_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_terminal(monkeypatch, "grad", "x'Ax", "-w", "x", "-q") == grad("x'Ax", "x", check=False).unicode + "\n"


def test_narrow_terminals_put_remarks_below(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = on_terminal(monkeypatch, "grad", "det(AXB)", "-w", "X", width=40).splitlines()
    assert lines.index("      if A X B is invertible") == 1 + next(i for i, row in enumerate(lines) if "∂f" in row)
    assert max(map(cells, lines[:5])) <= 40


def test_ascii_has_no_other_characters() -> None:
    _, out, _ = run("grad", "‖Ax−θ‖²", "-w", "x", "--ascii", "-f", "text")
    assert out.isascii()
    assert "ok checked" in out


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "answer"
    assert run("grad", "x'x", "-o", str(file)) == (0, "", "")
    assert file.read_text() == "2*x\n"


def test_standard_input() -> None:
    assert run("grad", "-", "--wrt", "x", stdin="x'A x\n")[1] == run("grad", "x'Ax", "-w", "x")[1]


def test_colour_only_where_wanted() -> None:
    plain = run("grad", "x'x", "-f", "text")[1]
    always = run("grad", "x'x", "-f", "text", "--color", "always")[1]
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[\d;]*m", "", always) == plain != always
    assert "\x1b[" in run("grad", "x'x", "-f", "text", env={"FORCE_COLOR": "1", "NO_COLOR": ""})[1]
    assert "\x1b[" not in run("grad", "x'x", "-f", "text", env={"FORCE_COLOR": "1", "NO_COLOR": "1"})[1]


def test_lines_break_only_between_terms() -> None:
    assert wrapped("f = ", ["a", "+ b", "− c"], 10) == ["  f = a", "      + b", "      − c"]
    assert wrapped("f = ", ["a", "+ b", "− c"], 80) == ["  f = a + b − c"]


def test_remarks_stand_in_one_column() -> None:
    first, second = beside([(["  f = x"], ["x n×1"]), (["  df = dx"], ["if x > 0"])], 100)
    assert first[0].index("x n×1") == second[0].index("if x")
    assert beside([(["  f = x"], [])], 100) == [["  f = x"]]


def test_tables_count_cells() -> None:
    assert table([("x̂", "a"), ("式", "b"), ("abc", "c")]) == ["  x̂    a", "  式   b", "  abc  c"]


def test_paint_is_nothing_without_colour() -> None:
    assert Terminal().paint("x", "good") == "x"


def test_kinks_are_notes_not_conditions() -> None:
    lines = run("grad", "norm1(x)", "-w", "x", "-f", "text")[1].splitlines()
    assert not any("if " in line for line in lines)
    assert any(line.startswith("  note: abs(x) has a kink") for line in lines)


def test_many_terms_keep_the_head_short() -> None:
    lines = run("grad", " + ".join(f"x'A_{i} x" for i in range(60)), "-w", "x", "-f", "text")[1].splitlines()
    assert lines.index("") <= 6
    assert lines[2].endswith(" …")
