"""Runs an emitted file and asks whether it finds itself right: in this process where it is Python, else with the tool
of its language, where that is installed."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import AbstractContextManager, nullcontext, redirect_stdout, suppress
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from shlex import split
from shutil import which
from tempfile import TemporaryDirectory

from matcalc.diagnostics import MatcalcError, NoRuleError, fail
from matcalc.targets.language import Language

LONGEST = 120.0  # seconds


def missing(target: Language) -> str:
    """What is not installed here of the tools that run a target, '' where it can be run."""
    settings = target.rows.settings
    for module in settings.get("modules", "").split():
        if find_spec(module) is None:
            return module
    tools = settings.get("tools", "").split()
    files = settings.get("files", "").split()
    return next((tool for tool in tools if which(tool) is None),
                next((file for file in files if not Path(file).exists()), ""))


def not_run(target: Language) -> str:
    """Why programs are not run here, '' where they are."""
    if "not run" in target.rows.settings:
        return target.rows.settings["not run"]
    tool = missing(target)
    return f"not run here: {tool} is not installed" if tool else ""


def passes(source: str, target: Language) -> bool:
    """Whether the program, run as a file, finds itself right.

    Raises NoRuleError where it stops for what no other point mends: a name that its library lacks.
    """
    if "run" in target.rows.settings:
        return _ran(source, target)
    try:
        with _silence(target), redirect_stdout(StringIO()):
            exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
    except (SystemExit, ArithmeticError, ValueError, RuntimeError):  # a LinAlgError is a ValueError
        return False
    except MatcalcError:
        raise
    except Exception as error:
        raise fail("M0901", f"the code stops in its own check with {type(error).__name__}: {error}",
                   error=NoRuleError) from error
    return True


def _silence(target: Language) -> AbstractContextManager[None]:
    """No warnings from libraries; what needs none runs where there is none."""
    if "modules" not in target.rows.settings:
        return nullcontext()
    from matcalc.numeric.evaluate import silence

    return silence()


def _ran(source: str, target: Language) -> bool:
    """Written to a folder of its own and run with the commands of the target, one after the other."""
    settings = target.rows.settings
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{settings.get('file', 'program')}{settings['extension']}"
        path.write_text(source, "utf-8")
        for command in settings["run"].split("\n"):
            words = [word.replace("{file}", path.name) for word in split(command)]
            if not _succeeds(words, folder):
                return False
    return True


def _succeeds(words: list[str], folder: str) -> bool:
    """Whether a command ends well. One that takes too long is ended with all that it started: a compiler starts
    processes of its own, which would go on by themselves."""
    try:
        process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
    except OSError:
        return False
    try:
        return process.wait(LONGEST) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
