"""Recorded sessions: `$ matcalc …` in a fenced block, and below it what a terminal of 100 columns shows.

MATCALC_REWRITE=1 python -m pytest tests/cli writes what is shown now into the files, for review.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from matcalc.cli import command
from matcalc.cli.app import app
from matcalc.cli.guard import INTERNAL
from matcalc.cli.screen.terminal import Terminal

FENCE = re.compile(r"^```\n(\$ matcalc .*?)^```$", re.MULTILINE | re.DOTALL)
ERROR_SIZE = re.compile(r"\b\d(\.\d+)?e-\d+")


def run(*args: str, stdin: str = "", env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, standard output, standard error of a command in a pipe."""
    result = CliRunner(env={"COLUMNS": "100", **(env or {})}).invoke(app, list(args), input=stdin)
    return result.exit_code, result.stdout, result.stderr


def on_terminal(monkeypatch: pytest.MonkeyPatch, *args: str, width: int = 100) -> str:
    """What a person sees of a command, without colour."""
    monkeypatch.setattr(command, "terminal_of", lambda *_: Terminal(tty=True, width=width))
    code, out, err = run(*args)
    assert code != INTERNAL, err
    return out + err


def replay(file: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """The text of `file` and the same text with all outputs made anew."""
    text = file.read_text(encoding="utf-8")

    def played(match: re.Match[str]) -> str:
        commands = re.findall(r"^\$ matcalc (.*)$", match[1], re.MULTILINE)
        shown = [f"$ matcalc {c}\n{on_terminal(monkeypatch, *shlex.split(c))}" for c in commands]
        return "```\n" + "\n".join(shown) + "```"

    now = FENCE.sub(played, text)
    if os.environ.get("MATCALC_REWRITE"):
        file.write_text(now, encoding="utf-8")
        return now, now
    return settled(text), settled(now)


def settled(text: str) -> str:
    """The size of a round-off error depends on the machine."""
    return ERROR_SIZE.sub("1e-10", text)
