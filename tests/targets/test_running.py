"""Commands that check a program: what ends well, what does not, and that nothing is left behind."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from matcalc.targets import running


def test_commands_end_well_or_not(tmp_path):
    assert running._succeeds(["sh", "-c", "exit 0"], str(tmp_path))
    assert not running._succeeds(["sh", "-c", "exit 3"], str(tmp_path))
    assert not running._succeeds(["no-such-command-anywhere"], str(tmp_path))


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
