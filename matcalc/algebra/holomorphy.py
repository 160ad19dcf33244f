"""What takes complex operands: functions that a rule calls holomorphic, linear ones, and what states a body for them.

`is holomorphic` says that the differential of a block is linear over the complex numbers and f(conj(Z)) = conj(f(Z));
`is branched` says the same beside cuts. A field `complex` is a body in the parameters and their conjugates, which takes
the place of the function where an argument is not real. Everything else is refused by name.

A block that is `conjugating` says of complex operands what it says of real ones with ᴴ in the place of each transpose:
of symmetric matrices it then speaks of Hermitian ones, and dλ = v'dA v is dλ = vᴴdA v. `lifted` reads it so.

Identities among functions that are holomorphic without cuts hold for complex arguments where they hold for real ones
(the identity theorem), so a law of these is used on all operands, and every other law on real ones only.
"""

from __future__ import annotations

import re

from matcalc.core.expr import CALL, NUM, OVER, POW, Expr, postorder
from matcalc.core.function import Function, Law, Param
from matcalc.diagnostics import Diagnostic, NoRuleError

BODY = "complex"  # the field with the body for complex arguments
CONJUGATING, SPECTRAL = "conjugating", "spectral"  # the words; of symmetric matrices alone, without a domain
_SIGNS = ("positive", "nonnegative")  # what is said of real numbers alone
_OF_REAL = {"sym": "hermitian", "spd": "hpd", "psd": "hermitian"}  # what a structure is among complex matrices
_TURNED = ("d", "adjoint", "matrix", "body", "means", "law", "along", "domain", "said", "shown")  # with transposes


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


def lifted(function: Function) -> Function:
    """A conjugating function as one of complex operands: with ᴴ for each transpose. Vectors and numbers beside a
    matrix stay real."""
    if function.reading.lifted is None:
        function.reading.lifted = _lifted(function)
    return function.reading.lifted


def _lifted(function: Function) -> Function:
    domain = {name: word for clause in function.fields.get("domain", "").split(";")
              for name, word in [clause.strip().partition(" ")[::2]]}
    other = "sym" if function.has(SPECTRAL) else ""
    is_alone = len([p for p in function.params if p.kind == "value"]) == 1
    params = tuple(_of_complex(p, domain.get(p.name, other)) if is_alone or 1 not in p.shape else p
                   for p in function.params)
    fields = {key: text.replace("'", "^H") if key.partition(".")[0] in _TURNED else text
              for key, text in function.fields.items()}
    fields["is"] = fields["is"].replace("symmetric", "selfadjoint")
    if "numpy" in fields:
        fields["numpy"] = fields["numpy"].replace(".T", ".conj().T")
    if "domain" in fields:
        kept = [clause for clause in fields["domain"].split(";") if not clause.strip().endswith(" sym")]
        fields |= {"domain": ";".join(kept)}
        fields = fields if kept else {key: text for key, text in fields.items() if key != "domain"}
    form = function.form
    if form == "linear" and _is_antilinear(function):  # then it is no linear map of E, but one of E and conj(E)
        form, fields["means"] = "notation", fields["body"]
    return Function(function.name, params, function.result, form, fields, function.reader, file=function.file,
                    line=function.line, places=function.places, plain=function)


def _of_complex(param: Param, word: str) -> Param:
    """A parameter as one of complex operands."""
    if param.kind != "value":
        return param
    words = {_OF_REAL[word] for word in (*param.props, word) if word in _OF_REAL}
    return param._replace(props=frozenset(words or {"complex"}))


def _is_antilinear(function: Function) -> bool:
    """Whether the transpose of what it is linear in occurs."""
    names = [key.partition(".")[2] for key in function.fields if key.startswith("adjoint.")]
    return any(re.search(rf"\b{name}'", function.fields.get("body", "")) for name in names)


def _is_linear_in_all(function: Function) -> bool:
    """Whether it is linear in every argument, with coefficients that are numbers; of none a structure is asked."""
    values = [p for p in function.params if p.kind == "value"]
    fields = function.fields
    stated = len(values) == 1 and "adjoint" in fields
    return not function.is_choosy and "function" not in [p.kind for p in function.params] and (
        stated or all(f"adjoint.{p.name}" in fields for p in values))


def is_analytic(law: Law) -> bool:
    """Whether a law holds for complex arguments because it does for real ones."""
    return not any(demand.word in _SIGNS for demand in law.demands) and all(
        map(_is_analytic, postorder(law.pattern, law.replacement)))


def _is_analytic(e: Expr) -> bool:
    if e.kind is CALL:
        return is_entire(e.data)
    if e.kind is POW:
        return e.args[1].kind is NUM and e.args[1].data.denominator == 1
    return e.kind is not OVER or e.data[0] in ("sum", "prod")
