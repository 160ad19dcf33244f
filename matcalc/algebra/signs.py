"""What is known never to be negative: the licence to move a factor out of a root."""

from __future__ import annotations

from matcalc.algebra import flip
from matcalc.expr import Expr, postorder

_POSITIVE = {"ones", "eye", "dim", "const", "unit", "zeros"}
_known: dict[Expr, bool] = {}


def is_nonnegative(e: Expr) -> bool:
    """Whether every entry of `e` is certainly ≥ 0; False means that nobody knows."""
    if e not in _known:
        for part in postorder(e):
            if part not in _known:
                _known[part] = _judge(part)
    return _known[e]


def _judge(e: Expr) -> bool:
    if e.op in _POSITIVE:
        return True
    if e.op == "num":
        return bool(e.data >= 0)
    if e.op == "var":
        return "positive" in e.data.props
    if e.op == "call":
        return bool(e.data.has("nonnegative") or e.data.has("positive"))
    if e.op == "pow":
        exponent = e.args[1]
        even = exponent.op == "num" and exponent.data.numerator % 2 == 0 and exponent.data.denominator == 1
        return even or _known[e.args[0]]
    if e.op == "mul":
        return bool(e.data >= 0) and all(_known[arg] for arg in e.args)
    return _square_word(e) or (e.op in ("add", "had", "chain", "transpose", "trace") and all(_known[a] for a in e.args))


def _square_word(e: Expr) -> bool:
    """x'x, tr(X'X) and x'Ax with A positive semidefinite."""
    if e.op == "trace" and e.args[0].op == "chain" and len(e.args[0].args) == 2:
        return flip.transpose(e.args[0].args[0]) is e.args[0].args[1]
    if e.op != "chain" or not e.is_scalar or flip.transpose(e.args[0]) is not e.args[-1]:
        return False
    middle = e.args[1:-1]
    return not middle or (len(middle) == 1 and is_semidefinite(middle[0]))


def is_semidefinite(e: Expr) -> bool:
    inner = e.args[0] if e.op == "matpow" else e
    return inner.op == "var" and bool(inner.data.known("spd", "psd"))


def is_positive(e: Expr) -> bool:
    """Whether every entry of `e` is certainly > 0."""
    if e.op in ("ones", "dim", "const"):
        return True
    if e.op == "num":
        return bool(e.data > 0)
    if e.op == "var":
        return "positive" in e.data.props
    if e.op == "call":
        positive_definite = e.data.has("multiplicative") and is_definite(e.args[0])
        return bool(e.data.has("positive")) or positive_definite
    if e.op == "add":
        return is_nonnegative(e) and any(is_positive(term) for term in e.args)
    if e.op == "mul":
        return bool(e.data > 0) and all(is_positive(arg) for arg in e.args)
    if e.op == "pow":
        return is_positive(e.args[0])
    return e.op in ("had", "transpose") and all(is_positive(arg) for arg in e.args)


def is_definite(e: Expr) -> bool:
    inner = e.args[0] if e.op == "matpow" else e
    return inner.op == "var" and "spd" in inner.data.props
