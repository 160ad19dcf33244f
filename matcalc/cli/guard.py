"""However a command ends, there is a message a person can use and an exit code a script can use, never a traceback.

0 answered · 1 false, not equal · 2 bad input · 3 no rule or inconclusive · 70 internal · 130 interrupted
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from traceback import extract_tb
from types import TracebackType

import click

from matcalc.cli.arguments import command_line, wishes
from matcalc.cli.diagnose import as_data, concise, rendered
from matcalc.cli.report import Silence, as_json, detach, escaped
from matcalc.cli.terminal import Terminal, terminal_of
from matcalc.diagnostics import ContradictionError, Diagnostic, MatcalcError

INTERNAL, INTERRUPTED = 70, 130


class Guard:
    """A context that turns whatever is raised inside into a message and `code`."""

    def __init__(self, args: Sequence[str]) -> None:
        self.args = list(args)
        self.code = 0

    def __enter__(self) -> Guard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> bool:
        if error is None:
            return False
        with Silence():
            self.code = next(handle for cls, handle in _HANDLERS if isinstance(error, cls))(self, error)
        return True

    def refuse(self, diagnostics: Sequence[Diagnostic], more: Sequence[str] = ()) -> None:
        """Say what is wrong: on standard error, or as the JSON object that was asked for."""
        wish = wishes(self.args)
        if wish["json"]:
            command = next((arg for arg in self.args if not arg.startswith("-")), "")
            payload = {"diagnostics": [as_data(d) for d in diagnostics]}
            sys.stdout.write(escaped(as_json(command, False, payload) + "\n", sys.stdout))
            sys.stdout.flush()
            return
        terminal = terminal_of(sys.stderr, wish["color"], bool(wish["ascii"]))
        for diagnostic in diagnostics:
            lines = [concise(diagnostic)] if wish["quiet"] else rendered(diagnostic, terminal)
            _write_lines(lines, terminal)
        _write_lines(more, terminal)


def _write_lines(lines: Sequence[str], terminal: Terminal) -> None:
    sys.stderr.write("".join(f"{terminal.plain(line)}\n" for line in lines))
    sys.stderr.flush()


def _refusal(guard: Guard, error: MatcalcError) -> int:
    more = reproduction(guard.args) if isinstance(error, ContradictionError) else ()
    guard.refuse(error.diagnostics, more)
    return error.exit_code


def _usage(guard: Guard, error: click.UsageError) -> int:
    from matcalc.cli import usage  # reads the edit distance of the language, which a start need not pay for

    guard.refuse([usage.diagnostic(error, guard.args)])
    return 2


def _interrupted(_guard: Guard, _error: BaseException) -> int:
    sys.stderr.write("interrupted\n")
    return INTERRUPTED


def _closed(_guard: Guard, _error: BaseException) -> int:
    detach()
    return 0


def _internal(guard: Guard, error: BaseException) -> int:
    """A defect of matcalc: where it happened, and how to make it happen again."""
    where = [f"    {frame.filename}:{frame.lineno} in {frame.name}" for frame in extract_tb(error.__traceback__)[-6:]]
    message = f"matcalc failed: {type(error).__name__}: {error}"
    guard.refuse([Diagnostic("M9002", message)], [*where, *reproduction(guard.args)])
    return INTERNAL


def reproduction(args: Sequence[str]) -> list[str]:
    """What a report of a defect needs: the call and the versions."""
    from platform import platform, python_version

    from matcalc import __version__

    return ["This is a defect of matcalc. Please report it with these lines:",
            f"    {command_line(args, 'python -m matcalc')}",
            f"    matcalc {__version__}, Python {python_version()}, {platform(terse=True)}"]


def _exit(_guard: Guard, error: BaseException) -> int:
    code = getattr(error, "exit_code", getattr(error, "code", 0))
    return code if isinstance(code, int) else 0 if code is None else 2


_HANDLERS: list[tuple[type[BaseException], Callable[[Guard, BaseException], int]]] = [
    (MatcalcError, _refusal),  # type: ignore[list-item]
    (click.UsageError, _usage),  # type: ignore[list-item]
    (click.exceptions.Exit, _exit),
    (SystemExit, _exit),
    (click.Abort, _interrupted),
    (KeyboardInterrupt, _interrupted),
    (BrokenPipeError, _closed),
    (BaseException, _internal),
]
