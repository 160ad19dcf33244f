"""The command that judges a derivation line by line, as a referee does in the margin."""

from __future__ import annotations

from functools import partial

import click

from matcalc import api
from matcalc.cli.command import Report, command
from matcalc.cli.output import piped
from matcalc.cli.screen import margin
from matcalc.cli.settings import Settings, only
from matcalc.diagnostics import fail
from matcalc.files import FileError, text_of

PLACE = 22
_MOST = 1_000_000  # characters of a document
_CODES = {True: 0, False: 1, None: 3}
_OPTIONS = only("-v/--var", "--rules", "--dialect", "--seed", "--timeout", "--size", "-f/--format", "--json", "--latex",
                "-q/--quiet", "--ascii", "--color", "-o/--output")


@command("check", "Judge a derivation line by line.", click.argument("document", metavar="FILE"), options=_OPTIONS,
         example=("notes.tex",), writes=(".txt",))
def check(settings: Settings, document: str) -> Report:
    """Judge every line of a derivation in FILE: LaTeX, Markdown or plain text, - for standard input. Exit code 0: all
    lines follow, 1: one does not, 2: there is none, 3: some could not be read."""
    text = _text(document)
    found = api.check(text, **settings.reading(), seed=settings.seed, sizes=settings.sizes())
    if not found.lines:
        where = "the text" if document == "-" else document
        raise fail("M0526", f"there is no equation in {where}", fixes=("matcalc check --help",))
    page = margin.Page(found, document, settings.quiet)
    return Report("check", page.lines, page.form, partial(margin.payload, found, document), _CODES[found.ok],
                  answer=lambda: found)


def _text(file: str) -> str:
    if file == "-":
        return piped(_MOST)
    try:
        return text_of(file, _MOST)
    except FileError as trouble:
        raise fail("M0009", f"cannot read {file or 'a file without a name'}: {trouble}") from None
