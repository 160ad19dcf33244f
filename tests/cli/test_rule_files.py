"""A rule file is somebody's text: it costs no more than a question, and gives no orders to a terminal or to TeX."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from matcalc.printers.dialects import dialect_named
from matcalc.rulebook.book import standard
from tests.cli.sessions import run

BLOCK = """elementwise soft_(X: [m,n]) -> [m,n]
  title   = {title}
  is      = equivariant
  d       = (ones(m,n) + abs(X)).^-2
  numpy   = {numpy}
  latex   = {latex}
  ref     = {ref}
  example sum(soft_(X)) wrt X -> (ones(m,n) + abs(X)).^-2
"""
RIGHT = {"title": "softsign", "numpy": "X / (1 + np.abs(X))", "latex": r"\operatorname{soft\_}({X})", "ref": "me"}
UNSAFE = [  # a field, its text, what the refusal says
    ("numpy", "np.add(X, 1.0, X)", "gives 3 arguments to `add`"),
    ("numpy", "X + 0 * np.sum(np.ones(10**9))", "asks for more than 1,000 entries by a number"),
    ("numpy", "X + 0 * np.sum(np.ones(m**30))", "would need"),
    ("numpy", "X + 0 * np.sum(np.eye(m**9)[0] @ np.eye(m**9))", "would need"),
    ("numpy", "__import__('os')", "calls what is no function of a library"),
    ("latex", r"\input{{X}}", r"\input is not among"),
    ("latex", r"\write18{rm {X}}", r"\write is not among"),
    ("latex", r"\def\sin{} {X}", r"\def is not among"),
    ("latex", r"\catcode {X}", r"\catcode is not among"),
    ("latex", r"\href{javascript:x}{{X}}", r"\href is not among"),
    ("latex", r"\immediate\openout {X}", r"\immediate is not among"),
    ("latex", r"\csname input\endcsname {X}", r"\csname is not among"),
    ("latex", r"^^5cinput {X}", "^^ means something else"),
    ("latex", r"{X} % rest", "% means something else"),
    ("latex", r"{X}$ \end", "$ means something else"),
    ("latex", r"\det{({X})", "its braces are not balanced"),
    ("latex", r"\det}({X}){", "its braces are not balanced"),
    ("latex", r"\left({X})", r"\left and \right are not balanced"),
]


def written(folder: Path, **fields: str) -> str:
    file = folder / "mine.rules"
    file.write_text(BLOCK.format(**RIGHT | fields), encoding="utf-8")
    return str(file)


def test_a_right_block_is_used(tmp_path: Path) -> None:
    file = written(tmp_path)
    assert run("rules", "check", file)[:2] == (0, "1 rule checked, 0 wrong\n")
    assert run("grad", "sum(soft_(x))", "-w", "x", "--rules", file, "-v", "x: vector")[0] == 0


@pytest.mark.parametrize(("field", "text", "said"), UNSAFE, ids=lambda row: ascii(row)[:30])
def test_an_unsafe_block_is_refused_by_the_check_and_before_use(field: str, text: str, said: str,
                                                               tmp_path: Path) -> None:
    file = written(tmp_path, **{field: text})
    for call in (("rules", "check", file), ("rules", "show", "soft_", "--rules", file),
                 ("grad", "x'x", "-w", "x", "--rules", file)):
        code, out, err = run(*call)
        assert (code, out) == (2, "")
        assert "error[M0706]" in err
        assert said in err


def test_the_latex_of_all_shipped_rules_is_safe() -> None:
    stated = [f.fields["latex"] for f in standard().functions() if "latex" in f.fields]
    assert len(stated) > 30
    problems = [(text, problem) for text in stated for problem in dialect_named("latex").unsafe(text)]
    assert problems == []


OBEYED = ["\x1b", "\x9b", "\x07", "\r", "\x08", "\x00", "\x7f", "\u202e", "\u2066", "\u2028"]


@pytest.mark.parametrize("character", OBEYED, ids=ascii)
@pytest.mark.parametrize("field", ["title", "ref", "latex", "numpy"])
def test_what_a_terminal_obeys_is_refused_and_not_repeated(character: str, field: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    file.write_bytes(BLOCK.format(**RIGHT | {field: f"red{character}[31m"}).encode())
    for call in (("rules", "list", "soft_", "--rules", str(file)), ("grad", "x'x", "--rules", str(file), "--json")):
        code, out, err = run(*call)
        assert code == 2
        assert f"the character U+{ord(character):04X} is not shown but obeyed by a terminal" in out + err
        assert "line " in out + err
        assert character not in (out + err).replace("\n", "").replace("\r\n", "")


def test_orders_outside_of_blocks_are_refused_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    file.write_bytes(b"# a remark \x1b]0;title\x07\n" + BLOCK.format(**RIGHT).encode())
    assert "line 1: the character U+001B" in run("rules", "check", str(file))[2]


def test_windows_lines_and_tabs_are_no_orders(tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    file.write_bytes(b"\xef\xbb\xbf# a\tremark\r\n" + BLOCK.format(**RIGHT).replace("\n", "\r\n").encode())
    assert run("rules", "check", str(file))[0] == 0


def test_the_name_of_a_file_is_no_order_either(tmp_path: Path) -> None:
    file = tmp_path / "\x1b[31m.rules"
    file.write_text(BLOCK.format(**RIGHT), encoding="utf-8")
    code, out, _ = run("rules", "show", "soft_", "--rules", str(file))
    assert code == 0
    assert "\x1b" not in out
    assert "\x1b" not in run("rules", "show", "soft_", "--rules", str(tmp_path / "\x1b[32m"))[2]


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.rules")
    (tmp_path / "zero.rules").symlink_to("/dev/zero")
    (tmp_path / "folder.rules").mkdir()
    (tmp_path / "large.rules").write_bytes(b"#" * 1_000_001)
    (tmp_path / "binary.rules").write_bytes(b"\xff\xfe")
    for name, reason in (("pipe", "it is a pipe"), ("zero", "it is a device"), ("folder", "it is a folder"),
                         ("large", "more than 1,000,000"), ("binary", "it is not UTF-8 at byte 1"),
                         ("none", "No such file")):
        for call in (("rules", "check"), ("grad", "x'x", "--rules")):
            code, _, err = run(*call, str(tmp_path / f"{name}.rules"))
            assert code == 2
            assert "error[M0701]" in err
            assert reason in err
    (tmp_path / "link.rules").symlink_to(written(tmp_path))
    assert run("rules", "check", str(tmp_path / "link.rules"))[0] == 0


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n"])
def test_a_file_without_a_block_adds_nothing(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    file.write_text(text, encoding="utf-8")
    assert run("grad", "x'A x", "-w", "x", "--rules", str(file)) == (0, "(A + A')*x\n", "")
    assert run("rules", "check", str(file))[:2] == (0, "0 rules checked, 0 wrong\n")


def test_a_place_is_said_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    file.write_text("function myf(X: [m,n]) -> [m,n]\n", encoding="utf-8")
    lines = run("rules", "check", str(file))[1].splitlines()
    assert len(lines) > 1
    assert [line.count("mine.rules") for line in lines[:-1]] == [1] * (len(lines) - 1)
