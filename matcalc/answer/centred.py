"""What comes back through a softmax of rows, in names: dS = P ∘ (dP − (P ∘ dP) 𝟏 𝟏'), with dP for what arrives at P.

The normal form says M ∘ P − diag((M ∘ P) 𝟏) P, of any P and M.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import apply, hadamard, multiply, negate, ones, transpose
from matcalc.algebra.addition import scaled
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, ONES, Expr, node, postorder
from matcalc.core.parts import number_scalars_matrix
from matcalc.printers.matrix_products import ANCHORED
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook


class Centred(NamedTuple):
    """The difference as it stands in the normal form, with P and M."""

    whole: Expr
    weights: Expr
    arriving: Expr


def centred(e: Expr, book: Rulebook) -> Iterator[Centred]:
    """The differences M ∘ P − diag((M ∘ P) 𝟏) P in `e` with a call P."""
    sums = [total for total in postorder(e) if total.kind is ADD]
    for part in (*sums, *map(transpose, sums)):
        if part.kind is ADD and len(part.args) == 2:
            for one, other in (part.args, part.args[::-1]):
                q, scalars, product = number_scalars_matrix(one)
                p, others, chain = number_scalars_matrix(other)
                if product.kind is HAD and p == -q and not scalars and not others and chain.kind is CHAIN:
                    weights, total = chain.args[-1], multiply(product, ones(product.shape[1], 1))
                    if weights.kind is CALL and weights in product.args \
                            and chain.args[:-1] == (apply(book.core("diag"), total),):
                        rest = [f for f in product.args if f is not weights]
                        yield Centred(scaled(part, 1 / q), weights, hadamard(*rest))


def in_names(weights: Expr, arriving: Expr) -> Expr:
    """P ∘ (dP − (P ∘ dP) 𝟏 𝟏'), for the eye."""
    n = weights.shape[1]
    factors = (node(HAD, (weights, arriving), None, weights.shape), ones(n, 1), node(ONES, (), ANCHORED, (1, n)))
    sums = node(CHAIN, factors, None, weights.shape)
    return node(HAD, (weights, node(ADD, (arriving, negate(sums)), None, weights.shape)), None, weights.shape)
