"""The inverse on both sides: A⁻¹ (I − B A⁻¹) = A⁻¹ (A − B) A⁻¹, which is shorter and shows that it is symmetric."""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import add, multiply, num, transpose
from matcalc.core.expr import ADD, CHAIN, EYE, MATPOW, TRANSPOSE, Expr
from matcalc.core.parts import chain_factors, number_scalars_matrix, untransposed
from matcalc.simplification.length import cost


def congruent(e: Expr) -> Expr:
    """The shortest of a product `e` and what it is with an inverse taken out of a sum beside it on the other side."""
    return min([e, *_candidates(e)], key=cost) if e.kind is CHAIN else e


def _candidates(e: Expr) -> Iterator[Expr]:
    for i, f in enumerate(e.args):
        if untransposed(f).kind is not MATPOW or untransposed(f).data != -1:
            continue
        for j in (i - 1, i + 1):
            if 0 <= j < len(e.args) and e.args[j].kind is ADD:
                inner = _between(e.args[j], f, j > i)
                if inner is not None:
                    yield multiply(*e.args[:min(i, j)], f, inner, f, *e.args[max(i, j) + 1:])


def _between(total: Expr, f: Expr, is_right: bool) -> Expr | None:
    """B of I − B f, or of I − f B, with I as the inverse of f; None where there is no I, or a term without f."""
    base = untransposed(f).args[0]
    base = transpose(base) if f.kind is TRANSPOSE else base
    found, has_identity = [], False
    for term in total.args:
        q, scalars, matrix = number_scalars_matrix(term)
        parts = chain_factors(matrix)
        has_identity |= matrix.kind is EYE
        if matrix.kind is EYE:
            rest = [base]
        elif len(parts) > 1 and parts[-1 if is_right else 0] is f:
            rest = [*(parts[:-1] if is_right else parts[1:])]
        else:
            return None
        found.append(multiply(num(q), *scalars, *rest))
    return add(*found) if has_identity else None
