"""The commands, a file for each idea. A new command is a new file here, and nothing else: what it states is found.

A command is a function of its settings and arguments below `@command("name", "its line in the list of commands", …)`,
or `@conversation(…)`; one without a line is not listed. Its docstring is its help. `PLACE = 10` in a file says how
early its commands are listed. Here the files are read as text, so that none is imported before it is called.
"""

from __future__ import annotations

import re
from functools import cache
from os import listdir, path

_START, _PLACE = r"\n@(?:command|conversation)\(", "\nPLACE = "
_LAST = 1000  # the place of files that state none


@cache
def commands() -> dict[str, tuple[str, str]]:
    """Of every command the module and the line, in the order of the list of commands."""
    files = sorted((folder, file) for folder in __path__ for file in listdir(folder) if file.endswith(".py"))
    texts = [(file.removesuffix(".py"), _text(path.join(folder, file))) for folder, file in files if file[0].isalpha()]
    found = {}
    for module, text in sorted(texts, key=lambda read: _place(read[1])):
        for stated in re.split(_START, text)[1:]:
            _, name, _, line, _ = stated.split('"', 4)
            found[name] = (module, line)
    return found


def _text(file: str) -> str:
    with open(file, encoding="utf-8") as stream:
        return stream.read()


def _place(text: str) -> int:
    stated = text.partition(_PLACE)[2].split(maxsplit=1)
    return int(stated[0]) if stated else _LAST


def listed() -> dict[str, str]:
    """The commands that help lists, with their lines."""
    return {name: line for name, (_, line) in commands().items() if line}
