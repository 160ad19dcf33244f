"""What takes complex operands: functions that a rule calls holomorphic, linear ones, and what states a body for them.

`is holomorphic` says that the differential of a block is linear over the complex numbers and f(conj(Z)) = conj(f(Z));
`is branched` says the same beside cuts. A field `complex` is a body in the parameters and their conjugates, which takes
the place of the function where an argument is not real. Everything else is refused by name.

Identities among functions that are holomorphic without cuts hold for complex arguments where they hold for real ones
(the identity theorem), so a law of these is used on all operands, and every other law on real ones only.
"""

from __future__ import annotations

from matcalc.core.expr import CALL, NUM, OVER, POW, Expr, postorder
from matcalc.core.function import Function, Law
from matcalc.diagnostics import Diagnostic, NoRuleError

BODY = "complex"  # the field with the body for complex arguments


class ComplexError(NoRuleError):
    """What has no meaning for complex operands; `fixes` are put in the place of the operation, with the texts of its
    operands in {0}, {1}. Whoever knows the text completes the message."""

    def __init__(self, code: str, message: str, fixes: tuple[str, ...] = ()) -> None:
        self.code, self.message, self.fixes = code, message, fixes
        super().__init__(Diagnostic(code, message))


def reason(function: Function) -> str:
    """Why a function does not take complex arguments."""
    if "abstract" in function.fields or function.form == "unspecified":
        return f"nothing is known of {function.known_as}, so it is one of real numbers, and its argument is complex"
    return f"{function.known_as} is a function of real numbers here, and its argument is complex"


def is_entire(function: Function) -> bool:
    """Whether the function is holomorphic and has no branches."""
    return function.has("holomorphic") or (function.form == "linear" and _is_linear_in_all(function)) or \
        not any(p.kind == "value" for p in function.params)


def takes_complex(function: Function) -> bool:
    """Whether the function is applied to complex arguments as it stands."""
    return is_entire(function) or function.has("branched")


def _is_linear_in_all(function: Function) -> bool:
    """Whether it is linear in every argument, with coefficients that are numbers; of none a structure is asked."""
    values = [p for p in function.params if p.kind == "value"]
    fields = function.fields
    stated = len(values) == 1 and "adjoint" in fields
    return not function.is_choosy and "function" not in [p.kind for p in function.params] and (
        stated or all(f"adjoint.{p.name}" in fields for p in values))


def is_analytic(law: Law) -> bool:
    """Whether a law holds for complex arguments because it does for real ones."""
    return not law.demands and all(map(_is_analytic, postorder(law.pattern, law.replacement)))


def _is_analytic(e: Expr) -> bool:
    if e.kind is CALL:
        return is_entire(e.data)
    if e.kind is POW:
        return e.args[1].kind is NUM and e.args[1].data.denominator == 1
    return e.kind is not OVER or e.data[0] in ("sum", "prod")
