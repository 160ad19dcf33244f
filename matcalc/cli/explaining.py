"""Commands that explain: message codes, rules, worked examples and pages of help, all of them data."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import click

from matcalc.cli.command import command, word
from matcalc.cli.layout import INDENT, paragraph
from matcalc.cli.report import Report
from matcalc.cli.settings import SHOWING, Settings
from matcalc.cli.terminal import Terminal
from matcalc.diagnostics import fail

_HERE = Path(__file__).parent
PAGES = {
    "input": "what can be typed",
    "layout": "the shapes of derivatives",
    "structure": "symmetric and other variables",
    "schema": "the object that --json prints, as a JSON schema",
}


@cache
def codes() -> dict[str, dict[str, str]]:
    """Title and text of every message code."""
    import tomllib

    return tomllib.loads((_HERE / "codes.toml").read_text(encoding="utf-8"))


@command("explain", word("topic"), options=SHOWING)
def explain(_settings: Settings, topic: str) -> Report:
    """What a message means (matcalc explain M0301), or the rule of a function (matcalc explain det)."""
    code = topic.strip("[]").upper()
    if code in codes():
        return _explained(code, codes()[code])
    if re.fullmatch(r"M\d+", code):
        raise fail("M0003", f"there is no message {code}; codes run from {min(codes())} to {max(codes())}")
    from matcalc.cli.lesson import lesson

    return lesson(topic.strip("[]"))


def _explained(code: str, entry: dict[str, str]) -> Report:
    def lines(terminal: Terminal) -> list[str]:
        title = terminal.paint(f"{code}: {entry['title']}", "strong")
        return [INDENT + title, "", *paragraph(entry["text"], terminal.width)]

    return Report("explain", lines, lambda _: f"{code}: {entry['title']}. {entry['text']}",
                  lambda: {"explanation": {"code": code, **entry}})


@command("examples", options=SHOWING)
def examples(_settings: Settings) -> Report:
    """Commands to copy and change."""
    return _page("examples", (_HERE / "help" / "examples.txt").read_text(encoding="utf-8"))


@command("help", word("topic", False), options=SHOWING)
def help(_settings: Settings, topic: str) -> Report:
    """A page of help: input, layout, structure or schema; or the help of a command."""
    from matcalc.cli.app import COMMANDS, app

    if topic == "schema":
        return _page("help", (_HERE / "schema.json").read_text(encoding="utf-8"))
    if topic in PAGES:
        return _page("help", (_HERE / "help" / f"{topic}.txt").read_text(encoding="utf-8"))
    if topic in COMMANDS:
        return _page("help", _usage(app, topic))
    if topic:
        raise fail("M0003", f"there is no page “{topic}”", fixes=tuple(f"matcalc help {page}" for page in PAGES))
    pages = [f"{INDENT}matcalc help {name:10} {title}" for name, title in PAGES.items()]
    return _page("help", "\n".join([*pages, f"{INDENT}matcalc --help          the commands"]))


def _usage(app: click.Group, name: str) -> str:
    """What `matcalc NAME --help` prints."""
    above = click.Context(app, info_name="matcalc")
    found = app.get_command(above, name)
    assert found is not None
    return found.get_help(found.make_context(name, [], parent=above, resilient_parsing=True))


def _page(name: str, text: str) -> Report:
    return Report(name, lambda _: text.rstrip().splitlines(), lambda _: text.rstrip(), lambda: {"text": text})
