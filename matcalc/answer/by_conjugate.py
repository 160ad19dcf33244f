"""A derivative that is asked for by X^*, or by z with a bar, where X is complex: of a real f it is ∂f/∂X̄, which is what
the gradient by X says; of any other f the gradient by X gives both derivatives, and this one alone is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from matcalc.algebra.conjugation import is_real
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail, quoted
from matcalc.language.framing import formula

_BAR = "\N{COMBINING MACRON}"


def plain(name: str, variables: Collection[str]) -> str:
    """The variable of whose conjugate this is the name; the name itself where there is none, or one called so.

    >>> plain("X^{*}", ["X"]), plain("X^{*}", ["X^{*}"])
    ('X', 'X^{*}')
    """
    bare = unicodedata.normalize("NFD", name).removesuffix(_BAR).removesuffix("^{*}")
    return bare if name not in variables and bare in variables else name


def refuse_other_values(f: Expr, x: Expr, source: str) -> None:
    """Raise NoRuleError where f is not real, or the entries of x and of its conjugate move together."""
    name = x.data.name
    if x.complex and is_real(f) and x.data.props <= {"complex"}:
        return
    why = f"{name} is not complex" if not x.complex else f"the entries of {name} and of its conjugate move together" \
        if is_real(f) else f"the value is not certainly real, and the gradient by {name} has both"
    asked = "grad" if f.is_scalar else "jacobian"
    raise fail("M1535", f"the derivative by the conjugate of {name} alone is given of a real value by a complex "
               f"variable without structure: {why}", source, error=NoRuleError,
               fixes=(f"matcalc {asked} {quoted(formula(source))} --wrt {name}",))
