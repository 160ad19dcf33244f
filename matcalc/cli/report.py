"""What a command found, before anyone decides how it is shown, and the one place that decides it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from sys import maxsize
from typing import Any, TextIO

from matcalc.cli.drawing import check_written, ending_of, in_format
from matcalc.cli.layout import hanging
from matcalc.cli.saving import save
from matcalc.cli.settings import Settings
from matcalc.cli.streams import put, remark
from matcalc.cli.terminal import Terminal, terminal_of


@dataclass(frozen=True, slots=True)
class Report:
    """`lines` lays the answer out for a terminal; `form` is the answer alone in ascii, unicode or latex.

    `payload` holds further keys of the JSON object; `aside` is a remark for standard error where only `form` is shown;
    `picture` is the SVG that an output file takes instead of the answer, which is then shown all the same, unless
    `is_only_drawn`.
    """

    command: str
    lines: Callable[[Terminal], list[str]]
    form: Callable[[str], str]
    payload: Callable[[], Mapping[str, Any]] = field(default=dict)
    code: int = 0
    aside: str = ""
    picture: Callable[[], str] | None = None
    is_only_drawn: bool = False


FORMS = {".tex": "latex", ".json": "json"}  # what the ending of an output file asks for; others hold what a pipe gets
_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # by a terminal; JSON escapes others


def emit(report: Report, settings: Settings) -> None:
    """Show `report` as the options, the ending of the output file and the stream ask for."""
    terminal = terminal_of(sys.stdout, settings.color, settings.ascii)
    if settings.output and report.picture is not None:
        save(in_format(report.picture(), settings.output), settings.output)
        if report.is_only_drawn and not settings.format:
            return
        settings = replace(settings, output="")
    if settings.output:
        check_written(settings.output, report.command)
        settings = replace(settings, format=settings.format or FORMS.get(ending_of(settings.output), ""))
        save(shown(report, settings, Terminal(width=terminal.width, unicode=not settings.ascii)), settings.output)
        return
    text = shown(report, settings, terminal)
    put(escaped(text, sys.stdout) if settings.format == "json" else text)


def shown(report: Report, settings: Settings, terminal: Terminal) -> str:
    """The whole output, with its last newline."""
    wish = settings.format or ("text" if _laid_out(settings, terminal) else "")
    if wish == "json":
        return as_json(report.command, report.code == 0, dict(report.payload())) + "\n"
    if wish == "text":
        return terminal.plain("".join(f"{line.rstrip()}\n" for line in report.lines(terminal)))
    if report.aside and not settings.quiet:
        errors = terminal_of(sys.stderr, settings.color, settings.ascii)
        rows = hanging("note: ", report.aside, errors if errors.tty else replace(errors, width=maxsize))
        remark("".join(f"{errors.plain(row)}\n" for row in rows))
    dialect = wish or (terminal.dialect if terminal.tty else "ascii")
    return report.form("ascii" if dialect == "unicode" and not terminal.unicode else dialect).rstrip("\n") + "\n"


def _laid_out(settings: Settings, terminal: Terminal) -> bool:
    """A person gets the whole layout, a pipe one line; steps were asked for, so they are shown to either."""
    return not settings.quiet and (terminal.tty or bool(settings.steps))


def as_json(command: str, ok: bool, payload: Mapping[str, Any]) -> str:
    import json

    head: dict[str, Any] = {"schema": "matcalc/1", "ok": ok, "command": command}
    whole = {**head, **payload, "diagnostics": payload.get("diagnostics", [])}
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(whole, ensure_ascii=False, allow_nan=False))


def escaped(text: str, stream: TextIO) -> str:
    """A line of JSON in the characters that `stream` has, the others as escapes that JSON knows."""
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        import json

        return json.dumps(json.loads(text)) + "\n"
    return text
