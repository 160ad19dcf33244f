"""Sums over one range as one sum: Σᵢ aᵢ + 2 Σⱼ bⱼ = Σᵢ (aᵢ + 2 bᵢ), where what stands before them is the same."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.algebra import add, multiply, num, over
from matcalc.algebra.indexed import fresh, rename
from matcalc.core.expr import ADD, OVER, Expr
from matcalc.core.indices import Axis, Index, Ref
from matcalc.core.parts import number_and_factors

Parts = tuple[tuple[Expr, ...], Axis]


def together(e: Expr, closed: Callable[[Expr], Expr]) -> Expr:
    """A sum of sums over one range, with its operand in closed form; what has no two such terms stays."""
    if e.kind is not ADD or sum(_parts(term) is not None for term in e.args) < 2:
        return e
    groups: dict[Parts, list[Expr]] = {}
    rest: list[Expr] = []
    for term in e.args:
        parts = _parts(term)
        (groups.setdefault(parts, []) if parts else rest).append(term)
    if all(len(group) == 1 for group in groups.values()):
        return e
    joined = (_joined(parts, group, closed) if len(group) > 1 else group[0] for parts, group in groups.items())
    return add(*joined, *rest)


def _parts(term: Expr) -> Parts | None:
    """Of a product that ends in a sum what stands before it, and the range of its index."""
    *before, last = number_and_factors(term)[1] or (term,)
    found = next((f for f in (last, *before) if f.kind is OVER and f.data[0] == "sum"), None)
    if found is None:
        return None
    return tuple(f for f in (*before, last) if f is not found), found.data[1].axis


def _joined(parts: Parts, group: list[Expr], closed: Callable[[Expr], Expr]) -> Expr:
    before, axis = parts
    index = fresh(Index("", *axis), *group)
    operands = []
    for term in group:
        q, factors = number_and_factors(term)
        found = next(f for f in factors if f not in before)
        operands.append(multiply(num(q), rename(found.args[0], {found.data[1]: Ref(index)})))
    return multiply(*before, over("sum", index, closed(add(*operands))))
