"""What is said of commands and accents that are not read; texts that are read do not load it."""

from __future__ import annotations

from collections.abc import Collection

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.characters import COMMANDS, GREEK_NAMES, UNREAD_COMMANDS
from matcalc.language.constructs import commands
from matcalc.language.suggest import closest, replace


def unknown_command(source: str, known: Collection[str], name: str, span: Span) -> MatcalcError:
    """The complaint about a command of LaTeX that nobody knows."""
    words = [*GREEK_NAMES, *COMMANDS, *commands(), *(w for w in known if w.isalpha())]
    near = () if name in UNREAD_COMMANDS else closest(name, words)
    fixes = tuple(replace(source, span, "\\" + word) for word in near)
    if len(name) == 1 and span.start > 0:
        left = source[:span.start].rstrip()
        fixes += (f"inv({left})*{name}{source[span.end:]}",)
    return fail("M0103", f"unknown LaTeX command \\{name}", source, span, fixes=fixes)


def too_wide(source: str, span: Span) -> MatcalcError:
    """What is said of an accent over more than one letter."""
    return fail("M0224", "an accent over more than one letter is not read", source, span)
