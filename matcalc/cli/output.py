"""Where an answer goes: standard streams, which may be closed, full or unread, and files, written whole or not at all.

A reader that has gone away is no error. Output that cannot be written is one, with a message; what cannot be said on
standard error is left unsaid, and the exit code still tells. A new file takes its place beside the old one and then its
name; links are followed, permissions are kept. What is no file, such as /dev/stdout or a pipe, is written to as it is.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EBADF, EISDIR
from typing import IO, BinaryIO

from matcalc.diagnostics import InputError, MatcalcError, fail
from matcalc.files import MOST_BYTES

_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe that nobody reads is refused, not waited for
_BINARY = getattr(os, "O_BINARY", 0)
_DESCRIPTOR = r"/(?:dev|proc/self)/fd/(\d{1,6})"
CONVERTED = (".png", ".pdf")  # from SVG, by the library of an extra
DRAWN = (".svg", *CONVERTED)
_OTHERS = (".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".eps", ".ps")
_LANGUAGES = frozenset({
    ".py", ".jl", ".m", ".r", ".nb", ".wl", ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".cu", ".f90", ".js", ".ts",
    ".rs", ".go", ".java", ".html", ".htm", ".xml", ".ipynb", ".docx", ".odt", ".rtf", ".dot", ".gv", ".mmd"})
INSTALL = 'pip install "matcalc-cli[pictures]"'


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
    named = re.fullmatch(_DESCRIPTOR, os.path.abspath(file))
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


def _stem(file: str) -> str:
    return os.path.splitext(os.path.basename(file))[0]


def ending_of(file: str) -> str:
    """The ending of a file's name, in small letters: ".tex"."""
    return os.path.splitext(file)[1].lower()


def is_drawn(file: str) -> bool:
    """Whether `file` is to hold a picture. Raises InputError where it cannot be made, before any work is done."""
    ending = ending_of(file)
    if ending in _OTHERS:
        raise fail("M1011", f"pictures are written as .svg, .png or .pdf, not as “{ending}”",
                   fixes=tuple(f"-o {_stem(file)}{known}" for known in DRAWN))
    if ending in CONVERTED and not _is_installed("typst"):
        raise fail("M1011", f"{ending} needs a library that is not installed; .svg needs none", fixes=(INSTALL,))
    return ending in DRAWN


def _is_installed(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def _documents() -> dict[str, str]:
    """The dialects by the ending of their files; not imported where nothing is written to a file."""
    from matcalc.printers.dialects import dialect_endings

    return dialect_endings()


def check_written(file: str, what: str, own: Collection[str] = ()) -> None:
    """Refuse the ending of a picture, or of a language that `what` is not. What has `own` endings is no formula."""
    documents = _documents() if own else ()
    refused = (_LANGUAGES | {*DRAWN, *_OTHERS, *documents}).difference(own)
    if ending_of(file) in refused:
        known = (ending for ending in (*own, ".txt", ".tex", ".json") if ending not in refused)
        raise fail("M1011", f"{what} is not written as “{ending_of(file)}”",
                   fixes=tuple(f"-o {_stem(file)}{ending}" for ending in known))


def format_for(file: str, wish: str) -> str:
    """The format of an answer: `wish`, or what the ending of the file asks for, '' where that is what a pipe gets."""
    ending = ending_of(file)
    asked = "json" if ending == ".json" else _documents().get(ending, "")
    if asked and wish and "json" in (asked, wish) and asked != wish:
        raise fail("M1011", f"a file “{ending}” holds {asked}, not {wish}",
                   fixes=(f"-o {_stem(file)}.{'json' if wish == 'json' else 'txt'}", f"--format {asked}"))
    return wish or asked


def in_format(svg: str, file: str) -> str | bytes:
    """The picture as the ending of `file` says."""
    if ending_of(file) not in CONVERTED:
        return svg
    from matcalc.tracing.pictures import converted

    return converted(svg, ending_of(file)[1:])
