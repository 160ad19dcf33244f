"""Commands that check a program: what ends well, what does not, and that nothing is left behind."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from matcalc.diagnostics import NoRuleError
from matcalc.targets import running, target_named


def test_commands_end_well_or_not(tmp_path):
    assert running._succeeds(["sh", "-c", "exit 0"], str(tmp_path))
    assert not running._succeeds(["sh", "-c", "exit 3"], str(tmp_path))
    assert not running._succeeds(["no-such-command-anywhere"], str(tmp_path))


def test_a_program_that_stops_is_refused_by_name():
    """A wrong answer and a point outside the domain ask for another point, what no point mends does not."""
    numpy = target_named("numpy")
    assert running.passes("1 + 1", numpy)
    assert not running.passes("raise SystemExit('wrong')", numpy)
    assert not running.passes("1 / 0", numpy)
    with pytest.raises(NoRuleError) as refused:
        running.passes("import numpy\nnumpy.no_such_function(3)", numpy)
    (said,) = refused.value.diagnostics
    assert said.code == "M0901"
    assert "AttributeError" in said.message


@pytest.mark.skipif(not hasattr(os, "killpg") or not shutil.which("sleep"), reason="no groups of processes here")
def test_a_command_that_takes_too_long_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "LONGEST", 0.5)
    assert not running._succeeds(["sh", "-c", "sleep 60 & echo $! > pid; wait"], str(tmp_path))
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        status = Path(f"/proc/{pid}/stat")
        if status.exists() and status.read_text().split(")")[1].split()[0] == "Z":
            return  # ended, and not yet waited for by whoever inherited it
        time.sleep(0.05)
    pytest.fail("the process that the command started goes on")
