"""The dialects in which formulas are written: a module each, imported when it is used, and an attribute each of what
can be written, such as `d.latex`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from matcalc.extensions import ASCII, LATEX, UNICODE, dialect_names

if TYPE_CHECKING:
    from matcalc.printers.dialect import Dialect


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


class Notation:
    """The formula in the dialect that the attribute is named after."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        is_read = dialect in (ASCII, UNICODE, LATEX)
        self.__doc__ = f"The formula in {dialect}" + (": parses back to the same expression." if is_read else ".")

    def __get__(self, owner: Any, _: type | None = None) -> Any:
        return self if owner is None else owner.write(self.dialect)


class Written:
    """Has an attribute for each dialect; what is declared here is known to type checkers."""

    __slots__ = ()
    ascii: str
    unicode: str
    latex: str
    typst: str
    mathml: str

    def write(self, dialect: str) -> str:
        """The formula in a dialect."""
        raise NotImplementedError


for _name in dialect_names():
    setattr(Written, _name, Notation(_name))

__all__ = ["Notation", "Written", "dialect_endings", "dialect_named", "dialect_names"]
