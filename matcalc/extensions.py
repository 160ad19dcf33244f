"""What grows by a file: the names of the dialects, read off the folder in which each of them is a module.

Everybody asks here, so that a further dialect is its file and nothing else.
"""

from __future__ import annotations

from functools import cache
from os import listdir, path

ASCII, UNICODE, LATEX = READ = "ascii", "unicode", "latex"  # input as well, in this order wherever all are listed
DIALECTS = path.join(path.dirname(__file__), "printers", "dialects")


@cache
def dialect_names() -> tuple[str, ...]:
    """All dialects, those that are input first."""
    files = (name.partition(".") for name in listdir(DIALECTS) if name[0].isalpha())
    found = {name for name, _, ending in files if ending in ("py", "pyc")}
    return (*READ, *sorted(found.difference(READ)))
