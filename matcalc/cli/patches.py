"""--patch: the gradient as a function for the file that it was asked of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matcalc import api
from matcalc.cli import machine
from matcalc.cli.command import Report
from matcalc.cli.settings import Settings
from matcalc.diagnostics import NoRuleError, fail
from matcalc.source.patching import diff_of, function_for


def patched(settings: Settings, expr: str) -> Report:
    """The report of grad --patch. Raises InputError where no file is asked about."""
    if settings.source is None or settings.source.formula is None:
        raise fail("M0003", "--patch is for a function in a file, FILE.py:NAME", expr)
    formula, name = settings.source.formula, settings.one_wrt()
    if "." in formula.place.name:
        raise fail("M1111", f"no patch: {formula.place.name} is a method; patches are functions of the same arguments",
                   error=NoRuleError)
    d = api.grad(expr, name, **settings.reading(), structure=settings.structure, check=not settings.no_check)
    wrt = d.problem.wrt[0].data.name
    target = next(a for a in formula.arguments if a.called == wrt)
    language: Any = formula.dialect
    module = d.code(language, functions=["gradient"], check=not settings.no_check, check_arguments=False,
                    name=formula.place.name)
    added = function_for(formula, target, module, d.ascii)
    diff = diff_of(formula, added)
    verification = None if settings.no_check else d.verify(seed=settings.seed)

    def payload() -> Mapping[str, Any]:
        written = {"language": language, "source": added, "targets": [language], "functions": ["gradient"],
                   "sources": {language: added}}
        return {**machine.derived(d, verification), "code": written, "text": diff}

    settings.source = None  # what is said of reading stands beside the diff, not in it
    return Report("grad", lambda _: diff.splitlines(), lambda _: diff, payload, aside="; ".join(formula.notes[1:]))
