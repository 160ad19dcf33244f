"""The NumPy dialect: prefixes dropped, and the functions whose NumPy spelling means an operator."""

from __future__ import annotations

import re
from collections.abc import Callable

from matcalc.language.characters import SEPARATOR
from matcalc.language.defined import expanded
from matcalc.language.reader import Reader
from matcalc.language.suggest import definitions, names
from matcalc.language.syntax import Op, Syntax, node

ARGUMENTS = frozenset({"axis", "keepdims", "dim"})
INVERSE = "inv"
PREFIX = r"(?<![\w.])(?:np|numpy|jnp|torch|jax|tf|scipy|sp|math|F)\." \
    r"(?:(?:linalg|nn|numpy|scipy|special|functional|math)\.)*(?=[A-Za-z_])"
SECOND = r"(?<=\))(?:\[1\]|\.logabsdet)"  # of slogdet(X)
NORM_KINDS = {"1": "1", "2": "2", "fro": "F", "nuc": "*", "inf": "inf"}


def strip_prefixes(text: str) -> str:
    """`np.linalg.` becomes invisible; every other character keeps its place. slogdet(X)[1] loses its index."""
    text = re.sub(PREFIX, lambda match: SEPARATOR * len(match[0]), text)
    return re.sub(SECOND, lambda match: SEPARATOR * len(match[0]), text) if "slogdet" in text else text


def numpy_call(p: Reader, call: Syntax) -> Syntax:
    """multiply(a, b) is a * b, norm(x, 1) the 1-norm."""
    if call.data in OPERATORS:
        return OPERATORS[call.data](p, call)
    if names().get(call.data) in p.vocabulary.functions:
        call = node(Op.CALL, call.args, call.span, names()[call.data])
    return norm_call(p, call)


def norm_call(p: Reader, call: Syntax) -> Syntax:
    """norm(x, 1), norm(x, inf), norm(X, 'fro'): MATLAB's and NumPy's norms."""
    if call.data in definitions():
        return expanded(p, call)
    if call.data != "norm" or len(call.args) != 2:
        return call
    word = str(call.args[1].data)
    if word not in NORM_KINDS:
        raise p.error("M0208", f"there is no norm with the argument {p.text(call.args[1].span)}", call.span,
                      *p_norm(p.text(call.args[0].span), p.text(call.args[1].span)))
    return node(Op.NORM, call.args[:1], call.span, NORM_KINDS[word])


def p_norm(x: str, p: str) -> tuple[str, ...]:
    """The p-norm of a vector spelled out, where p is a number."""
    return (f"sum(abs({x}).^{p})^(1/{p})",) if p.isdigit() and p != "0" else ()


def _binary(op: Op) -> Callable[[Reader, Syntax], Syntax]:
    def made(p: Reader, call: Syntax) -> Syntax:
        if len(call.args) != 2:
            raise p.error("M0319", f"{call.data} takes two arguments", call.span, f"{call.data}(x, y)")
        return node(op, call.args, call.span)

    return made


def _outer(_p: Reader, call: Syntax) -> Syntax:
    first, *rest = call.args
    return node(Op.PRODUCT, (first, *(node(Op.TRANSPOSE, (x,), x.span) for x in rest)), call.span)


def _solve(_p: Reader, call: Syntax) -> Syntax:
    """solve(A, b) is inv(A) b."""
    first, *rest = call.args
    return node(Op.PRODUCT, (node(Op.CALL, (first,), first.span, INVERSE), *rest), call.span)


def _added(name: str, sign: int) -> Callable[[Reader, Syntax], Syntax]:
    def made(p: Reader, call: Syntax) -> Syntax:
        if len(call.args) != 2:
            raise p.error("M0319", f"{name} takes two arguments", call.span, f"{name}(x, y)")
        return node(Op.SUM, call.args, call.span, (1, sign))

    return made


OPERATORS: dict[str, Callable[[Reader, Syntax], Syntax]] = {
    **dict.fromkeys(["matmul", "mm", "mv", "matvec", "dot"], _binary(Op.PRODUCT)),
    "multiply": _binary(Op.HADAMARD), "mul": _binary(Op.HADAMARD), "divide": _binary(Op.HADAMARD_DIVIDE),
    "div": _binary(Op.HADAMARD_DIVIDE), "true_divide": _binary(Op.HADAMARD_DIVIDE), "power": _binary(Op.HADAMARD_POWER),
    "pow": _binary(Op.HADAMARD_POWER), "add": _added("add", 1), "subtract": _added("subtract", -1),
    "vdot": _binary(Op.INNER), "matrix_power": _binary(Op.POWER), "outer": _outer, "ger": _outer, "solve": _solve,
    "identity": lambda _p, call: node(Op.CALL, call.args, call.span, "eye"),
}
