"""The length of a formula in symbols: names, numbers, signs and transposes as they are typed, brackets not counted."""

from __future__ import annotations

from fractions import Fraction

from matcalc.algebra.gram import roots
from matcalc.core.expr import Expr, Memo
from matcalc.session import SESSION


def cost(e: Expr) -> int:
    """About as many symbols as the printed form has."""
    return _costs[e]


@SESSION.memo
@Memo
def _costs(e: Expr) -> int:
    return _norm_squared(e) or _own(e) + sum(map(_costs.__getitem__, e.args))


def _norm_squared(e: Expr) -> int:
    """u'u with a sum in u is shown as ‖u‖²; 0 for anything else."""
    inner = e.args[0] if e.op == "trace" else e
    if inner.op != "chain" or not any(f.op == "add" for f in inner.args):
        return 0
    return min((2 + len(u) + sum(map(_costs.__getitem__, u)) for u in roots(e)), default=0)


def _number(q: Fraction) -> int:
    return 1 if q.denominator == 1 else 3


def _own(e: Expr) -> int:
    if e.op == "num":
        return _number(e.data)
    if e.op in ("add", "had", "chain"):
        return len(e.args) - 1
    if e.op == "mul":
        sign = e.data < 0 and not any(f.op == "add" for f in (*e.args, *e.args[-1].args))  # else a sum takes it in
        return len(e.args) - 1 + (_number(abs(e.data)) + 1 if abs(e.data) != 1 else int(sign))
    if e.op == "pow":
        return 1 if e.args[1].op == "num" and e.args[1].data == -1 else 2
    if e.op == "matpow":
        return 1 if e.data == -1 else 2
    return {"eye": 3, "ones": 2, "zeros": 2, "unit": 3, "block": len(e.args), "slice": 4}.get(e.op, 1)
