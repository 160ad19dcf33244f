"""A derivative that is asked for by X^*, or by z with a bar, where X is complex: of a real f it is ∂f/∂X̄, which is what
the gradient by X says; of any other f the gradient by X gives both derivatives, and this one alone is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from matcalc.algebra.conjugation import is_real
from matcalc.answer.problem import Problem, variable_named
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail, quoted
from matcalc.language.framing import formula

_BAR = "\N{COMBINING MACRON}"


def posed_by(problem: Problem, names: Sequence[str]) -> Problem:
    """A problem by the variables of these names, some of which are conjugates.

    Raises NoRuleError where the derivative by a conjugate is not what the gradient says, InputError where there is no
    variable that is called so.
    """
    known, source = problem.elaborated, problem.source
    plain = [name if name in known.variables or _plain(name) not in known.variables else _plain(name) for name in names]
    posed = problem._replace(wrt=tuple(variable_named(known, name, source) for name in dict.fromkeys(plain)))
    for name, base in zip(names, plain, strict=True):
        if name != base:
            _refuse_other_values(posed, known.variables[base].expr)
    return posed


def _plain(name: str) -> str:
    """`name` without the sign of a conjugate, X^{*} and z with a bar."""
    return unicodedata.normalize("NFD", name).removesuffix(_BAR).removesuffix("^{*}")


def _refuse_other_values(posed: Problem, x: Expr) -> None:
    """Raise NoRuleError where f is not real, or the entries of x and of its conjugate move together."""
    name = x.data.name
    if x.complex and is_real(posed.settled(posed.f)) and posed.settled(x).data.props <= {"complex"}:
        return
    why = f"{name} is not complex" if not x.complex else f"the entries of {name} and of its conjugate move together" \
        if is_real(posed.settled(posed.f)) else f"the value is not certainly real, and the gradient by {name} has both"
    asked = "grad" if posed.f.is_scalar else "jacobian"
    raise fail("M1535", f"the derivative by the conjugate of {name} alone is given of a real value by a complex "
               f"variable without structure: {why}", posed.typed_source, error=NoRuleError,
               fixes=(f"matcalc {asked} {quoted(formula(posed.typed_source))} --wrt {name}",))
