"""Every fix that the tests of the language meet: of the tables of refusals, of pasted and of public formulas."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from matcalc.answer.equal import equal
from matcalc.diagnostics import InputError, MatcalcError
from matcalc.language import parse
from matcalc.rulebook.book import standard
from tests import public
from tests.language import test_pasted, test_refusals

COMMAND = "matcalc equal "


def refused() -> list[tuple[str, bool]]:
    """(text, whether a scalar is demanded) of every refusal."""
    found = [(text, False) for text, _, _ in test_refusals.REFUSED]
    found += [(text, True) for text, _, _ in test_refusals.DEMANDED]
    for _, _, *spellings in test_pasted.GROUPS:
        found += [(text[2:], True) for text in spellings if text.startswith("! ")]
    found += [(case.typed, case.task != "jacobian") for case in public.cases() if case.verdict == "asked"]
    return list(dict.fromkeys(found))


def fixes(text: str, demand_scalar: bool) -> Iterator[tuple[str, str]]:
    """(fix, what it is read as) for each fix of a refusal."""
    try:
        parse(text, {}, standard(), demand_scalar=demand_scalar)
    except InputError as error:
        for fix in error.diagnostics[0].fixes:
            yield fix, meaning(text, fix, demand_scalar)


def meaning(text: str, fix: str, demand_scalar: bool) -> str:
    """The canonical form of a fix; '' where it is not read."""
    if fix.startswith(COMMAND):
        try:
            return equal(*shlex.split(fix)[2:]).how
        except MatcalcError:
            return ""
    said, dialect = (text, "numpy") if fix == "--dialect numpy" else (fix, "")
    for demand in dict.fromkeys((demand_scalar, False, True)):
        try:
            from matcalc.printers import ascii_text

            return ascii_text(parse(said, {}, standard(), dialect=dialect, demand_scalar=demand).expr)
        except MatcalcError:
            continue
    return ""
