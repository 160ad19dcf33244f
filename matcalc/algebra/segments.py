"""Pieces of a product of matrices: nothing cancels in a chain any more, so nothing does in a part of it, nor where two
are joined whose ends are known to stay apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from matcalc.algebra.leaves import ones
from matcalc.core.expr import CHAIN, MATPOW, ONES, Expr, node
from matcalc.core.parts import chain_factors, untransposed
from matcalc.session import SESSION

FAR = 16  # factors that are looked back for an inverse


def segment(e: Expr, start: int, stop: int | None) -> Expr:
    """The factors e[start:stop] of a product of matrices, at least one: they stay as they are in it."""
    factors = chain_factors(e)[start:stop]
    if len(factors) == 1:
        return factors[0]
    shape = (factors[0].shape[0], factors[-1].shape[1])
    if len(factors) == 2 and factors[0].kind is factors[1].kind is ONES:
        return ones(*shape)
    return node(CHAIN, factors, None, shape)


def follows(stack: Sequence[Expr], e: Expr) -> bool:
    """Whether the chain `e` can stand behind the factors of another as it is. An inverse may cancel several factors, so
    with one of those that is not said."""
    if stack and ((stack[-1], e.args[0]) not in SESSION.apart or any(map(is_power, stack[-FAR:]))):
        return False
    return not _has_power(e)


def stay(factors: Sequence[Expr]) -> bool:
    """Whether two or more factors are known to stay as they are beside each other: long products are built over and
    over again from the same neighbours, so this is asked in C."""
    return {*map(SESSION.apart.get, pairwise(factors))} == {False}


@SESSION.cached
def _has_power(e: Expr) -> bool:
    return any(map(is_power, e.args))


def is_power(f: Expr) -> bool:
    """Whether `f` is a whole power of a matrix, or the transpose of one."""
    return untransposed(f).kind is MATPOW
