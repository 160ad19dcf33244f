"""Standard output and standard error, which may be closed, full, or a pipe that nobody reads any more.

A reader that has gone away is no error. Output that cannot be written is one, with a message; what cannot be said on
standard error is left unsaid, and the exit code still tells.
"""

from __future__ import annotations

import os
import sys
from errno import EBADF
from typing import IO

from matcalc.diagnostics import InputError, MatcalcError, fail
from matcalc.files import MOST_BYTES


class UnwrittenError(InputError):
    """Standard output does not take the answer, so that also this can only be said on standard error."""


def prepare() -> None:
    """Streams for the descriptors that were closed before the start, so that no file is opened in their place."""
    for number, name, flags in ((0, "stdin", os.O_WRONLY), (1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            _fill(number, flags)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115
        reconfigure = getattr(getattr(sys, name), "reconfigure", None)
        if number and reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _fill(number: int, flags: int) -> None:
    """Put the null device, opened so that using the stream fails as if it were closed, at the descriptor."""
    made = os.open(os.devnull, flags)
    if made != number:
        os.dup2(made, number)
        os.close(made)


def put(text: str, stream: IO[str] | None = None) -> bool:
    """Write to standard output, or to a file; tells whether anybody reads it."""
    stream = stream or sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        detach(stream)
        return False
    except OSError as problem:
        if stream is not sys.stdout:
            raise
        raise unwritten(problem) from None
    return True


def unwritten(problem: OSError) -> MatcalcError:
    """The refusal of an answer that standard output does not take."""
    detach(sys.stdout)
    reason = "it is closed" if problem.errno == EBADF else problem.strerror or problem
    return fail("M0004", f"cannot write to standard output: {reason}", error=UnwrittenError)


def piped(most: int = MOST_BYTES) -> str:
    """What standard input says, of at most `most` characters: it may never end."""
    try:
        text = sys.stdin.read(most + 1)
    except UnicodeDecodeError as wrong:
        raise fail("M0005", f"standard input is not UTF-8 at byte {wrong.start + 1}") from None
    except OSError as problem:
        reason = "it is closed" if problem.errno == EBADF else problem.strerror or problem
        raise fail("M0005", f"standard input cannot be read: {reason}") from None
    if len(text) > most:
        raise fail("M0105", f"standard input has more than {most:,} characters")
    return text


def remark(text: str) -> None:
    """Write to standard error, if that is possible."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        detach(sys.stderr)


def detach(stream: IO[str]) -> None:
    """Point a stream elsewhere, so that what is left in it is not tried again at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass
