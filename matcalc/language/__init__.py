"""The language: text in any spelling to a typed expression, or a refusal with fixes that work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from matcalc.diagnostics import InputError
from matcalc.expr import Expr
from matcalc.language.declarations import Declaration, parse_declaration, split_declarations
from matcalc.language.elaborate import Elaborated, VariableInfo, elaborate, template
from matcalc.language.foreign import DIALECT, foreign
from matcalc.language.labels import Found
from matcalc.language.names import name_of
from matcalc.language.superscripts import decided

COMMAND = "matcalc "  # a fix that is another command
LONGEST_FIX = 2_000  # fixes of longer texts are not tried out

__all__ = ["Declaration", "Elaborated", "VariableInfo", "name_of", "parse", "parse_declaration", "parse_template",
           "split_declarations"]


def parse(text: str, declarations: Mapping[str, str], rulebook: Any, *, dialect: str = "", demand_scalar: bool = False,
          free: frozenset[str] = frozenset(), holes: bool = False, proposed: bool = False) -> Elaborated:
    """Read `text`. `free`: variables whose declared structure only restricts the test points; `holes`: allow `?`;
    `proposed`: somebody's formula, which may have no value, to be judged as any other."""
    asked = frozenset(name for name in free if "^" in name)

    def reading(found: Found) -> Elaborated:
        return elaborate(text, declarations, rulebook, dialect=dialect, demand_scalar=demand_scalar, free=free,
                         holes=holes, proposed=proposed, found=found)

    try:
        return decided(text, asked, reading)
    except InputError as error:
        tried = [error, *foreign(text, dialect)] if len(text) <= LONGEST_FIX else [error]
        first, *others = (_with_working_fixes(e, text, declarations, rulebook, dialect, demand_scalar) for e in tried)
        raise next((other for other in others if other.diagnostics[0].fixes), first) from None


def parse_template(text: str, rulebook: Any, *, bindings: Mapping[str, Expr],
                   dims: set[str] | frozenset[str] = frozenset(), file: str = "", line: int = 0) -> Expr:
    """Read an expression of a rule file, in which `bindings` are bound and `dims` are dimensions."""
    return template(text, rulebook, bindings, frozenset(dims), file, line)


def _with_working_fixes(error: InputError, text: str, declarations: Mapping[str, str], rulebook: Any, dialect: str,
                        demand_scalar: bool) -> InputError:
    """Keep the fixes that are read without complaint (with the same demand for a scalar, if any is)."""
    if len(text) > LONGEST_FIX:
        return error
    diagnostics = []
    for diagnostic in error.diagnostics:
        if diagnostic.source != text:
            diagnostics.append(diagnostic)
            continue
        fixes = [fix for fix in dict.fromkeys(diagnostic.fixes) if fix != text and _open(fix) == _open(text)]
        good = [fix for fix in fixes if fix.startswith(COMMAND)]
        for demand in dict.fromkeys((demand_scalar, False, True)):
            good = good or [fix for fix in fixes if _reads(
                *((text, "numpy") if fix == DIALECT else (fix, dialect)), declarations, rulebook, demand)]
        diagnostics.append(replace(diagnostic, fixes=tuple(good)))
    return InputError(*diagnostics)


def _open(text: str) -> int:
    """How many braces are opened and not closed: a fix that cuts through a command changes that."""
    return text.count("{") - text.count("}")


def _reads(text: str, dialect: str, declarations: Mapping[str, str], rulebook: Any, demand_scalar: bool) -> bool:
    def reading(found: Found) -> Elaborated:
        return elaborate(text, declarations, rulebook, dialect=dialect, demand_scalar=demand_scalar, found=found)

    try:
        decided(text, frozenset(), reading)
    except InputError:
        return False
    return True
