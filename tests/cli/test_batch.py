"""A file of problems: order kept, bad lines harm no other, JSON lines in a pipe, all cores."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.sessions import run
from tests.cli.test_json import VALID

PROBLEMS = """# comments and blank lines are left out
det(AXB) --wrt X

x'Ax --wrt x --var A: sym
x'A +
-log(det(X))
A X --wrt X
tr(X) --wrt X --nonsense
"""


def answers(text: str) -> list[dict[str, object]]:
    found = [json.loads(line) for line in text.splitlines()]
    for one in found:
        VALID.validate(one)
    return found


def test_order_is_kept_and_a_bad_line_harms_no_other(tmp_path: Path) -> None:
    file = tmp_path / "problems.txt"
    file.write_text(PROBLEMS, encoding="utf-8")
    code, out, err = run("grad", "--file", str(file), "--no-check")
    found = answers(out)
    assert (code, err) == (2, "")
    assert [one["line"] for one in found] == [2, 4, 5, 6, 7, 8]
    assert [one["ok"] for one in found] == [True, True, False, True, False, False]
    assert found[1]["result"]["forms"]["ascii"] == "2*A*x"  # type: ignore[index]


def test_toml(tmp_path: Path) -> None:
    file = tmp_path / "problems.toml"
    file.write_text('[[problem]]\nexpr = "x\'A x"\nwrt = "x"\nvar = {A = "sym"}\nno_check = true\n'
                    '[[problem]]\nexpr = "log(det(X))"\n', encoding="utf-8")
    code, out, _ = run("grad", f"--file={file}")
    assert code == 0
    assert [one["result"]["forms"]["ascii"] for one in answers(out)] == ["2*A*x", "inv(X)'"]  # type: ignore[index]


def test_two_expressions_from_standard_input() -> None:
    code, out, _ = run("equal", "--file", "-", stdin="tr(AB) == tr(BA)\ntr(A) == tr(2A)\n")
    assert code == 1
    assert [one["ok"] for one in answers(out)] == [True, False]


@pytest.mark.parametrize("args", [["--file", "/nowhere"], ["grad", "--file", "/nowhere"], ["grad", "x", "--file", "x"]],
                         ids=" ".join)
def test_what_is_missing_is_said(args: list[str]) -> None:
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert "error[M000" in err


def test_answers_are_saved(tmp_path: Path) -> None:
    file, saved = tmp_path / "problems.txt", tmp_path / "answers.jsonl"
    file.write_text("x'x\ny'y\n", encoding="utf-8")
    assert run("grad", "--file", str(file), "-o", str(saved)) == (0, "", "")
    assert len(answers(saved.read_text(encoding="utf-8"))) == 2


@pytest.mark.parametrize("ending", [".tex", ".png", ".svg"])
def test_answers_are_json_and_nothing_else(ending: str, tmp_path: Path) -> None:
    file = tmp_path / "problems.txt"
    file.write_text("x'x\n", encoding="utf-8")
    code, _, err = run("grad", "--file", str(file), "-o", str(tmp_path / f"answers{ending}"))
    assert (code, list(tmp_path.iterdir())) == (2, [file])
    assert f"error[M1011]: a file of answers, in lines of JSON, is not written as “{ending}”" in err
    assert "-o answers.jsonl" in err


def test_a_line_has_the_options_of_its_command() -> None:
    code, out, _ = run("verify", "--file", "-", "--trials", "2", stdin="x'x --claim 2x\nx'x --wrt x --claim x\n")
    assert code == 1
    assert [one["ok"] for one in answers(out)] == [True, False]


def test_many_problems_in_several_processes(tmp_path: Path) -> None:
    file = tmp_path / "problems.txt"
    count = 60
    lines = (f"{i}*x'x --no-check\n" if i % 10 else "x'(\n" for i in range(count))
    file.write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "matcalc", "grad", "--file", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = answers(done.stdout)
    assert (done.returncode, done.stderr) == (2, "")
    assert [one["line"] for one in found] == list(range(1, count + 1))
    assert sum(not one["ok"] for one in found) == count // 10


def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    file = tmp_path / "problems.txt"
    file.write_text("x'x\nx'(\n", encoding="utf-8")
    leader, follower = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen([sys.executable, "-m", "matcalc", "grad", "--file", str(file)], stdout=subprocess.PIPE,
                          stderr=follower, env=env, text=True) as process:
        out = process.communicate()[0]
    os.close(follower)
    assert "100%" in os.read(leader, 100_000).decode()
    os.close(leader)
    assert len(answers(out)) == 2
