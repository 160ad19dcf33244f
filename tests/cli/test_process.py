"""The program as a process: quick to start, quiet in a closed pipe, coloured only on a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ASK = [sys.executable, "-m", "matcalc", "grad", "det(AXB)", "--wrt", "X"]


@pytest.fixture(scope="module")
def cached(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which compiled modules are kept, as they are once installed."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR")}
    return kept | {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("compiled"))}


def test_version_imports_no_library() -> None:
    code = ("import sys; from matcalc.__main__ import main\ntry:\n    main()\nfinally:\n    "
            "print({'numpy', 'sympy', 'scipy', 'rich', 'matcalc.language', 'matcalc.api'} & set(sys.modules))")
    done = subprocess.run([sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_an_answer_imports_what_it_uses() -> None:
    code = ("import sys; from matcalc.__main__ import main\ntry:\n    main()\nfinally:\n    "
            "print({'sympy', 'scipy', 'rich', 'matcalc.explanation'} & set(sys.modules))")
    done = subprocess.run([sys.executable, "-c", code, *ASK[3:]], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_pipe() -> None:
    done = subprocess.run(ASK, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "det(A*X*B)*A'*inv(A*X*B)'*B'\n", "")


@pytest.mark.parametrize("args", [["rules", "list"], ["grad", "x'x", "--no-check"], ["--help"],
                                  ["grad", "x'x", "--no-check", "--json"]], ids=" ".join)
def test_a_closed_pipe_is_quiet(args: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*ASK[:3], *args], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("env", "has_colour"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
                         ids=["plain", "NO_COLOR", "dumb"])
def test_terminal(env: dict[str, str], has_colour: bool, cached: dict[str, str]) -> None:
    text = _on_pty(ASK, cached | {"TERM": "xterm", "COLUMNS": "90", **env})
    assert text.splitlines()[0].startswith("  f = det(A X B)")
    assert ("\x1b[" in text) is has_colour


def test_terminal_without_unicode(cached: dict[str, str]) -> None:
    text = _on_pty(ASK, cached | {"TERM": "xterm", "PYTHONIOENCODING": "ascii", "NO_COLOR": "1"})
    assert text.isascii()
    assert "df/dX = det(A*X*B)*A'*inv(A*X*B)'*B'" in text


@pytest.mark.parametrize("args", [["--json"], ["--file", "-"]], ids=" ".join)
def test_json_is_json_in_any_encoding(args: list[str]) -> None:
    source = "sum(relu(x)) + sum(x)^2*sum(x)"
    command = [*ASK[:3], "jacobian", *([source] if args == ["--json"] else []), *args]
    done = subprocess.run(command, input=source.encode(), capture_output=True, check=True,
                          env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert json.loads(done.stdout.decode("ascii"))["result"]["forms"]["unicode"]


def test_unicode_that_a_pipe_cannot_take_is_ascii() -> None:
    done = subprocess.run([*ASK[:3], "grad", "x'A x", "-w", "x", "-f", "unicode"], capture_output=True, check=True,
                          env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert done.stdout == b"(A + A')*x\n"


def _on_pty(command: list[str], env: dict[str, str]) -> str:
    """What `command` writes to a terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen(command, stdout=slave, stderr=slave, env=env, cwd=Path.cwd()):
        os.close(slave)
        chunks = []
        while chunk := _read(master):
            chunks.append(chunk)
    os.close(master)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except OSError:
        return b""
