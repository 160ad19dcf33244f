"""A process that answers one question after the other: a line of JSON in, a line of JSON out.

It may use so much memory and, for each question, so much time; the system ends it where it asks for more. What a
question prints goes nowhere, so that the answers stand alone in the stream.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from contextlib import suppress
from time import process_time
from typing import BinaryIO

from matcalc.diagnostics import MatcalcError, fail
from matcalc.limits import OutOfTimeError, alarm
from matcalc.page.asked import asked

MEMORY = 2_000_000_000  # bytes of addresses, of which libraries take some without using them
_GRACE = 2  # seconds of work between the limit that is told and the end of the process
_WARM = ("det(A X B)", "sum(log(1 + exp(-y .* (X w))))", "norm2(A x - b)^2")


def main() -> None:
    """Answer until the input ends. The only argument is the limit in seconds of work."""
    seconds = float(sys.argv[1])
    answers, asking = _alone(), Asking()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server decides when it is over
    for formula in _WARM:
        asked({"formula": formula, "steps": "brief", "pictures": ["curve", "graph"]})
    gc.collect()
    gc.freeze()
    _limit_memory()
    answers.write(b"ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        _limit_work(seconds)
        answers.write(asking.answer(line, seconds) + b"\n")
        answers.flush()


def _alone() -> BinaryIO:
    """Standard output for the answers; whatever else is printed is lost."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return os.fdopen(kept, "wb")


class Asking:
    """The question of the moment, which a signal ends: nobody waits for its answer any more."""

    def __init__(self) -> None:
        self.is_open = False
        if hasattr(signal, "SIGUSR1"):
            signal.signal(signal.SIGUSR1, self._dropped)

    def _dropped(self, *_: object) -> None:
        if self.is_open:  # between two questions a signal that comes late is ignored
            self.is_open = False
            raise fail("M0107", "nobody waits for this any more", error=OutOfTimeError)

    def answer(self, line: bytes, seconds: float) -> bytes:
        """The answer to a line; {} where a limit is reached when everything is said."""
        found = {}
        with suppress(MatcalcError):
            try:
                self.is_open = True
                with alarm(seconds):
                    found = asked(json.loads(line), seconds)
            finally:
                self.is_open = False
        return json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_work(seconds: float) -> None:
    """The system ends the process where a question does not hear the alarm."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        end = int(process_time() + seconds) + _GRACE if seconds else resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_CPU, (end, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
