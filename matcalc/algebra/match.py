"""Matching a pattern of a rule against an expression, modulo the order of commuting factors and terms.

A pattern is an expression in the parameters of a rule. A parameter binds any expression of fitting shape; in a chain
the parameters share out the factors, in a product of a scalar and a matrix the scalar takes all that stands in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from matcalc.algebra.atoms import ONE
from matcalc.algebra.sums import scaled
from matcalc.algebra.support import is_diagonal, is_lower, is_upper
from matcalc.core.dims import Dim, Poly, names, substitute
from matcalc.core.expr import ADD, CHAIN, DIM, HAD, MUL, NUM, VAR, Expr, node
from matcalc.limits import spend

Dims = Mapping[str, Dim]
_COMMUTING = (ADD, HAD, MUL)


@dataclass(frozen=True, slots=True)
class Binding:
    """What the parameters and the dimension names of a pattern stand for."""

    exprs: Mapping[Expr, Expr]
    dims: Dims


def unify(pattern: Dim, dim: Dim, dims: Dims) -> Dims | None:
    """Extend `dims` so that `pattern` means `dim`. Only plain names are bound; a polynomial of names that are not all
    bound yet is taken on trust until `fits` looks again."""
    if isinstance(pattern, Poly) and len(pattern.terms) == 1 and pattern.terms[0][1] == 1:
        monomial = pattern.terms[0][0]
        if len(monomial) == 1:
            if monomial[0] in dims:
                return dims if dims[monomial[0]] == dim else None
            return {**dims, monomial[0]: dim}
    if isinstance(pattern, Poly) and not names(pattern) <= dims.keys():
        return dims
    return dims if substitute(pattern, dims) == dim else None


def fits(binding: Binding) -> bool:
    """Whether every parameter is bound to an expression of its shape, now that all dimensions are known."""
    return all(unify_shape(param, e, binding.dims) is binding.dims for param, e in binding.exprs.items())


def unify_shape(pattern: Expr, e: Expr, dims: Dims) -> Dims | None:
    rows = unify(pattern.shape[0], e.shape[0], dims)
    return None if rows is None else unify(pattern.shape[1], e.shape[1], rows)


def matches(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    """Every way in which `pattern` can be read as `e`."""
    spend()
    if pattern.kind is VAR:
        yield from _bind(pattern, e, binding)
    elif pattern.kind is DIM and e.kind in (DIM, NUM):
        dims = unify(pattern.data, e.data if e.kind is DIM else int(e.data), binding.dims)
        if dims is not None:
            yield Binding(binding.exprs, dims)
    elif pattern.kind is MUL and len(pattern.args) == 2 and pattern.args[0].kind is VAR and pattern.data == 1:
        yield from _scalar_in_front(pattern, e, binding)
    elif pattern.kind != e.kind or pattern.data != e.data:
        return
    elif not pattern.args:
        dims = unify_shape(pattern, e, binding.dims)
        if dims is not None:
            yield Binding(binding.exprs, dims)
    elif pattern.kind is CHAIN:
        yield from _segments(pattern.args, e.args, binding)
    elif len(pattern.args) == len(e.args):
        orders = permutations(e.args) if pattern.kind in _COMMUTING else (e.args,)
        for args in orders:
            yield from _each(pattern.args, args, binding)


def _bind(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    if pattern in binding.exprs:
        if binding.exprs[pattern] is e:
            yield binding
        return
    dims = unify_shape(pattern, e, binding.dims)
    if dims is not None and all(_HOLDS[word](e) for word in pattern.data.props & _HOLDS.keys()):
        yield Binding({**binding.exprs, pattern: e}, dims)


_HOLDS = {"lower": is_lower, "upper": is_upper, "diag": is_diagonal}
MATCHED = frozenset(_HOLDS)  # what a law may declare of a variable


def _each(patterns: Sequence[Expr], args: Sequence[Expr], binding: Binding) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for first in matches(patterns[0], args[0], binding):
        yield from _each(patterns[1:], args[1:], first)


def _scalar_in_front(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    """c·X against coefficient · scalars · matrix: c takes everything scalar."""
    if e.kind is not MUL or e.is_scalar:
        return
    scalars = e.args[:-1]
    product = scalars[0] if len(scalars) == 1 else node(MUL, scalars, Fraction(1), (1, 1)) if scalars else ONE
    front = scaled(product, e.data)
    yield from _each(pattern.args, (front, e.args[-1]), binding)


def _segments(patterns: Sequence[Expr], factors: Sequence[Expr], binding: Binding) -> Iterator[Binding]:
    """Share out the factors of a chain among the patterns, at least one for each."""
    if len(patterns) == 1:
        yield from matches(patterns[0], _product(factors), binding)
        return
    longest = len(factors) - len(patterns) + 1 if patterns[0].kind is VAR else 1
    for count in range(1, longest + 1):
        if len(factors) - count < len(patterns) - 1:
            return
        for first in matches(patterns[0], _product(factors[:count]), binding):
            yield from _segments(patterns[1:], factors[count:], first)


def _product(factors: Sequence[Expr]) -> Expr:
    if len(factors) == 1:
        return factors[0]
    return node(CHAIN, tuple(factors), None, (factors[0].shape[0], factors[-1].shape[1]))
