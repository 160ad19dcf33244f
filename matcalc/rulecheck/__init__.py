"""Rules checked from their own text: every statement of a block is tested against an oracle that knows no rule.

CHECKS lists what is tested. A block is not taken on trust because it is shipped: the same checks run in the tests, in
`matcalc rules check`, and before a user's rule file is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from matcalc.core.function import Function
from matcalc.diagnostics import Diagnostic, InputError, MatcalcError, fail
from matcalc.limits import OutOfTimeError
from matcalc.numeric.evaluate import silence
from matcalc.rulebook.book import Rulebook, extended
from matcalc.rulebook.read import signature
from matcalc.rulecheck.derivatives import (
    adjoint_identity,
    engine_differentials,
    first_differential,
    matrix_form,
    slope_of_primary,
    values_along,
)
from matcalc.rulecheck.findings import Check, Report, said, said_of_domain
from matcalc.rulecheck.soundness import law_checks, stable_checks
from matcalc.rulecheck.specimen import Specimen
from matcalc.rulecheck.stated_axes import axes_value
from matcalc.rulecheck.stated_curvature import stated_curvature, stated_logarithm, stated_pieces
from matcalc.rulecheck.stated_holomorphy import complex_body
from matcalc.rulecheck.stated_joints import joints_agree
from matcalc.rulecheck.statements import (
    declared_words,
    equation_holds,
    examples,
    inverse_and_sums,
    lifted_values,
    printed_code,
    round_trip,
    same_value,
    solvable,
)
from matcalc.rulecheck.wellformed import known_domain, lint, looks, outline, shapes

Checker = Callable[[Specimen], Iterator[Check]]
# What fails in the first ones would make the others stumble, or never end.
_FIRST: tuple[Checker, ...] = (outline, looks, known_domain, shapes, solvable, law_checks)
_NEEDED: tuple[Checker, ...] = (*_FIRST, first_differential, adjoint_identity, matrix_form, slope_of_primary,
                                values_along, same_value, joints_agree, equation_holds, axes_value, lifted_values,
                                inverse_and_sums, declared_words, complex_body, stated_curvature, stated_logarithm,
                                stated_pieces, stable_checks, engine_differentials)
CHECKS: tuple[Checker, ...] = (*_NEEDED, printed_code, round_trip, examples, lint)

__all__ = ["CHECKS", "Check", "Report", "check_block", "check_rules", "checked_rulebook", "signature", "to_check"]


def check_rules(rulebook: Rulebook, names: Iterable[str] | None = None, file: str | None = None,
                checks: Sequence[Checker] = CHECKS, seed: int = 0) -> list[Report]:
    """A report on each block of `rulebook`, or of those called `names`, or of those in `file`, known to it or not."""
    rulebook, blocks = to_check(rulebook, names, file)
    return [check_block(function, rulebook, checks, seed) for function in blocks]


def to_check(rulebook: Rulebook, names: Iterable[str] | None = None,
             file: str | None = None) -> tuple[Rulebook, list[Function]]:
    """The blocks that `check_rules` is asked for, and the rulebook that knows them."""
    if file is not None and not _blocks_in(rulebook, file):
        rulebook = extended(file)
    blocks = rulebook.functions() if file is None else _blocks_in(rulebook, file)
    if names is not None:
        wanted = set(names)
        blocks = [function for function in blocks if function.name in wanted]
        for name in sorted(wanted - {function.name for function in blocks}):
            raise fail("M0705", f"there is no rule called {name}", name)
    return rulebook, blocks


def _blocks_in(rulebook: Rulebook, file: str) -> list[Function]:
    return [function for function in rulebook.functions() if Path(function.file).resolve() == Path(file).resolve()]


def check_block(function: Function, rulebook: Rulebook, checks: Sequence[Checker] = CHECKS, seed: int = 0) -> Report:
    """All checks of one block; after a formula of wrong shape or a wrong law nothing else is tried."""
    found: list[Check] = []
    for checker in checks:
        found += _guarded(checker, Specimen(function, rulebook, seed))
        if checker in _FIRST and not all(check.ok for check in found):
            break
    ok = all(check.ok for check in found)
    return Report(function.name, signature(function), ok, tuple(found), function.file, function.line)


def _guarded(checker: Checker, block: Specimen) -> list[Check]:
    """What a block cannot even do, be read or evaluated, is a failed check."""
    name = checker.__name__.replace("_", " ")
    try:
        with silence():
            return list(checker(block))
    except OutOfTimeError:
        raise
    except MatcalcError as error:
        return [Check(name, False, said(error), error.diagnostics)]
    except (np.linalg.LinAlgError, ValueError) as error:  # a size below zero is NumPy's word too
        return [Check(name, False, said_of_domain(str(error).lower()))]
    except RecursionError:
        what = "rewriting by the laws" if "law" in block.function.fields else "it leads back to itself and"
        return [Check(name, False, f"{what} does not end")]


@cache
def checked_rulebook(files: tuple[str, ...]) -> Rulebook:
    """The shipped rules and those of `files`, of which each block has passed its checks; else InputError."""
    rulebook = extended(*files)
    reports = [check_block(function, rulebook, _NEEDED) for file in files for function in _blocks_in(rulebook, file)]
    found = [_diagnostic(report, check) for report in reports for check in report.failures()]
    if found:
        raise InputError(*found)
    return rulebook


def _diagnostic(report: Report, check: Check) -> Diagnostic:
    if check.origin and check.origin[0].source:
        first = check.origin[0]
        message = f"{report.signature} fails the check “{check.name}”: {first.message}"
        return first._replace(code="M0706", message=message, fixes=())
    message = f"{report.place(check)}: {report.signature} fails the check “{check.name}”: {report.detail(check)}"
    return Diagnostic("M0706", message, file=report.file, line=check.line or report.line)
