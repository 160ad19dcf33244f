"""Where a statement ends: a line goes on where a bracket is open, where it ends in a sign, and where the next begins
with one or with a space."""

from __future__ import annotations

import re

_CLOSING = {")": "(", "]": "[", "}": "{"}
_GOES_ON = re.compile(r"(?:[-+*/^@=⊗⊙∘,·−]|:=|\\(?:cdot|times|otimes|odot|left|circ))\s*$")
_CONTINUES = re.compile(r"\s|[+*/=⊗⊙∘·)\]},]|-(?!-)|−|\\(?:cdot|times|otimes|odot|right|circ|\\)")
_FENCE = re.compile(r"\\(begin|end)\s*\{")


def is_complete(text: str) -> bool:
    """Whether a text can be answered, or waits for more."""
    if text.lstrip().startswith((":", "#")):
        return True
    text = text.rstrip(" \t\r")
    opened: list[str] = []
    for char in text:
        if char in "([{":
            opened.append(char)
        elif char in _CLOSING and opened and opened[-1] == _CLOSING[char]:
            opened.pop()
    fences = [match[1] for match in _FENCE.finditer(text)]
    is_open = bool(opened) or fences.count("begin") > fences.count("end")
    return not is_open and _GOES_ON.search(text) is None


def statements(text: str) -> list[str]:
    """The statements of a text of several lines, each in one."""
    found: list[str] = []
    for line in text.splitlines() or [text]:
        if found and (not is_complete(found[-1]) or (_CONTINUES.match(line) and line.strip())):
            found[-1] = f"{found[-1].rstrip()} {line.strip()}"
        elif line.strip():
            found.append(line.strip())
    return found
