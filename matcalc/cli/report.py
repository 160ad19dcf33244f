"""What a command found, before anyone decides how it is shown, and the one place that decides it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from matcalc.cli.settings import Settings
from matcalc.cli.terminal import Terminal, terminal_of
from matcalc.diagnostics import fail


@dataclass(frozen=True, slots=True)
class Report:
    """`lines` lays the answer out for a terminal; `form` is the answer alone in ascii, unicode or latex.

    `payload` holds further keys of the JSON object; `aside` is a remark for standard error where only `form` is shown;
    `picture` is what an output file takes instead of the answer, which is then shown all the same.
    """

    command: str
    lines: Callable[[Terminal], list[str]]
    form: Callable[[str], str]
    payload: Callable[[], Mapping[str, Any]] = field(default=dict)
    code: int = 0
    aside: str = ""
    picture: Callable[[], str] | None = None


class Silence:
    """Nobody reads any more: that is no error."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if kind is None or not issubclass(kind, BrokenPipeError):
            return False
        detach()
        return True


def detach() -> None:
    """Point the standard streams elsewhere, so that nothing is flushed into the closed pipe at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass


def emit(report: Report, settings: Settings) -> None:
    """Show `report` as the options and the stream ask for."""
    terminal = terminal_of(sys.stdout, settings.color, settings.ascii)
    if settings.output and report.picture is not None:
        _save(report.picture(), settings.output)
        settings = replace(settings, output="")
    if settings.output:
        terminal = Terminal(width=terminal.width, unicode=not settings.ascii)
    text = shown(report, settings, terminal)
    if settings.output:
        _save(text, settings.output)
    else:
        with Silence():
            sys.stdout.write(escaped(text, sys.stdout) if settings.format == "json" else text)
            sys.stdout.flush()


def shown(report: Report, settings: Settings, terminal: Terminal) -> str:
    """The whole output, with its last newline."""
    wish = settings.format or ("text" if _laid_out(settings, terminal) else "")
    if wish == "json":
        return as_json(report.command, report.code == 0, dict(report.payload())) + "\n"
    if wish == "text":
        return terminal.plain("".join(f"{line.rstrip()}\n" for line in report.lines(terminal)))
    if report.aside and not settings.quiet:
        errors = terminal_of(sys.stderr, settings.color, settings.ascii)
        sys.stderr.write(errors.plain(f"{errors.paint('note', 'note')}: {report.aside}\n"))
    dialect = wish or (terminal.dialect if terminal.tty else "ascii")
    return report.form("ascii" if dialect == "unicode" and not terminal.unicode else dialect).rstrip("\n") + "\n"


def _laid_out(settings: Settings, terminal: Terminal) -> bool:
    """A person gets the whole layout, a pipe one line; steps were asked for, so they are shown to either."""
    return not settings.quiet and (terminal.tty or bool(settings.steps))


def as_json(command: str, ok: bool, payload: Mapping[str, Any]) -> str:
    import json

    head: dict[str, Any] = {"schema": "matcalc/1", "ok": ok, "command": command}
    whole = {**head, **payload, "diagnostics": payload.get("diagnostics", [])}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False)


def escaped(text: str, stream: TextIO) -> str:
    """A line of JSON in the characters that `stream` has, the others as escapes that JSON knows."""
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        import json

        return json.dumps(json.loads(text)) + "\n"
    return text


def _save(text: str, file: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise fail("M0004", f"cannot write {file}: {problem.strerror}") from None
