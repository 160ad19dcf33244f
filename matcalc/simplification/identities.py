"""An identity among the values of a bilinear function: A ⊗ B − I ⊗ B − A ⊗ I + I is (A − I) ⊗ (B − I), as I = I ⊗ I."""

from __future__ import annotations

from matcalc.algebra import apply, eye, multiply, num
from matcalc.algebra.application import linear_params
from matcalc.core.expr import CALL, EYE, Expr, node
from matcalc.core.parts import number_scalars_matrix
from matcalc.simplification.common import factored, sum_of

_BOTH = [0, 1]


def with_identities(e: Expr) -> Expr:
    """A sum with its common factors taken out, an identity being a value of the function that others are values of; `e`
    where there is no such value."""
    for i, term in enumerate(e.args):
        q, scalars, matrix = number_scalars_matrix(term)
        for call in (number_scalars_matrix(other)[2] for other in e.args) if matrix.kind is EYE else ():
            if call.kind is CALL and len(call.args) == len(_BOTH) and linear_params(call.data) == _BOTH \
                    and all(arg.is_square for arg in call.args):
                units = tuple(eye(arg.shape[0]) for arg in call.args)
                if apply(call.data, *units) is matrix:
                    whole = multiply(num(q), *scalars, node(CALL, units, call.data, matrix.shape))
                    return factored(sum_of((*e.args[:i], whole, *e.args[i + 1:])))
    return e
