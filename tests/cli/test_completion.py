"""Completion: what a shell is offered behind each word."""

from __future__ import annotations

import subprocess
from shutil import which

import pytest

from matcalc.cli.commands.explaining import SHELLS
from tests.cli.sessions import run

OFFERED = [
    ("matcalc gr", 1, {"grad"}), ("matcalc grad 'det(AXB)' --wrt ", 4, {"A", "X", "B"}),
    ("matcalc grad \"x'A y\" -w ", 4, {"x", "A", "y"}),
    ("matcalc grad 'x' --lay", 3, {"--layout"}), ("matcalc grad 'x' --layout ", 4, {"gradient", "numerator"}),
    ("matcalc rules show logs", 3, {"logsumexp"}), ("matcalc explain M030", 2, {"M0301", "M0306"}),
    ("matcalc explain soft", 2, {"softmax"}), ("matcalc help s", 2, {"structure", "schema"}),
    ("matcalc completion ", 2, set(SHELLS)), ("matcalc grad 'x +' --wrt ", 4, {""}),
    ("matcalc nonsense x", 2, {""}),
]


@pytest.mark.parametrize(("words", "position", "expected"), OFFERED)
def test_offered(words: str, position: int, expected: set[str]) -> None:
    env = {"COMP_WORDS": words, "COMP_CWORD": str(position), "_MATCALC_COMPLETE": "bash_complete"}
    code, out, err = run(env=env)
    assert (code, err) == (0, "")
    offered = {line.partition(",")[2] for line in out.splitlines()}
    assert expected <= offered


@pytest.mark.parametrize("shell", SHELLS)
def test_script(shell: str) -> None:
    code, out, _ = run("completion", shell)
    assert code == 0
    assert "_MATCALC_COMPLETE" in out
    if which(shell):
        subprocess.run([shell, "-n"], input=out, text=True, check=True)


def test_other_shells_are_refused() -> None:
    code, _, err = run("completion", "tcsh")
    assert code == 2
    assert "bash" in err
