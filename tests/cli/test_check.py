"""The command that judges a derivation: exit codes, what a person, a program and a page see."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from matcalc.cli import machine
from tests.cli.sessions import on_terminal, run

SCHEMA = json.loads((Path(machine.__file__).parent / "schema.json").read_text(encoding="utf-8"))
RIGHT = "f(x) = x'A x + b'x\ndf = dx'A x + x'A dx + b'dx\n∇f(x) = (A + A')x + b\n"
WRONG = RIGHT.replace("(A + A')x", "2A x")


@pytest.mark.parametrize(("text", "code"), [
    (RIGHT, 0), (WRONG, 1), ("nothing", 2), ("", 2), ("f(x) = x'x\n∇f(x) = 2 C x", 3), ("f(x) = x'x", 3),
])
def test_exit_codes(text: str, code: int) -> None:
    found, out, err = run("check", "-", stdin=text)
    assert found == code
    assert bool(err) is (code == 2)
    assert bool(out) is (code != 2)


def test_a_pipe_has_a_row_for_a_line() -> None:
    _, out, _ = run("check", "-", stdin=WRONG)
    rows = out.splitlines()
    assert rows[:2] == ["1:1: defines f(x)", "2:1: follows"]
    assert rows[2].startswith("3:1: does not follow: right only if A is symmetric")
    assert rows[2].endswith("; right: A'*x + A*x + b") or "right: " in rows[2]
    assert run("check", "-", "-q", stdin=WRONG)[1].splitlines() == rows[2:]


def test_a_file_is_read(tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text(RIGHT, encoding="utf-8")
    assert run("check", str(notes))[0] == 0
    assert "M0009" in run("check", str(tmp_path / "none.md"))[2]
    assert "M0009" in run("check", str(tmp_path))[2]
    notes.write_bytes(b"f(x) = \xff")
    assert "M0009" in run("check", str(notes))[2]


@pytest.mark.parametrize("text", [RIGHT, WRONG, "f(x) = x'x\n∇f(x) = 2 C x + ("], ids=["right", "wrong", "unread"])
def test_json_has_every_line(text: str) -> None:
    code, out, _ = run("check", "-", "--json", stdin=text)
    said = json.loads(out)
    jsonschema.validate(said, SCHEMA)
    assert said["ok"] is (code == 0)
    for line in said["check"]["lines"]:
        start, end = line["span"]
        assert text[start:end].split() == line["text"].split()


@pytest.mark.parametrize("width", [40, 60, 100])
def test_a_person_sees_the_verdict_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, width: int) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text(WRONG, encoding="utf-8")
    rows = on_terminal(monkeypatch, "check", str(notes), width=width).splitlines()
    assert rows[0].strip() == "✗ line 3 does not follow"
    assert all(len(row) <= width for row in rows)
    assert any(row.strip().startswith("right: ") for row in rows)


def test_ascii_is_ascii() -> None:
    _, out, _ = run("check", "-", "--ascii", "--format", "text", stdin=WRONG.replace("'", "ᵀ"))
    assert out.isascii()


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX")
def test_the_page_compiles(tmp_path: Path) -> None:
    body = "\n".join(run("check", str(file), "--latex")[1] for file in sorted(Path("examples/derivations").iterdir()))
    page = (r"\documentclass{article}\usepackage{amsmath,amssymb}\usepackage[marginparwidth=5cm,right=6cm]{geometry}"
            "\n\\begin{document}\n" + body + "\n\\end{document}\n")
    (tmp_path / "page.tex").write_text(page, encoding="utf-8")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"], cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
