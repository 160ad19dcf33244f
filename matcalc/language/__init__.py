"""The language: text in any spelling to a typed expression, or a refusal with fixes that work."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.core.expr import Expr
from matcalc.diagnostics import InputError
from matcalc.language.alternatives import decided
from matcalc.language.elaborate import elaborate, template
from matcalc.language.foreign import foreign
from matcalc.language.inference import Rules
from matcalc.language.readings import Elaborated, VariableInfo
from matcalc.language.vocabulary import Found, name_of

DIALECT = "--dialect "
COMMAND = "matcalc "  # a fix that is another command
MOST_FIXES = 3
SAME_FAULTS = 6  # places that one fix mends
LONGEST_FIX = 2_000  # fixes of longer texts are not tried out

__all__ = ["Elaborated", "VariableInfo", "name_of", "parse", "parse_template"]


def parse(text: str, declarations: Mapping[str, str], rulebook: Rules, *, dialect: str = "",
          demand_scalar: bool = False, free: frozenset[str] = frozenset(), holes: bool = False,
          proposed: bool = False) -> Elaborated:
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


def parse_template(text: str, rulebook: Rules, *, bindings: Mapping[str, Expr],
                   dims: set[str] | frozenset[str] = frozenset(), file: str = "", line: int = 0) -> Expr:
    """Read an expression of a rule file, in which `bindings` are bound and `dims` are dimensions."""
    return template(text, rulebook, bindings, frozenset(dims), file, line)


def _with_working_fixes(error: InputError, text: str, declarations: Mapping[str, str], rulebook: Rules, dialect: str,
                        demand_scalar: bool) -> InputError:
    """Keep the fixes that are read without complaint (with the same demand for a scalar, if any is)."""
    if len(text) > LONGEST_FIX:
        return error
    from shlex import split  # not needed where nothing is refused

    diagnostics = []
    for diagnostic in error.diagnostics:
        if diagnostic.source != text:
            diagnostics.append(diagnostic)
            continue
        code, fixes = diagnostic.code, [(k, fix) for k, fix in enumerate(diagnostic.fixes) if fix != text]
        good = [fix for _, fix in fixes if fix.startswith(COMMAND) and all(
            _mended("", side, ("", 0), declarations, rulebook, dialect, False) for side in split(fix)[2:])]
        for demand in dict.fromkeys((demand_scalar, False, True)):
            found = (_mended(text, fix, (code, k), declarations, rulebook, dialect, demand) for k, fix in fixes)
            good = good or [fix for fix in dict.fromkeys(found) if fix]
        diagnostics.append(diagnostic._replace(fixes=tuple(good[:MOST_FIXES])))
    return InputError(*diagnostics)


def _open(text: str) -> int:
    """How many braces are opened and not closed: a fix that cuts through a command changes that."""
    return text.count("{") - text.count("}")


def _mended(text: str, fix: str, cause: tuple[str, int], declarations: Mapping[str, str], rulebook: Rules, dialect: str,
            demand_scalar: bool) -> str:
    """The fix, at as many places as have the same fault, if that is read; '' otherwise."""
    for _ in range(SAME_FAULTS):
        if _open(fix) != _open(text):
            return ""
        said, spoken = (text, fix.removeprefix(DIALECT)) if fix.startswith(DIALECT) else (fix, dialect)
        try:
            read = decided(said, frozenset(), lambda found, said=said, spoken=spoken: elaborate(  # type: ignore[misc]
                said, declarations, rulebook, dialect=spoken, demand_scalar=demand_scalar, found=found))
        except InputError as error:
            code, k = cause
            left = error.diagnostics[0]
            if left.code != code or len(left.fixes) <= k or left.fixes[k] == fix:
                return ""
            fix = left.fixes[k]
        else:
            forced = read.reading is not None and read.reading.inference.forced
            return "" if forced else fix
    return ""
