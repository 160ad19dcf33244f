"""Output that cannot be written: a closed pipe is quiet, everything else is a message and exit code 2, never 70."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples import some

MATCALC = [sys.executable, "-m", "matcalc"]
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="the system has no device that is always full")
COMMANDS = [["grad", "x'x", "--no-check"], ["grad", "x'x", "--no-check", "--json"], ["grad", "x'(", "--json"],
            ["--version"], ["--help"], ["grad", "--help"], ["help", "input"], ["explain", "M0301"], ["rules", "list"],
            ["completion", "bash"]]


def shell(line: str, *args: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """matcalc with the redirections of `line`, in which "$@" stands for the call."""
    return subprocess.run(["sh", "-c", line, "sh", *MATCALC, *args], capture_output=True, text=True, check=False,
                          input=stdin, timeout=60)


@needs_full
@pytest.mark.parametrize("args", some(COMMANDS, 4), ids=" ".join)
def test_a_full_disk(args: list[str]) -> None:
    done = shell('exec "$@" >/dev/full', *args)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error[M0004]: cannot write to standard output: No space left on device", "  ╰ matcalc explain M0004"]


@pytest.mark.parametrize("args", COMMANDS[:4], ids=" ".join)
def test_a_closed_standard_output(args: list[str]) -> None:
    done = shell('exec "$@" >&-', *args)
    assert (done.returncode, done.stderr.splitlines()[0]) == \
        (2, "error[M0004]: cannot write to standard output: it is closed")


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&- 2>&-"])
def test_the_code_tells_where_nothing_can_be_said(redirection: str) -> None:
    done = shell(f'exec "$@" {redirection}', "grad", "x'(")
    assert (done.returncode, done.stdout) == (2, "")


def test_files_are_written_where_all_streams_are_closed(tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    assert shell('exec "$@" <&- >&- 2>&-', "grad", "x'x", "--no-check", "-o", str(file)).returncode == 0
    assert file.read_text(encoding="utf-8") == "2*x\n"


def test_a_closed_standard_input() -> None:
    done = shell('exec "$@" <&-', "grad", "-")
    assert (done.returncode, done.stderr.splitlines()[0]) == \
        (2, "error[M0005]: standard input cannot be read: it is closed")


def test_standard_input_without_end() -> None:
    done = shell('exec "$@" </dev/zero', "grad", "-")
    assert (done.returncode, done.stderr.splitlines()[0]) == \
        (2, "error[M0105]: standard input has more than 1,000,000 characters")


@needs_full
def test_a_file_of_problems(tmp_path: Path) -> None:
    problems = tmp_path / "problems.txt"
    problems.write_text("x'x\ny'y\n", encoding="utf-8")
    for line in ('exec "$@" >/dev/full', 'exec "$@" -o /dev/full'):
        done = shell(line, "grad", "--no-check", "--file", str(problems))
        assert done.returncode == 2
        assert "No space left on device" in done.stderr


def test_standard_output_as_a_file(tmp_path: Path) -> None:
    """What is open is written on and not replaced, by whatever name it is called."""
    for name in ("/dev/stdout", "/dev/fd/1", str(tmp_path / "out"), str(tmp_path / "link")):
        (tmp_path / "link").unlink(missing_ok=True)
        (tmp_path / "link").symlink_to("/dev/stdout")
        line = f'{{ echo before; "$@" -o {name}; echo after; }} >{tmp_path / "out"}'
        assert shell(line, "grad", "x'x", "--no-check").stderr == ""
        assert (tmp_path / "out").read_text(encoding="utf-8") == "before\n2*x\nafter\n"


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    file.write_text("old\n", encoding="utf-8")
    done = shell('ulimit -f 0; exec "$@"', "grad", "x'x", "--no-check", "-o", str(file))
    assert done.returncode == 2
    assert file.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    here = tmp_path / "gone"
    here.mkdir()
    line = f'cd {here} && rmdir {here} && exec "$@"'
    env = f"PYTHONPATH={Path(__file__).parents[2]} "
    assert shell(env + line.replace('"$@"', 'env "$@"'), "grad", "x'x", "--no-check", "-o", "x.txt").returncode == 2


@pytest.mark.parametrize("setting", ["COLUMNS=1", "COLUMNS=abc", "COLUMNS=²", "TERM=dumb", "LC_ALL=nowhere",
                                     "PYTHONIOENCODING=ascii:strict", "_MATCALC_COMPLETE=bash_complete"])
def test_an_odd_environment(setting: str) -> None:
    done = shell(f'{setting} exec "$@"', "explain", "M0301", "-f", "text")
    assert (done.returncode, done.stderr) == (0, "")
    assert "_MATCALC" in setting or "M0301" in done.stdout
