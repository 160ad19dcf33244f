"""How the tests of the language read a text, and how they describe what came out."""

from __future__ import annotations

from functools import cache

from matcalc.core.expr import Expr
from matcalc.diagnostics import InputError
from matcalc.language import Elaborated, parse
from matcalc.rulebook.book import standard


def read(text: str, demand_scalar: bool = False, dialect: str = "", **declarations: str) -> Elaborated:
    return parse(text, declarations, standard(), demand_scalar=demand_scalar, dialect=dialect)


@cache
def meaning(text: str, dialect: str = "") -> Expr:
    """The expression that a text is read as, for texts with which many others are compared."""
    return read(text, dialect=dialect).expr


def refusal(text: str, demand_scalar: bool = False, dialect: str = "", **declarations: str) -> InputError:
    """The refusal of `text`; fails when it is read."""
    try:
        found = read(text, demand_scalar, dialect, **declarations)
    except InputError as error:
        return error
    raise AssertionError(f"{text} is read as {found.expr}")


def kinds(text: str, demand_scalar: bool = False, **declarations: str) -> dict[str, str]:
    return {name: info.kind for name, info in read(text, demand_scalar, **declarations).variables.items()}


def shapes(text: str, **declarations: str) -> dict[str, tuple[str, str]]:
    found = read(text, **declarations).variables
    return {name: (str(info.shape[0]), str(info.shape[1])) for name, info in found.items()}
