"""The trace: linear, blind to transposes, cyclic. Of all rotations of a word and of its transpose one is canonical."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import calls, elementwise, flip, products, words
from matcalc.algebra.atoms import ZERO, num, ones
from matcalc.algebra.sums import add
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, HAD, MUL, NUM, ONES, POW, TRACE, TRANSPOSE, ZEROS, Expr, node


def trace(x: Expr) -> Expr:
    """tr X for a square X (a scalar is its own trace)."""
    if x.is_scalar:
        return x
    if x.kind is ADD:
        return add(*(trace(term) for term in x.args))
    if x.kind is MUL:
        return products.multiply(num(x.data), *x.args[:-1], trace(x.args[-1]))
    if x.kind is EYE:
        return products.dimension(x.shape[0])
    if x.kind in (ZEROS, ONES):
        return ZERO if x.kind is ZEROS else products.dimension(x.shape[0])
    if x.kind is CHAIN:
        return _of_chain(list(x.args))
    if x.kind is TRANSPOSE:
        return trace(x.args[0])
    if x.kind is CALL:
        for rewritten in calls.laws(x, node(TRACE, (x,), None, (1, 1))):
            return rewritten
    return _canonical([x])


def _of_chain(factors: list[Expr]) -> Expr:
    """Rotate: cut at an inner dimension one, or cancel across the ends, before a canonical rotation is chosen."""
    for i, f in enumerate(factors):
        if f.shape[0] == 1:
            return products.multiply(*factors[i:], *factors[:i])
    rotated = products.multiply(factors[-1], *factors[:-1])
    if not (rotated.kind is CHAIN and len(rotated.args) == len(factors)):
        return trace(rotated)
    if len(factors) == 2 and any(f.kind in (HAD, POW) for f in factors):
        return _inner(flip.transpose(factors[0]), factors[1])
    return _canonical(factors)


def _inner(u: Expr, v: Expr) -> Expr:
    """tr(U'V) through the elementwise product, as for vectors: tr(U'(V∘W)) = sum(U∘V∘W)."""
    product = elementwise.hadamard(u, v)
    if product.kind is HAD and len(product.args) == 2:
        return _canonical([flip.transpose(product.args[0]), product.args[1]])
    if product.kind is POW and product.args[1].kind is NUM and product.args[1].data == 2:
        return _canonical([flip.transpose(product.args[0]), product.args[0]])
    return products.multiply(ones(1, u.shape[0]), product, ones(u.shape[1], 1))


def _canonical(factors: Sequence[Expr]) -> Expr:
    content, flipped = words.reversed_transposes(factors)
    here, there = _least_rotation(factors), _least_rotation(flipped)
    if content < 0 and here == there:
        return ZERO
    if words.order(there) < words.order(here):
        return products.multiply(num(content), _node(there))
    return _node(here)


def _node(factors: list[Expr]) -> Expr:
    shape = (factors[0].shape[0], factors[-1].shape[1])
    inside = factors[0] if len(factors) == 1 else node(CHAIN, tuple(factors), None, shape)
    return node(TRACE, (inside,), None, (1, 1))


def _least_rotation(factors: Sequence[Expr]) -> list[Expr]:
    """The rotation that is smallest factor by factor."""
    least = min(f.order for f in factors)
    starts = [i for i, f in enumerate(factors) if f.order == least]
    rotations = [[*factors[i:], *factors[:i]] for i in starts[:32]]
    return min(rotations, key=lambda r: [f.order for f in r])


