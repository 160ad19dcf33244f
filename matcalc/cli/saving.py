"""Files that are written: whole or not at all. A new text takes its place beside the old one and then its name.

Links are followed, permissions are kept. What is no file, such as /dev/stdout or a pipe, is written to as it is.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EISDIR
from typing import BinaryIO

from matcalc.diagnostics import fail

_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe that nobody reads is refused, not waited for
_BINARY = getattr(os, "O_BINARY", 0)
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/(\d{1,6})")


def save(data: str | bytes, file: str) -> None:
    """Write a text or bytes to `file`, or refuse with the reason."""
    with saving(file) as stream:
        stream.write(data if isinstance(data, bytes) else data.encode("utf-8", "backslashreplace"))


@contextmanager
def saving(file: str) -> Iterator[BinaryIO]:
    """A stream whose content becomes that of `file` when it ends well; otherwise the file stays as it was."""
    if "\0" in file:
        raise fail("M0004", "cannot write: no file has such a name")
    try:
        found = _found(file)
        handle = _open_already(file, found)
        if handle is None and found is not None and not stat.S_ISREG(found.st_mode):
            handle = os.open(file, os.O_WRONLY | _NO_WAIT | _BINARY)
        with _beside(file, found) if handle is None else _as_it_is(handle) as stream:
            yield stream
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise fail("M0004", f"cannot write {file}: {problem.strerror or problem}") from None


def _found(file: str) -> os.stat_result | None:
    """What bears the name; None where nothing does."""
    try:
        return os.stat(file)
    except FileNotFoundError:
        return None


def _open_already(file: str, found: os.stat_result | None) -> int | None:
    """A descriptor of the file that standard output, or another, goes to: that one must not change under it."""
    named = _DESCRIPTOR.fullmatch(os.path.abspath(file))
    if named:
        return os.dup(int(named[1]))
    same = (n for n in (1, 2) if found is not None and stat.S_ISREG(found.st_mode) and _is_open_as(found, n))
    return next(map(os.dup, same), None)


def _is_open_as(found: os.stat_result, number: int) -> bool:
    try:
        return os.path.samestat(found, os.fstat(number))
    except OSError:
        return False


@contextmanager
def _as_it_is(handle: int) -> Iterator[BinaryIO]:
    """What stands behind the descriptor, which is closed afterwards."""
    if hasattr(os, "set_blocking"):
        os.set_blocking(handle, True)
    with open(handle, "wb") as stream:
        yield stream


@contextmanager
def _beside(file: str, found: os.stat_result | None) -> Iterator[BinaryIO]:
    """A file under another name in the same folder, renamed when it is whole."""
    target = os.path.realpath(file)
    if file.endswith(os.sep):
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
    if found is not None and not os.access(target, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    folder, name = os.path.split(target)
    part = os.path.join(folder, f".{name[:40]}.{os.urandom(6).hex()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        with open(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(handle)
        if found is not None:
            os.chmod(part, stat.S_IMODE(found.st_mode))
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
