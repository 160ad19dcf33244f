"""Scalar words, products that are 1×1: of a word and its transpose one is canonical, and u'(v∘w) = sum(u∘v∘w)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.algebra import chains, elementwise, flip, products, traces
from matcalc.algebra.atoms import ZERO, num, ones
from matcalc.algebra.sums import add, primitive
from matcalc.core.expr import ADD, CHAIN, HAD, MUL, NUM, ONES, POW, ZEROS, Expr, node

Order = tuple[int, list[tuple[int, str, int, int]]]


def word(factors: Sequence[Expr]) -> Expr:
    """The canonical form of a product whose value is 1×1."""
    first, last = factors[0], factors[-1]
    if len(factors) == 1:
        return first
    if len(factors) == 2 and first.kind is ONES and last.kind is ADD:
        return add(*(products.multiply(first, term) for term in last.args))
    if len(factors) == 2 and last.kind is ONES:
        return products.multiply(flip.transpose(last), flip.transpose(first))
    if first.kind is HAD and last.kind is not HAD:
        return word([flip.transpose(f) for f in reversed(factors)])
    if last.kind is HAD or len(factors) == 2:
        return _inner(flip.transpose(products.multiply(*factors[:-1])), last)
    if len(factors) == 3 and first.kind == last.kind == ONES and factors[1].kind in (HAD, POW):
        return _total(factors)
    return canonical(factors)


def _total(factors: Sequence[Expr]) -> Expr:
    """The sum of all entries of an elementwise product: of two factors it is a trace, 1'(A∘B)1 = tr(A'B)."""
    product = factors[1]
    if product.kind is HAD and len(product.args) == 2:
        return traces.trace(products.multiply(flip.transpose(product.args[0]), product.args[1]))
    if product.kind is POW and product.args[1].kind is NUM and product.args[1].data == 2:
        return traces.trace(products.multiply(flip.transpose(product.args[0]), product.args[0]))
    return canonical(factors)


def _inner(u: Expr, v: Expr) -> Expr:
    """u'v through the elementwise product: two factors stay an inner product, three or more become a sum."""
    product = elementwise.hadamard(u, v)
    if product.kind is MUL:
        return products.multiply(num(product.data), *product.args[:-1], _inner(ones(*u.shape), product.args[-1]))
    if product.kind is HAD and len(product.args) == 2:
        left, right = product.args
        return _plain_inner(left, right)
    if product.kind is POW and product.args[1].kind is NUM and product.args[1].data == 2:
        return _plain_inner(product.args[0], product.args[0])
    if product.kind in (ONES, ZEROS):
        return products.multiply(ones(1, u.shape[0]), product)
    return canonical([ones(1, u.shape[0]), product])


def _plain_inner(u: Expr, v: Expr) -> Expr:
    """u'v with both sides spread out into one chain of factors."""
    scalars, factors = chains.reduce([flip.transpose(u), v])
    return products.multiply(*scalars, *([canonical(factors)] if factors else []))


def canonical(factors: Sequence[Expr]) -> Expr:
    """The smaller of a word and its transpose; a word that is minus its own transpose is zero (skew matrices)."""
    content, flipped = reversed_transposes(factors)
    if content < 0 and tuple(flipped) == tuple(factors):
        return ZERO
    if order(flipped) < order(factors):
        return products.multiply(num(content), node(CHAIN, tuple(flipped), None, (1, 1)))
    return node(CHAIN, tuple(factors), None, (1, 1))


def reversed_transposes(factors: Sequence[Expr]) -> tuple[Fraction, list[Expr]]:
    """The factors of the transposed product, and the sign and content that skew factors and sums set free."""
    content, flipped = Fraction(1), []
    for f in reversed(factors):
        part, g = primitive(flip.transpose(f))
        content *= part
        flipped.append(g)
    return content, flipped


def order(factors: Sequence[Expr]) -> Order:
    """Words with fewer transposes first, then by their factors from left to right."""
    return sum(f.flips for f in factors), [f.order for f in factors]
