"""The general product: a rational coefficient, a commuting monomial of scalars, and one chain of matrices behind."""

from __future__ import annotations

from bisect import insort
from operator import attrgetter

from matcalc.algebra import calls, chains, powers
from matcalc.algebra.atoms import num, size, zeros
from matcalc.algebra.monomial import Monomial
from matcalc.algebra.sums import add, primitive, scaled
from matcalc.core.dims import Dim, named
from matcalc.core.expr import ADD, MUL, NUM, ONES, POW, ZEROS, Expr, node

_ORDER = attrgetter("order")


def multiply(*factors: Expr) -> Expr:
    """The matrix product of `factors` from left to right; scalars may stand anywhere."""
    if len(factors) == 2 and factors[0].is_scalar and factors[1].is_scalar:
        for many, one in (factors, factors[::-1]):
            if many.kind is MUL and len(many.args) > 8 and _is_new_factor(one, many):
                args = list(many.args)
                insort(args, one, key=_ORDER)
                return node(MUL, tuple(args), many.data, many.shape)
    scalars = Monomial(MUL)
    matrices: list[Expr] = []
    for factor in factors:
        _collect(factor, scalars, matrices)
    if len(matrices) > 1:
        product = chains.chain(matrices)
        matrices = []
        _collect(product, scalars, matrices)
    return assemble(scalars, matrices[0] if matrices else None)


def _is_new_factor(one: Expr, product: Expr) -> bool:
    """Whether a long product simply gains the factor `one`: then it is inserted, and nothing is collected anew."""
    if one.kind in (NUM, MUL, ADD, ONES, ZEROS):
        return False
    base = one.args[0] if one.kind is POW else one
    return base not in product.args and base not in [f.args[0] for f in product.args if f.kind is POW]


def _collect(factor: Expr, scalars: Monomial, matrices: list[Expr]) -> None:
    if factor.is_scalar:
        scalars.take(factor)
    elif factor.kind is MUL:
        scalars.coefficient *= factor.data
        scalars.take(*factor.args[:-1])
        matrices.append(factor.args[-1])
    else:
        matrices.append(factor)


def assemble(scalars: Monomial, matrix: Expr | None) -> Expr:
    """coefficient · scalars · matrix as one node."""
    factors = scalars.factors()
    merged = calls.law_among(MUL, factors)
    if merged is not None:
        return multiply(num(scalars.coefficient), *merged, *([] if matrix is None else [matrix]))
    q = scalars.coefficient
    if matrix is None:
        if not factors or not q:
            return num(q)
        return scaled(factors[0], q) if len(factors) == 1 else node(MUL, tuple(factors), q, (1, 1))
    if not q or matrix.kind is ZEROS:
        return zeros(*matrix.shape)
    if not factors:
        return scaled(matrix, q)
    content, rest = primitive(matrix)
    if rest.kind is MUL:
        return multiply(num(q * content), *factors, *rest.args)
    return node(MUL, (*factors, rest), q * content, matrix.shape)


def negate(e: Expr) -> Expr:
    return scaled(e, -1)


def divide(p: Expr, s: Expr) -> Expr:
    """p / s for a scalar s."""
    return multiply(p, powers.power(s, num(-1)))


def dimension(dim: Dim) -> Expr:
    """A dimension used as a number, tr(eye(n)) = n: a polynomial of plain names."""
    if isinstance(dim, int):
        return num(dim)
    return add(*(multiply(num(q), *(size(named(name)) for name in names)) for names, q in dim.terms))
