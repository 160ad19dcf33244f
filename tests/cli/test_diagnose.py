"""Messages: marks stand under the characters they mean, whatever the width of these, and nothing escapes."""

from __future__ import annotations

from pathlib import Path

import pytest

from matcalc.cli.screen.diagnose import rendered
from matcalc.cli.screen.terminal import Terminal, cells
from matcalc.diagnostics import Diagnostic, Label, Span
from tests.cli.sessions import run

PRODUCT = Diagnostic(
    "M0301", "cannot multiply these", "x'A B y", Span(0, 5),
    (Label(Span(4, 5), "B is p×q"), Label(Span(0, 3), "x'A is 1×n")), ("x'A B' y",))


def test_labels_under_their_parts() -> None:
    assert "\n".join(rendered(PRODUCT, Terminal())) == """\
error[M0301]: cannot multiply these
  │ x'A B y
  │ ─── ┬
  │ │   ╰── B is p×q
  │ ╰────── x'A is 1×n
  ├ help: write   x'A B' y
  ╰ matcalc explain M0301"""


def test_ascii() -> None:
    assert "\n".join(rendered(PRODUCT, Terminal(unicode=False))) == """\
error[M0301]: cannot multiply these
  | x'A B y
  | --- -
  | |   `-- B is pxq
  | `------ x'A is 1xn
  | help: write   x'A B' y
  ` matcalc explain M0301"""


@pytest.mark.parametrize(("text", "start", "end", "column", "width"), [
    ("ab + cd", 5, 7, 5, 2),
    ("x̂ + cd", 5, 7, 4, 2),
    ("式 + cd", 4, 6, 5, 2),
    ("𝐱ᵀ𝐀𝐱", 2, 3, 2, 1),
    ("a + ", 4, 4, 4, 1),
    ("式式", 0, 2, 0, 4),
])
def test_columns(text: str, start: int, end: int, column: int, width: int) -> None:
    under = rendered(Diagnostic("M0201", "wrong", text, Span(start, end)), Terminal())[2]
    assert under == "  │ " + " " * column + "─" * width


def test_long_texts_are_cut_around_the_place() -> None:
    text = "a + " * 1000 + "B? + " + "c + " * 1000
    place = text.index("?")
    lines = rendered(Diagnostic("M0101", "wrong", text, Span(place, place + 1)), Terminal(width=60))
    assert max(map(cells, lines)) <= 60
    assert lines[1][lines[2].index("─")] == "?"


@pytest.mark.parametrize("stray", ["\x1b[31m", "\x07", "\u202e", "\ud800", "\r\n"])
def test_control_characters_never_reach_the_terminal(stray: str) -> None:
    diagnostic = Diagnostic("M0101", f"odd {stray}", f"a{stray}b", Span(1, 2), (), (f"a{stray}",))
    shown = "\n".join(rendered(diagnostic, Terminal()))
    assert all(c == "\n" or (c.isprintable() and c != "\u202e") for c in shown)


def test_parts_of_a_marked_whole_show_where_they_begin() -> None:
    whole = Diagnostic("M0302", "wrong", "a b c", Span(0, 5), (Label(Span(0, 5), "whole"), Label(Span(2, 3), "part")))
    assert rendered(whole, Terminal())[2:5] == ["  │ ──┬──", "  │ │ ╰── part", "  │ ╰──── whole"]


def test_concise() -> None:
    assert run("grad", "x'A B", "-q")[2] == "1-5: error[M0310]: a scalar is needed here\n"


def test_a_mistake_in_a_rule_file_has_file_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "my.rules"
    file.write_text("function foo(X: [m,n]) -> scalar\n  d     = tr(X' dX dX\n  numpy = np.sum(X)\n", encoding="utf-8")
    code, _, err = run("grad", "foo(X)", "-w", "X", "--rules", str(file))
    assert code == 2
    assert f"{file}, line 2, column 22" in err
    assert "│ tr(X' dX dX" in err
    assert run("grad", "foo(X)", "-w", "X", "--rules", str(file), "-q")[2].startswith(f"{file}:2:22: error[M0706]: ")
