"""The rules command: what matcalc knows, read from the same blocks that it differentiates with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from os.path import isfile
from pathlib import Path
from typing import Any

import click

from matcalc.answer.problem import rulebook_for
from matcalc.cli.command import command, word
from matcalc.cli.layout import INDENT, table
from matcalc.cli.report import Report
from matcalc.cli.settings import ALL, SHOWING, Settings
from matcalc.cli.terminal import Terminal, harmless
from matcalc.core.function import Function
from matcalc.diagnostics import fail
from matcalc.rulebook.book import Rulebook

_SECONDS = 20  # for all rules, which take some seconds
_OPTIONS = {**SHOWING, "--rules": ALL["--rules"], "--timeout": {**ALL["--timeout"], "default": _SECONDS}}


@command("rules", click.argument("action", type=click.Choice(["list", "show", "check"]), default="list"),
         word("name", False), options=_OPTIONS)
def rules(settings: Settings, action: str, name: str) -> Report:
    """The functions matcalc knows: list them, show the rule of NAME, or check every statement of NAME or of a FILE."""
    own = (name,) if action == "check" and is_file(name) else ()
    book = rulebook_for((*settings.rules, *own))
    actions = {"list": _list, "show": _show, "check": _check}
    return actions[action](book, name)


def is_file(name: str) -> bool:
    return name.endswith(".rules") or isfile(name)


def signature(function: Function) -> str:
    """det(X: [n,n]) -> scalar."""
    from matcalc.rulebook.read import signature as written

    return written(function)


def _list(book: Rulebook, name: str) -> Report:
    found = [f for f in book.functions() if not name or name in f.name]
    rows = [(signature(f), f.form, f.fields.get("title", "")) for f in found]
    entries = [{"name": f.name, "form": f.form, "signature": signature(f), **f.fields} for f in found]
    names = "\n".join(dict.fromkeys(f.name for f in found))
    return Report("rules", lambda _: table(rows) if rows else [], lambda _: names, lambda: {"rules": entries})


def functions_called(book: Rulebook, name: str) -> Sequence[Function]:
    """The blocks of `name`, or a refusal with the names that look like it."""
    found = book.overloads(name)
    if found:
        return found
    from matcalc.language.suggest import closest

    fixes = tuple(closest(name, book.names(), 3))
    raise fail("M0705", f"there is no rule called {name}", name, fixes=fixes)


def explained(name: str) -> Report:
    """The rule of a shipped function, for the command explain."""
    return replace(_show(rulebook_for(()), name), command="explain")


def _show(book: Rulebook, name: str) -> Report:
    if not name:
        raise fail("M0003", "name the rule to show", fixes=("matcalc rules show det", "matcalc rules list"))
    found = functions_called(book, name)
    rows = [row for f in found for row in ["", *block_lines(f)]][1:]
    entries = [{"name": f.name, "form": f.form, "signature": signature(f), **f.fields} for f in found]
    return Report("rules", lambda _: rows, lambda _: "\n".join(row.strip() for row in rows), lambda: {"rules": entries})


def block_lines(function: Function) -> list[str]:
    """One block as its file has it, fields in one column."""
    fields = [(key, line) for key, value in function.fields.items() for line in value.splitlines()]
    place = f"{harmless(Path(function.file).name)}:{function.line}" if function.file else ""
    rows = table([(key, "" if key in ("law", "example") else "=", line) for key, line in fields], 1)
    return [f"{INDENT}{function.form} {signature(function)}   {place}".rstrip(), *(INDENT + row for row in rows)]


def _check(book: Rulebook, name: str) -> Report:
    from matcalc.rulecheck import check_rules

    if name and not is_file(name):
        functions_called(book, name)
        found = check_rules(book, names=[name])
    else:
        found = check_rules(book, file=Path(name) if name else None)
    wrong = [report for report in found if not report.ok]
    summary = f"{len(found)} rule{'s' * (len(found) != 1)} checked, {len(wrong)} wrong"
    return Report("rules", partial(_checked, found, summary), lambda _: _failures(found, summary),
                  lambda: {"checks": [_as_data(report) for report in found]}, 1 if wrong else 0)


def _checked(found: Sequence[Any], summary: str, terminal: Terminal) -> list[str]:
    rows = []
    for report in found:
        mark = terminal.paint("✓", "good") if report.ok else terminal.paint("✗", "error")
        rows.append(f"{INDENT}{mark} {report.signature}   {len(report.checks)} checks")
        rows += [f"{INDENT * 3}{check.name}: {check.detail}" for check in report.checks if not check.ok]
    return [*rows, f"{INDENT}{summary}"]


def _failures(found: Sequence[Any], summary: str) -> str:
    wrong = [f"{r.signature}: {c.name}: {c.detail}" for r in found for c in r.checks if not c.ok]
    return "\n".join([*wrong, summary])


def _as_data(report: Any) -> dict[str, Any]:
    checks = [{"check": c.name, "ok": c.ok, "detail": c.detail} for c in report.checks]
    return {"name": report.name, "signature": report.signature, "ok": report.ok, "checks": checks}
