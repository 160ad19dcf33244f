"""The dialects in which formulas are written: a module each, found by its name; each is imported when it is used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcalc.printers.dialect import Dialect

_FIRST = ("ascii", "unicode", "latex")  # in this order wherever all of them are listed


@cache
def dialect_names() -> tuple[str, ...]:
    """All dialects, those that are input first."""
    found = {path.stem for path in Path(__file__).parent.glob("[a-z]*.py")}
    return (*_FIRST, *sorted(found.difference(_FIRST)))


@cache
def dialect_named(name: str) -> Dialect:
    """The record of a dialect. Raises KeyError where there is none of this name."""
    if name not in dialect_names():
        raise KeyError(name)
    found: Dialect = import_module(f"{__name__}.{name}").DIALECT
    return found


@cache
def dialect_endings() -> dict[str, str]:
    """The dialects of documents by the ending of a file: {".tex": "latex"}."""
    return {ending: name for name in dialect_names() if (ending := dialect_named(name).ending)}
