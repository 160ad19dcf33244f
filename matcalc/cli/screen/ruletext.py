"""A rule as text: its signature, the block as its file has it, and the block as data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matcalc.cli.screen.terminal import INDENT, harmless, table
from matcalc.core.function import Function
from matcalc.rulebook.book import Rulebook


def functions_called(book: Rulebook, name: str) -> Sequence[Function]:
    """The blocks of `name`, or a refusal with the names that look like it."""
    if found := book.overloads(name):
        return found
    from matcalc.cli.usage import unknown_rule

    raise unknown_rule(name, book.names())


def signature(function: Function) -> str:
    """det(X: [n,n]) -> scalar."""
    from matcalc.rulecheck import signature as written

    return written(function)


def block_lines(function: Function) -> list[str]:
    """One block as its file has it, fields in one column."""
    fields = [(key, line) for key, value in function.fields.items() for line in value.splitlines()]
    place = f"{harmless(Path(function.file).name)}:{function.line}" if function.file else ""
    rows = table([(key, "" if key in ("law", "example") else "=", line) for key, line in fields], 1)
    return [f"{INDENT}{function.form} {signature(function)}   {place}".rstrip(), *(INDENT + row for row in rows)]


def as_data(function: Function) -> dict[str, str]:
    """One block for JSON."""
    return {"name": function.name, "form": function.form, "signature": signature(function), **function.fields}
