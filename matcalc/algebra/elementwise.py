"""Elementwise products: commutative, powers of equal factors merged, scalars taken out in front."""

from __future__ import annotations

from matcalc.algebra import calls, flip, powers, products, support
from matcalc.algebra.atoms import num, ones, zeros
from matcalc.algebra.monomial import Monomial
from matcalc.core.expr import CHAIN, EYE, HAD, MUL, ONES, Expr, node


def hadamard(*args: Expr) -> Expr:
    """The elementwise product of matrices of one shape (of scalars: their product)."""
    shape = args[0].shape
    if shape == (1, 1):
        return products.multiply(*args)
    outside: list[Expr] = []
    entries = Monomial(HAD)
    bare = [f for arg in args for f in _flat(_bare(arg, outside))]
    for arg in _equal_columns(_on_diagonal(bare)):
        entries.take(_bare(arg, outside))
    while entries.merged:
        entries = _settle(entries, outside)
    factors = entries.factors()
    if not entries.coefficient:
        return zeros(*shape)
    merged = calls.law_among(HAD, factors)
    if merged is not None:
        return products.multiply(num(entries.coefficient), *outside, hadamard(*merged))
    alone = factors[0] if factors else ones(*shape)
    product = node(HAD, tuple(factors), None, shape) if len(factors) > 1 else alone
    return products.multiply(num(entries.coefficient), *outside, product)


def _bare(e: Expr, outside: list[Expr]) -> Expr:
    """The matrix of a product, its scalars moved outside."""
    if e.kind is not MUL:
        return e
    outside += [num(e.data), *e.args[:-1]]
    return e.args[-1]


def _flat(e: Expr) -> tuple[Expr, ...]:
    return e.args if e.kind is HAD else (e,)


def _on_diagonal(args: list[Expr]) -> list[Expr]:
    """A' ∘ I = A ∘ I and I ∘ I = I: beside an identity only diagonals count; beside a diagonal matrix no identity."""
    identity = next((arg for arg in args if arg.kind is EYE), None)
    if identity is None:
        return args
    others = [flip.upright(arg)[0] for arg in args if arg.kind is not EYE]
    return others if any(map(support.is_diagonal, others)) else [identity, *others]


def _equal_columns(args: list[Expr]) -> list[Expr]:
    """(u 1') ∘ (v 1') = (u ∘ v) 1': matrices of equal columns are multiplied as vectors, those of equal rows too."""
    groups: dict[str, list[Expr]] = {"columns": [], "rows": []}
    rest: list[Expr] = []
    for arg in args:
        kind = "columns" if _ends_in_ones(arg) else "rows" if _starts_with_ones(arg) else ""
        (groups[kind] if kind else rest).append(arg)
    for group, vector in (("columns", _column), ("rows", _row)):
        found = groups[group]
        rest += [vector(found)] if len(found) > 1 else found
    return rest


def _ends_in_ones(e: Expr) -> bool:
    return e.kind is CHAIN and e.args[-1].kind is ONES and e.args[-1].shape[0] == 1


def _starts_with_ones(e: Expr) -> bool:
    return e.kind is CHAIN and e.args[0].kind is ONES and e.args[0].shape[1] == 1


def _column(found: list[Expr]) -> Expr:
    return products.multiply(hadamard(*(products.multiply(*e.args[:-1]) for e in found)), found[0].args[-1])


def _row(found: list[Expr]) -> Expr:
    return products.multiply(found[0].args[0], hadamard(*(products.multiply(*e.args[1:]) for e in found)))


def _settle(entries: Monomial, outside: list[Expr]) -> Monomial:
    """Merged powers may have set scalars free; collect those outside and the rest again."""
    settled = Monomial(HAD)
    settled.coefficient = entries.coefficient
    for base, (exponent, e) in entries.powers.items():
        settled.take(_bare(powers.power(base, exponent) if e is None else e, outside))
    return settled
