"""Files that a person names: only regular ones are opened, no more is read than a limit, and control characters show.

A FIFO or a device would keep a reader waiting, or feed it for ever; a link to a regular file is as good as the file.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from os import PathLike

MOST_BYTES = 100_000_000  # of any file, or of standard input
MOST_RULES = 1_000_000  # of a file of rules, all of which is read at once
_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
          (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"))
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_OBEYED = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\uf8ff]"


class FileError(Exception):
    """Why a file cannot be read, in words that follow its name and a colon."""


def regular(file: str | PathLike[str], most: int = MOST_BYTES) -> int:
    """The size of a regular file of at most `most` bytes; anything else is FileError."""
    try:
        found = os.stat(file)
    except (OSError, ValueError) as problem:
        raise FileError(_reason(problem)) from None
    if not stat.S_ISREG(found.st_mode):
        kind = next((word for test, word in _KINDS if test(found.st_mode)), "something else")
        raise FileError(f"it is {kind}, not a regular file")
    if found.st_size > most:
        raise FileError(f"it has {found.st_size:,} bytes, more than {most:,}")
    return found.st_size


def contents(file: str | PathLike[str], most: int = MOST_BYTES) -> bytes:
    """The bytes of a regular file; what grows while it is read, as files of the system may, has an end too."""
    regular(file, most)
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise FileError("it is not a regular file")
            data = stream.read(most + 1)
    except OSError as problem:
        raise FileError(_reason(problem)) from None
    if len(data) > most:
        raise FileError(f"it has more than {most:,} bytes")
    return data


def text_of(file: str | PathLike[str], most: int = MOST_BYTES) -> str:
    """The text of a regular file in UTF-8, with \\n at the end of its lines."""
    try:
        text = contents(file, most).decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise FileError(f"it is not UTF-8 at byte {wrong.start + 1}") from None
    return text.replace("\r\n", "\n")


def _reason(problem: OSError | ValueError) -> str:
    return getattr(problem, "strerror", None) or "no file has such a name"


def is_control(character: str) -> bool:
    """Control characters, lone surrogates, and marks that turn the direction of writing."""
    return unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co") or character in _TURNING


def first_control(text: str) -> int:
    """Where the first character stands that a terminal would obey and not show, tabs and ends of lines apart; or -1."""
    if text.replace("\n", "").isprintable():
        return -1
    found = re.search(_OBEYED, text)
    return found.start() if found else -1
