"""What arrives at the nodes of an expression with sums, where a derivative walks from the result down.

A cotangent has the free indices of its node. Where an operand has fewer, as w below Σᵢ, what arrives is summed over the
others; where a family is met as x_i and as x_j, both become its member x_k. That is broadcasting and its adjoint.
"""

from __future__ import annotations

from collections.abc import Iterable

from matcalc.algebra import add, apply, multiply, num, power
from matcalc.algebra.conjugation import base_of
from matcalc.algebra.facts import is_positive
from matcalc.algebra.indexed import Insight, fresh, iverson, over, rename
from matcalc.core.expr import Expr, whole
from matcalc.core.indices import NONE, Index, Ref
from matcalc.rulebook.book import Rulebook


class Arrivals:
    """What arrives at each node, as products of factors, sorted by the indices over which it is still to be summed:
    those of the node that it comes from and not of the one where it arrives."""

    def __init__(self, seen: Insight) -> None:
        self.seen = seen
        self.bound = seen.bound
        self._products: dict[Expr, dict[frozenset[Index], list[list[Expr]]]] = {}

    def __contains__(self, e: Expr) -> bool:
        return e in self._products

    def put(self, e: Expr, product: list[Expr], whence: Expr | None = None) -> None:
        """Let a product of factors arrive at `e` from the node `whence` that uses it."""
        lost = (whence.free - e.free) & self.bound if whence is not None and self.bound else NONE
        self._products.setdefault(e, {}).setdefault(lost, []).append(product)

    def link(self, e: Expr) -> list[Expr] | None:
        """The factors of the one product that has arrived and is not to be summed; None where there is more."""
        groups = self._products[e]
        return groups[NONE][0] if len(groups) == 1 and len(groups.get(NONE, ())) == 1 else None

    def take(self, e: Expr) -> Expr:
        """All that has arrived, added up."""
        return add(*(summed(add(*(multiply(*factors) for factors in products)), lost)
                     for lost, products in self._products.pop(e).items()))

    def drop(self, e: Expr) -> None:
        """Forget what has arrived, which is passed on as it is."""
        del self._products[e]

    def gathered(self, leaves: Iterable[Expr], target: tuple[Index, ...]) -> dict[Expr, Expr]:
        """What arrived at leaves, for each variable or tangent: of a family said of its member x_k at the indices
        `target`. What arrives at x_i is meant where i is k."""
        found: dict[Expr, list[Expr]] = {}
        for leaf in leaves:
            if leaf in self:
                refs = base_of(leaf).data.refs
                deltas = [iverson("=", ref, Ref(k)) for ref, k in zip(refs, target, strict=True)] if refs else []
                met = multiply(*deltas, self.take(leaf))
                found.setdefault(whole(leaf), []).append(summed(met, leaf.free & self.bound))
        return {leaf: add(*parts) for leaf, parts in found.items()}


def summed(total: Expr, indices: Iterable[Index]) -> Expr:
    """The sum over all of `indices`, the inner ones first; what does not depend on one is taken as often."""
    for index in sorted(indices, key=lambda index: (len(index.name), index.name)):
        total = over("sum", index, total)
    return total


def slope(e: Expr, seen: Insight, book: Rulebook) -> Expr:
    """The factor by which the differential of a reduction meets that of its operand: 1 in a sum, in a product the
    other factors, in a maximum 1 where it is attained, shared among the members that tie."""
    word = e.data[0]
    index, body = seen.inner[e]
    if word == "sum":
        return num(1)
    if word == "prod":
        return _others(e, index, body)
    other = fresh(index, e, body)
    tied = over("sum", other, apply(book.core("attains"), rename(body, {index: Ref(other)}), e))
    return apply(book.core("shares"), body, e, tied)


def _others(e: Expr, index: Index, body: Expr) -> Expr:
    """Π_{j≠i} f_j; the product over f_i where no factor vanishes."""
    if is_positive(body):
        return multiply(e, power(body, num(-1)))
    other = fresh(index, e, body)
    return over("prod", other, power(rename(body, {index: Ref(other)}), iverson("!=", Ref(other), Ref(index))))
