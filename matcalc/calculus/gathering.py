"""What arrives at the nodes of an expression with sums, where a derivative walks from the result down.

A cotangent has the free indices of its node. Where an operand has fewer, as w below Σᵢ, what arrives is summed over the
others; where a family is met as x_i and as x_j, both become its member x_k. That is broadcasting and its adjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matcalc.algebra import add, apply, multiply, negate, num, power
from matcalc.algebra.facts import is_positive
from matcalc.algebra.indexed import Insight, fresh, iverson, over, rename
from matcalc.core.expr import Expr, node
from matcalc.core.indices import Index, Ref
from matcalc.core.parts import terms
from matcalc.rulebook.book import Rulebook


def is_met(leaf: Expr, x: Expr) -> bool:
    """Whether a leaf is the variable `x`, or a member of the family `x`, or of their tangents."""
    if leaf is x:
        return True
    return leaf.kind is x.kind and bool(leaf.data.refs) and leaf.data._replace(refs=()) == x.data


def summed(total: Expr, indices: Iterable[Index]) -> Expr:
    """The sum over all of `indices`, of each term over those on which it depends; the inner ones first."""
    order = sorted(indices, key=lambda index: (len(index.name), index.name))
    groups: dict[tuple[Index, ...], list[Expr]] = {}
    for term in terms(total):
        groups.setdefault(tuple(index for index in order if index in term.free), []).append(term)
    return add(*(_over_all(add(*group), among) for among, group in groups.items()))


def _over_all(e: Expr, indices: Iterable[Index]) -> Expr:
    for index in indices:
        e = over("sum", index, e)
    return e


def settled(total: Expr, at: Expr, seen: Insight) -> Expr:
    """What arrives at the node `at`, summed over the bound indices that it does not have."""
    extra = total.free & seen.bound - at.free if seen.inner else total.free - total.free
    return summed(total, extra) if extra else total


def gathered(arrived: Mapping[Expr, Expr], target: tuple[Index, ...], seen: Insight) -> dict[Expr, Expr]:
    """What arrived at leaves, for each variable or tangent: of a family said of its member x_k at the indices `target`.
    What arrives at x_i is meant where i is k."""
    found: dict[Expr, list[Expr]] = {}
    for leaf, total in arrived.items():
        refs = leaf.data.refs
        whole = node(leaf.kind, (), leaf.data._replace(refs=()), leaf.shape) if refs else leaf
        deltas = [iverson("=", ref, Ref(k)) for ref, k in zip(refs, target, strict=True)] if refs else []
        met = multiply(*deltas, total)
        found.setdefault(whole, []).append(summed(met, met.free & seen.bound))
    return {whole: add(*parts) for whole, parts in found.items()}


def slope(e: Expr, seen: Insight, book: Rulebook) -> Expr:
    """The factor by which the differential of a reduction meets that of its operand: 1 in a sum, in a product the
    other factors, in a maximum 1 where it is attained."""
    word = e.data[0]
    index, body = seen.inner[e]
    if word == "sum":
        return num(1)
    if word == "prod":
        return _others(e, index, body)
    missing = add(e, negate(body)) if word == "max" else add(body, negate(e))
    return add(num(1), negate(apply(book.core("sign"), missing)))


def _others(e: Expr, index: Index, body: Expr) -> Expr:
    """Π_{j≠i} f_j; the product over f_i where no factor vanishes."""
    if is_positive(body):
        return multiply(e, power(body, num(-1)))
    other = fresh(index, e, body)
    return over("prod", other, power(rename(body, {index: Ref(other)}), iverson("!=", Ref(other), Ref(index))))
