"""What can be written in every dialect: an attribute for each, `d.latex`, made from the names of the dialects."""

from __future__ import annotations

from typing import Any

from matcalc.printers.dialects import dialect_names


class Notation:
    """The formula in the dialect that the attribute is named after."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self.__doc__ = f"The formula in {dialect}" + (": parses back to the same expression." if dialect == "ascii"
                                                      else ".")

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
