"""A sum that was typed stays whole also where the search multiplied it out, as it may with an identity in it: for
‖Z'Z/n − I‖² the gradient is 4 Z (Z'Z/n − I)/n, and not 4 (Z Z'Z/n − Z)/n, which is a symbol shorter.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import add, multiply, negate, num, transpose
from matcalc.algebra.leaves import is_zero
from matcalc.answer.problem import Problem
from matcalc.core.expr import ADD, EYE, Expr
from matcalc.core.parts import chain_factors, number_scalars_matrix
from matcalc.simplification.expand import expanded
from matcalc.simplification.length import cost

_WORTH, _MOST = 3, 4  # symbols that it may cost; terms of a sum


def with_typed_sums(problem: Problem, e: Expr) -> Expr:
    """An answer with a typed sum as a factor, where all of its terms are those of that sum times the same."""
    q, scalars, total = number_scalars_matrix(e)
    if total.kind is not ADD or len(total.args) > _MOST:
        return e
    for typed in problem.as_typed.sums.values():
        for whole in (typed, transpose(typed)) if len(typed.args) == len(total.args) and typed.is_square else ():
            for inner in _products(whole, total):
                found = multiply(num(q), *scalars, inner)
                if cost(found) <= cost(e) + _WORTH and is_zero(expanded(add(inner, negate(total)))):
                    return found
    return e


def _products(whole: Expr, total: Expr) -> Iterator[Expr]:
    """The products with a typed sum in which some term of `total` stands in the place of its identity."""
    for unit in whole.args:
        c, some, one = number_scalars_matrix(unit)
        for term in total.args if one.kind is EYE and not some else ():
            p, own, matrix = number_scalars_matrix(term)
            factors = chain_factors(matrix)
            for k in range(len(factors) + 1):
                before, behind = factors[:k], factors[k:]
                if (before or behind) and (not before or before[-1].shape[1] == whole.shape[0]) \
                        and (not behind or behind[0].shape[0] == whole.shape[1]):
                    yield multiply(num(p / c), *own, *before, whole, *behind)
