"""Sums over one range as one sum: Σᵢ aᵢ + 2 Σⱼ bⱼ = Σᵢ (aᵢ + 2 bᵢ), where what stands before them is the same; terms
under two relations as one term under what the two say together.
"""

from __future__ import annotations

from collections.abc import Callable

from matcalc.algebra import add, iverson, multiply, num, over
from matcalc.algebra.indexed import fresh, rename
from matcalc.core.expr import ADD, IVERSON, OVER, Expr
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


def related(e: Expr) -> Expr:
    """[i < k] A + [k < i] A = [i != k] A, and [i < k] A + [i = k] A = [i <= k] A."""
    if e.kind is not ADD or not any(map(_relations, e.args)):
        return e
    terms = list(e.args)
    for i, first in enumerate(terms):
        for j, second in enumerate(terms[:i]):
            joined = _one_relation(first, second)
            if joined is not None:
                return related(add(joined, *terms[:j], *terms[j + 1:i], *terms[i + 1:]))
    return e


def _relations(term: Expr) -> list[Expr]:
    return [f for f in number_and_factors(term)[1] if f.kind is IVERSON]


def _one_relation(a: Expr, b: Expr) -> Expr | None:
    """The sum of two terms that differ in one relation only, where the two exclude each other and make one together."""
    for r in _relations(a):
        for s in _relations(b):
            whole = _union(r, s)
            rest = _without(a, r)
            if whole is not None and rest is _without(b, s):
                return multiply(whole, rest)
    return None


def _without(term: Expr, relation: Expr) -> Expr:
    q, factors = number_and_factors(term)
    return multiply(num(q), *(f for f in factors if f is not relation))


def _union(a: Expr, b: Expr) -> Expr | None:
    """The relation that holds where one of two does which never hold together."""
    (sign, left, right), (other, first, second) = a.data, b.data
    if sign == other == "<" and (left, right) == (second, first):
        return iverson("!=", left, right)
    if {sign, other} == {"<", "="} and {left, right} == {first, second}:
        smaller = (left, right) if sign == "<" else (first, second)
        return iverson("<=", *smaller)
    return None


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
