"""Identities that are not seen: A ⊗ B − I ⊗ B − A ⊗ I + I is (A − I) ⊗ (B − I), as I = I ⊗ I, and A S + B − C with
S = B − C is (A + I) S.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from matcalc.algebra import add, apply, eye, multiply, num, transpose
from matcalc.algebra.addition import coefficient, scaled
from matcalc.algebra.application import linear_params
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, Expr, node
from matcalc.core.parts import number_scalars_matrix, untransposed
from matcalc.simplification.common import factored, sum_of

_BOTH = [0, 1]
_MOST = 12  # terms of a sum in which another one is looked for


def with_identities(e: Expr) -> Expr:
    """A sum with its common factors taken out, an identity being a value of the function that others are values of; `e`
    where there is no such value."""
    for i, term in enumerate(e.args):
        q, scalars, matrix = number_scalars_matrix(term)
        for call in (number_scalars_matrix(other)[2] for other in e.args) if matrix.kind is EYE else ():
            if call.kind is CALL and len(call.args) == len(_BOTH) and linear_params(call.data) == _BOTH \
                    and all(arg.is_square for arg in call.args):
                units = tuple(eye(arg.shape[0]) for arg in call.args)
                if apply(call.data, *units) is matrix:
                    whole = multiply(num(q), *scalars, node(CALL, units, call.data, matrix.shape))
                    return factored(sum_of((*e.args[:i], whole, *e.args[i + 1:])))
    return e


def with_whole_sums(e: Expr) -> Iterator[Expr]:
    """A sum in which the terms of a factor S of another term stand, with that factor taken out of all of them."""
    for i, term in enumerate(e.args if len(e.args) <= _MOST else ()):
        q, scalars, matrix = number_scalars_matrix(term)
        others = (*e.args[:i], *e.args[i + 1:])
        for left, whole, right in _sums(matrix):
            for r in _multiples(whole.args, others):
                rest = [other for other in others if other not in {scaled(part, r) for part in whole.args}]
                unit = scaled(eye(whole.shape[1 if right else 0]), r)
                inner = add(multiply(num(q), *scalars, *left, *right), unit)
                found = add(multiply(whole, inner) if right else multiply(inner, whole), *rest)
                if not e.is_square or transpose(e) is not e or transpose(found) is found:  # what is symmetric is seen
                    yield found


def _sums(matrix: Expr) -> Iterator[tuple[tuple[Expr, ...], Expr, tuple[Expr, ...]]]:
    """The sum at an end of a product, between the factors before and behind it."""
    if matrix.kind is CHAIN:
        *left, last = matrix.args
        first, *right = matrix.args
        if untransposed(last).kind is ADD:
            yield tuple(left), _spelled(last), ()
        if untransposed(first).kind is ADD:
            yield (), _spelled(first), tuple(right)


def _spelled(e: Expr) -> Expr:
    """(A + B)' as A' + B'."""
    return e if e.kind is ADD else add(*map(transpose, untransposed(e).args))


def _multiples(wanted: tuple[Expr, ...], among: tuple[Expr, ...]) -> Iterator[Fraction]:
    """By which number all terms of a sum are multiplied among others."""
    q, first = coefficient(wanted[0])
    found = next((coefficient(other)[0] / q for other in among if coefficient(other)[1] is first), None)
    if found is not None and {scaled(part, found) for part in wanted} <= {*among}:
        yield found
