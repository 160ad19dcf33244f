"""A few processes that are kept warm, each with one question at a time; whoever takes too long is ended alone.

Questions wait in line, and the line has an end: a question too many is refused at once rather than answered late.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from matcalc.diagnostics import NoRuleError, fail
from matcalc.limits import SECONDS

_LONGEST = 32_000_000  # bytes of an answer
PATIENCE, MORE = 4, 5.0  # how many times the time of work a question may take on a busy machine, and seconds more
_STARTING = 60.0  # seconds that a process may take to start
_TRIES = 3  # processes in a row that do not start


class FullError(Exception):
    """There are too many questions already."""


class Pool:
    """`size` processes, and at most `waiting` questions that none has taken up yet. `seconds` of work each, 0 for any;
    `command` starts a process."""

    def __init__(self, size: int = 0, waiting: int = 100, seconds: float = SECONDS,
                 command: Sequence[str] = (sys.executable, "-m", "matcalc.page.worker")) -> None:
        self.size = size or min(max((os.cpu_count() or 1) + 1, 2), 8)
        self.seconds, self.most, self.command = seconds, waiting, command
        self.waiting = 0
        self.ended = 0
        self._idle: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()
        self._all: set[asyncio.subprocess.Process] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Start all processes; the first one that is warm is waited for. Raises NoRuleError where none starts."""
        for started in asyncio.as_completed([self._later(self._start()) for _ in range(self.size)]):
            if await started:
                return
        raise fail("M0008", "no process that answers questions can be started", error=NoRuleError)

    async def stop(self) -> None:
        """End all processes."""
        for task in [*self._tasks]:
            task.cancel()
        for process in [*self._all]:
            _kill(process)
        for process in [*self._all]:
            await process.wait()

    async def ask(self, question: Any) -> dict[str, Any]:
        """The answer of the next process that is free. Raises FullError. Who is cancelled leaves the line, and what has
        begun is dropped."""
        if self.waiting >= self.most:
            raise FullError
        self.waiting += 1
        try:
            process = await self._alive()
        finally:
            self.waiting -= 1
        answer = self._later(self._asked(process, json.dumps(question).encode() + b"\n"))
        try:
            found: dict[str, Any] = await asyncio.shield(answer)
        except asyncio.CancelledError:
            if not answer.done():  # it is read all the same, so that it is not taken for that of the next question
                _drop(process)
            raise
        return found

    async def _alive(self) -> asyncio.subprocess.Process:
        """The next process that is free; one that the system has ended meanwhile is replaced."""
        while (process := await self._idle.get()).returncode is not None:
            self._replace(process)
        return process

    def _later(self, work: Any) -> Any:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _asked(self, process: asyncio.subprocess.Process, line: bytes) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        limit = self.seconds * PATIENCE + MORE if self.seconds else None
        try:
            process.stdin.write(line)
            await process.stdin.drain()
            found = await asyncio.wait_for(process.stdout.readline(), limit)
        except (TimeoutError, ConnectionError, ValueError):  # too late, ended, an answer without an end
            found = b""
        if not found.endswith(b"\n"):
            self._replace(process)
            return _stopped(self.seconds)
        self._idle.put_nowait(process)
        answer: dict[str, Any] = json.loads(found)
        return answer or _stopped(self.seconds)

    def _replace(self, process: asyncio.subprocess.Process) -> None:
        self.ended += 1
        _kill(process)
        self._later(self._buried(process))
        self._later(self._start())

    async def _buried(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        self._all.discard(process)

    async def _start(self) -> bool:
        """Whether a process says that it is ready; where one does not, another is tried."""
        for _ in range(_TRIES):
            process = await asyncio.create_subprocess_exec(
                *self.command, str(self.seconds), stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, limit=_LONGEST,
                env={**os.environ, **_ONE_THREAD}, start_new_session=True)
            self._all.add(process)
            assert process.stdout is not None
            with suppress(TimeoutError):
                if await asyncio.wait_for(process.stdout.readline(), _STARTING) == b"ready\n":
                    self._idle.put_nowait(process)
                    return True
            _kill(process)
            await self._buried(process)
        return False


_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


def _drop(process: asyncio.subprocess.Process) -> None:
    """Tell a process that nobody waits for its answer; where there is no such signal it goes on to its limit."""
    if hasattr(signal, "SIGUSR1"):
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGUSR1)


def _stopped(seconds: float) -> dict[str, Any]:
    """The answer in the place of one that took too much."""
    message = f"this takes too much time (more than {seconds:g} seconds) or memory, and was stopped; a smaller " \
        "problem helps, or matcalc page --timeout 60"
    return {"ok": False, "diagnostics": [{"code": "M1203", "severity": "error", "message": message, "source": "",
                                          "span": None, "labels": [], "fixes": []}]}
