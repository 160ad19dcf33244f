"""The rules command: what matcalc knows, read from the same blocks that it differentiates with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from os.path import isfile
from typing import TYPE_CHECKING, Any

import click

from matcalc.answer.problem import rulebook_for
from matcalc.cli.command import Report, command, word
from matcalc.cli.completion import items, rule_names
from matcalc.cli.screen.ruletext import as_data, block_lines, functions_called, signature
from matcalc.cli.screen.terminal import INDENT, Terminal, harmless, table, terminal_of
from matcalc.cli.settings import ALL, SHOWING, Settings
from matcalc.core.function import Function
from matcalc.diagnostics import fail
from matcalc.rulebook.book import Rulebook

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from matcalc.rulecheck.findings import Report as BlockReport

PLACE = 80
_SECONDS = 600  # for all rules, which take a minute or so
_OPTIONS = {**SHOWING, "--rules": ALL["--rules"], "--timeout": {**ALL["--timeout"], "default": _SECONDS}}


def _names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return items(rule_names(), incomplete)


@command("rules", "The mathematics matcalc knows: list, show, check.",
         click.argument("action", type=click.Choice(["list", "show", "check"]), default="list"),
         word("name", _names, False), options=_OPTIONS)
def rules(settings: Settings, action: str, name: str) -> Report:
    """The functions matcalc knows: list them, show the rule of NAME, or check every statement of NAME or of a FILE."""
    own = (name,) if action == "check" and is_file(name) else ()
    book = rulebook_for((*settings.rules, *own))
    actions: dict[str, Callable[[Rulebook, str], Report]] = {
        "list": _list, "show": _show, "check": partial(_check, settings)}
    return actions[action](book, name)


def is_file(name: str) -> bool:
    """Whether the argument names a file of rules, by its ending or because it exists, and no function."""
    return name.endswith(".rules") or isfile(name)


def _list(book: Rulebook, name: str) -> Report:
    found = [f for f in book.functions() if not name or name in f.name]
    rows = [(signature(f), f.form, f.fields.get("title", "")) for f in found]
    names = "\n".join(dict.fromkeys(f.name for f in found))
    return Report("rules", lambda _: table(rows) if rows else [], lambda _: names, partial(_blocks, found))


def _blocks(found: Sequence[Function]) -> dict[str, Any]:
    return {"rules": list(map(as_data, found))}


def _show(book: Rulebook, name: str) -> Report:
    if not name:
        raise fail("M0003", "name the rule to show", fixes=("matcalc rules show det", "matcalc rules list"))
    found = functions_called(book, name)
    rows = [row for f in found for row in ["", *block_lines(f)]][1:]
    return Report("rules", lambda _: rows, lambda _: "\n".join(row.strip() for row in rows), partial(_blocks, found))


def _check(settings: Settings, book: Rulebook, name: str) -> Report:
    from matcalc.cli.screen.progress import Progress
    from matcalc.rulecheck import check_block, to_check

    is_name = bool(name) and not is_file(name)
    if is_name:
        functions_called(book, name)
    book, blocks = to_check(book, [name] if is_name else None, None if is_name else name or None)
    found = []
    with Progress(len(blocks), terminal_of(sys.stderr, settings.color, settings.ascii)) as bar:
        for block in blocks:
            found.append(check_block(block, book))
            bar.reach(len(found))
    wrong = [report for report in found if not report.ok]
    summary = f"{len(found)} rule{'s' * (len(found) != 1)} checked, {len(wrong)} wrong"
    return Report("rules", partial(_checked, found, summary), lambda _: _failures(found, summary),
                  lambda: {"checks": [_checks(report) for report in found]}, 1 if wrong else 0)


def _checked(found: Sequence[BlockReport], summary: str, terminal: Terminal) -> list[str]:
    rows = []
    for report in found:
        mark = terminal.paint("✓", "good") if report.ok else terminal.paint("✗", "error")
        rows.append(f"{INDENT}{mark} {report.signature}   {len(report.checks)} checks")
        rows += [f"{INDENT * 3}{harmless(report.place(c))}: {c.name}: {report.detail(c)}" for c in report.failures()]
    return [*rows, f"{INDENT}{summary}"]


def _failures(found: Sequence[BlockReport], summary: str) -> str:
    wrong = [f"{harmless(r.place(c))}: {r.signature}: {c.name}: {r.detail(c)}" for r in found for c in r.failures()]
    return "\n".join([*wrong, summary])


def _checks(report: BlockReport) -> dict[str, Any]:
    checks = [{"check": c.name, "ok": c.ok, "detail": c.detail} for c in report.checks]
    return {"name": report.name, "signature": report.signature, "ok": report.ok, "checks": checks}
