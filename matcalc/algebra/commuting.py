"""Functions of one matrix commute: F(A) G(A) = G(A) F(A) for primary functions, which are polynomials in A (Higham
2008, th. 1.13). So in a product neighbours of this kind stand in one order, powers before functions, and A⁻¹ log A and
(log A) A⁻¹ are one expression.
"""

from __future__ import annotations

from matcalc.algebra.transposition import transpose
from matcalc.core.expr import CALL, MATPOW, MUL, SYMPOW, TRANSPOSE, Expr
from matcalc.core.function import Function
from matcalc.core.parts import number_scalars_matrix


def is_primary(function: Function) -> bool:
    """Whether its block says that it is a primary function of its first argument."""
    return "primary" in function.fields or function.has("primary")


def change_places(a: Expr, b: Expr) -> bool:
    """Whether `a b` is written `b a`: both are functions of one matrix, and b comes first."""
    if not (_is_function(a) or _is_function(b)) or a.shape != b.shape:
        return False
    return _order(b) < _order(a) and _source(a) is _source(b)


def _is_function(e: Expr) -> bool:
    e = e.args[0] if e.kind is TRANSPOSE else e
    return e.kind is CALL and is_primary(e.data)


def _order(e: Expr) -> tuple[bool, object]:
    return _is_function(e), e.order


def _source(e: Expr) -> Expr:
    """The matrix that `e` is a function of, through powers and multiples."""
    flips = False
    while True:
        if e.kind is TRANSPOSE:
            flips, e = not flips, e.args[0]
        elif e.kind in (MATPOW, SYMPOW) or (e.kind is CALL and is_primary(e.data)):
            e = e.args[0]
        elif e.kind is MUL and not e.is_scalar:
            e = number_scalars_matrix(e)[2]
        else:
            return transpose(e) if flips else e
