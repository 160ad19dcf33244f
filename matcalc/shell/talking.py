"""Lines in, answers out: from an editor on a terminal, from a plain terminal, or from a pipe, which is answered line by
line without a prompt."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from matcalc import __version__
from matcalc.cli.command import started
from matcalc.cli.output import put, remark
from matcalc.cli.screen.terminal import Terminal, terminal_of
from matcalc.cli.settings import Settings
from matcalc.files import MOST_BYTES
from matcalc.shell.lines import is_complete
from matcalc.shell.state import State, is_dumb

if TYPE_CHECKING:
    from matcalc.shell.directives import Said

MORE = "  "


def talk(state: State, settings: Settings) -> int:
    """Answer until the input ends; of a pipe the largest exit code."""
    getattr(sys.stdin, "reconfigure", lambda **_: None)(errors="replace")  # what is not UTF-8 is refused as text
    if not sys.stdin.isatty():
        return _answered(state, _piped(sys.stdin), settings)
    if not sys.stdout.isatty() or is_dumb():
        _answered(state, _plain(), settings)
        return 0
    _edited(state, settings)
    return 0


def _edited(state: State, settings: Settings) -> None:
    """Answer what is typed in the editor. Ctrl-C ends an answer, wherever it is, and nothing else."""
    from matcalc.shell.prompt import Prompt

    put(f"matcalc {__version__}   :help tells what can be typed, Ctrl-D leaves\n")
    editor = Prompt(state, terminal_for(settings))
    started()
    while True:
        line: str | None = ""
        try:
            line = editor.line()
            if line is None:
                return
            from matcalc.shell.conversation import answer  # with all that reads formulas, once the prompt stands

            editor.state, said = answer(editor.state, line, terminal_for(settings))
            if not show(said) or said.ends:
                return
        except KeyboardInterrupt:
            put("\n")
            if line:  # before the answer had begun, or while it was shown
                remark("interrupted\n")


def terminal_for(settings: Settings) -> Terminal:
    """What standard output can do just now: windows change."""
    return terminal_of(sys.stdout, settings.color, settings.ascii)


def show(said: Said) -> bool:
    """Write an answer; tells whether anybody reads it."""
    is_read = put(said.text)
    if said.errors:
        remark(said.errors)
    if said.clip and is_read:
        is_read = put(f"\x1b]52;c;{b64encode(said.clip.encode()).decode()}\a")
    return is_read


def _answered(state: State, lines: Iterator[str], settings: Settings) -> int:
    from matcalc.shell.conversation import answer

    started()
    code = 0
    for line in lines:
        state, said = answer(state, line, terminal_for(settings))
        code = max(code, said.code)
        if not show(said) or said.ends:
            break
    return code


def _piped(stream: TextIO) -> Iterator[str]:
    """The lines of a stream, each as soon as it is there."""
    while line := stream.readline(MOST_BYTES):
        yield line


def _plain() -> Iterator[str]:
    """Statements typed at a terminal that can do nothing: Ctrl-C clears, Ctrl-D leaves."""
    waiting = ""
    while (line := _typed(MORE if waiting else "> ")) is not None:
        waiting = f"{waiting}\n{line}" if waiting and line else line
        if is_complete(waiting):
            yield waiting
            waiting = ""


def _typed(prompt: str) -> str | None:
    """One line; None where the input ends."""
    while True:
        try:
            line = sys.stdin.readline(MOST_BYTES) if put(prompt) else ""
        except KeyboardInterrupt:
            put("\n")
            continue
        except OSError:
            line = ""
        if line:
            return line.rstrip("\n")
        put("\n")
        return None
