"""However a command ends, there is a message a person can use and an exit code a script can use, never a traceback.

0 answered · 1 false, not equal · 2 bad input · 3 no rule or inconclusive · 70 internal · 130 interrupted
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from errno import EBADF, EDQUOT, EFBIG, EINVAL, EIO, ENOSPC, ENXIO, EPERM
from types import TracebackType

import click

from matcalc.cli.arguments import command_line, wishes
from matcalc.cli.output import UnwrittenError, detach, put, remark, unwritten
from matcalc.diagnostics import ContradictionError, Diagnostic, MatcalcError, NoRuleError

INTERNAL, INTERRUPTED = 70, 130
_WRITING = {EBADF, EDQUOT, EFBIG, EINVAL, EIO, ENOSPC, ENXIO, EPERM}


class Guard:
    """A context that turns whatever is raised inside into a message and `code`."""

    def __init__(self, args: Sequence[str]) -> None:
        self.args = list(args)
        self.code = 0
        self.stdout = sys.stdout

    def __enter__(self) -> Guard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> bool:
        if error is None:
            return False
        handle = next(handle for cls, handle in _HANDLERS if isinstance(error, cls))
        try:
            self.code = handle(self, error)
        except UnwrittenError as trouble:  # with the JSON object that says what is wrong
            self.code = _unwritten(self, trouble)
        except MemoryError:  # not even for the message
            remark("error[M0107]: this needs more memory than there is\n")
            self.code = NoRuleError.exit_code
        return True

    def refuse(self, diagnostics: Sequence[Diagnostic], more: Sequence[str] = ()) -> None:
        """Say what is wrong: on standard error, or as the JSON object that was asked for."""
        if wishes(self.args)["json"]:
            from matcalc.cli.command import as_json, escaped
            from matcalc.cli.screen.diagnose import as_data

            command = next((arg for arg in self.args if not arg.startswith("-")), "")
            payload = {"diagnostics": [as_data(d) for d in diagnostics]}
            put(escaped(as_json(command, False, payload) + "\n", sys.stdout))
        else:
            self.say(diagnostics, more)

    def say(self, diagnostics: Sequence[Diagnostic], more: Sequence[str] = ()) -> None:
        """On standard error."""
        from matcalc.cli.screen.diagnose import concise, rendered
        from matcalc.cli.screen.terminal import terminal_of

        wish = wishes(self.args)
        terminal = terminal_of(sys.stderr, wish["color"], bool(wish["ascii"]))
        rows = [row for d in diagnostics for row in ([concise(d)] if wish["quiet"] else rendered(d, terminal))]
        remark("".join(f"{terminal.plain(row)}\n" for row in [*rows, *more]))


def _refusal(guard: Guard, error: MatcalcError) -> int:
    more = reproduction(guard.args) if isinstance(error, ContradictionError) else ()
    guard.refuse(error.diagnostics, more)
    return error.exit_code


def _unwritten(guard: Guard, error: MatcalcError) -> int:
    guard.say(error.diagnostics)
    return error.exit_code


def _usage(guard: Guard, error: click.UsageError) -> int:
    from matcalc.cli import usage  # reads the edit distance of the language, which a start need not pay for

    guard.refuse([usage.diagnostic(error, guard.args)])
    return 2


def _interrupted(_guard: Guard, _error: BaseException) -> int:
    remark("interrupted\n")
    return INTERRUPTED


def _closed(_guard: Guard, _error: BaseException) -> int:
    detach(sys.stdout)
    return 0


def _system(guard: Guard, error: BaseException) -> int:
    """What the system refuses: to take the output, or something that a file's name or none goes with."""
    assert isinstance(error, OSError)
    if error.filename is None and error.errno in _WRITING:
        return _unwritten(guard, unwritten(error))
    about = f": {error.filename}" if error.filename else ""
    guard.refuse([Diagnostic("M0008", f"the system refuses: {error.strerror or error}{about}")])
    return 2


def _library(guard: Guard, error: BaseException) -> int:
    """A library that is missing, broken, or for which there is no memory; a part of matcalc is a defect."""
    if str(getattr(error, "name", "")).startswith("matcalc"):
        return _internal(guard, error)
    while error.__cause__ is not None:  # what a library says at length
        error = error.__cause__
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    guard.refuse([Diagnostic("M0008", f"a library cannot be loaded: {reason}")])
    return 2


def _exhausted(guard: Guard, error: BaseException) -> int:
    what = "more memory than there is" if isinstance(error, MemoryError) else "more nesting than there is room for"
    guard.refuse([Diagnostic("M0107", f"this needs {what}")])
    return NoRuleError.exit_code


def _internal(guard: Guard, error: BaseException) -> int:
    """A defect of matcalc: where it happened, and how to make it happen again."""
    from traceback import extract_tb

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


def _exit(guard: Guard, error: BaseException) -> int:
    if sys.stdout is not guard.stdout:  # click has put another in its place, because nobody reads its help
        detach(guard.stdout)
        return 0
    code = getattr(error, "exit_code", getattr(error, "code", 0))
    return code if isinstance(code, int) else 0 if code is None else 2


_HANDLERS: list[tuple[type[BaseException], Callable[[Guard, BaseException], int]]] = [
    (UnwrittenError, _unwritten),  # type: ignore[list-item]
    (MatcalcError, _refusal),  # type: ignore[list-item]
    (click.UsageError, _usage),  # type: ignore[list-item]
    (click.exceptions.Exit, _exit),
    (SystemExit, _exit),
    (click.Abort, _interrupted),
    (KeyboardInterrupt, _interrupted),
    (BrokenPipeError, _closed),
    (ImportError, _library),
    (OSError, _system),
    (MemoryError, _exhausted),
    (RecursionError, _exhausted),
    (BaseException, _internal),
]
