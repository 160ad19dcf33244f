"""Where the lines that were typed are kept: a file in the folder in which the system keeps the data of its users."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from prompt_toolkit.history import FileHistory

MOST = 1_000_000  # bytes; of a longer file the newer half is kept


def folder() -> Path:
    """The folder of matcalc's data of this user."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "matcalc"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "matcalc"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "matcalc"


class Remembered(FileHistory):
    """A history that goes without its file where that cannot be read or written."""

    def __init__(self, file: Path) -> None:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            if file.stat().st_size > MOST:
                data = file.read_bytes()
                file.write_bytes(data[data.find(b"\n\n", len(data) // 2) + 1:])
        super().__init__(str(file))

    def load_history_strings(self) -> Iterable[str]:
        """The lines of former sessions, the newest first."""
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        """Keep one line."""
        with suppress(OSError, UnicodeError):
            super().store_string(string)


def remembered() -> Remembered:
    """The history of this user."""
    try:
        return Remembered(folder() / "history")
    except RuntimeError:  # a user without a home
        return Remembered(Path(os.devnull))
