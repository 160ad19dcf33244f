"""What a stationary point is: read off the second differential q(D) = ⟨D, outer(L[D])⟩ term by term.

The gradient along the way from the solution X* to X is ⟨D, G⟩ = q(D) with D = X − X*. So where q is nowhere negative,
f rises on every straight way from X*, and X* is a minimum of all, not only of those near by. A term is a Gram form, or
the trace of a product of two semidefinite matrices; what is unknown is the sign of a number or of a symmetric matrix,
which then is said as a condition.

Source: Boyd & Vandenberghe (2004) 3.1.3 and 4.2.3; Horn & Johnson (2013) 7.1, 7.5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product
from typing import Literal

from matcalc.algebra import multiply, negate, num, substitute, trace, transpose
from matcalc.algebra.facts import is_nonnegative, is_semidefinite, is_symmetric
from matcalc.calculus.regularity import Condition
from matcalc.core.expr import ADD, CHAIN, MUL, NUM, TRACE, VAR, Expr, node, postorder
from matcalc.core.parts import number_and_factors, terms
from matcalc.records import NamedTuple
from matcalc.simplification.expand import expanded

POSITIVE_DEFINITE = "is positive definite"
Kind = Literal["minimum", "maximum", "saddle", "depends", "solution"]
Freedom = Literal["", "sign", "scale", "turn"]  # what is as good: nothing, −x, every multiple of x, X Q with Q'Q = I


class Nature(NamedTuple):
    """The kind of a point, and what has to hold of data for it; `assumed` are the leaves with those properties."""

    kind: Kind
    conditions: tuple[Condition, ...] = ()
    assumed: Mapping[Expr, Expr] = {}


def nature(q: Expr, *constant: Expr) -> Nature:
    """What the number `q`, quadratic in a direction, says of the point; of the unknown and the direction, which are
    `constant`, nothing is assumed."""
    whole = [_sign(term) for term in terms(q)]
    if 0 not in whole and len(set(whole)) == 1:  # a square of a sum is one before it is multiplied out
        return _agreed(whole, {})
    summands = list(_summands(q))
    signs = [_sign(term) for term in summands]
    if 0 not in signs:
        return _agreed(signs, {})
    open_terms = [term for term, sign in zip(summands, signs, strict=True) if not sign]
    assumed = _assumptions(open_terms, constant)
    found = _agreed([_sign(substitute(term, assumed)) for term in summands], assumed)
    is_open = len(open_terms) == len(signs) and len(assumed) == 1  # then the other sign is as good
    return Nature("depends") if is_open else found


def _summands(e: Expr) -> Iterator[Expr]:
    """The terms of a number when all products are multiplied out, those below traces too."""
    e = expanded(e)
    if e.kind is ADD:
        for term in e.args:
            yield from _summands(term)
    elif e.kind is TRACE:
        whole = expanded(e.args[0])
        yield from map(trace, terms(whole)) if whole.kind is ADD else (e,)
    elif e.kind is MUL:
        for factors in product(*map(_summands, e.args)):
            yield multiply(num(e.data), *factors)
    else:
        yield e


def _agreed(signs: Iterable[int], assumed: Mapping[Expr, Expr]) -> Nature:
    found = set(signs)
    if len(found) > 1 or 0 in found:
        return Nature("depends")
    conditions = tuple(Condition("positive" if x.is_scalar else POSITIVE_DEFINITE, x) for x in assumed)
    return Nature("minimum" if 1 in found else "maximum", conditions, assumed)


def _assumptions(open_terms: Iterable[Expr], constant: Collection[Expr]) -> dict[Expr, Expr]:
    """Numbers taken as positive, and symmetric matrices as positive definite, that make those terms Gram forms."""
    leaves = dict.fromkeys(e for term in open_terms for e in postorder(term) if e.kind is VAR and e not in constant)
    free = [x for x in leaves if (x.is_scalar and not is_nonnegative(x) and not x.data.props & {"integer"})
            or (not x.is_scalar and is_symmetric(x) and not is_semidefinite(x) and "sym" in x.data.props)]
    return {x: with_property(x, "positive" if x.is_scalar else "spd") for x in free}


def with_property(x: Expr, word: str) -> Expr:
    """The variable with one more declared property."""
    return node(VAR, (), x.data._replace(props=x.data.props | {word}), x.shape)


def _sign(term: Expr) -> int:
    """1 where the number is nowhere negative, −1 where it is nowhere positive, 0 where nobody knows."""
    return 1 if _is_nowhere_negative(term) else -1 if _is_nowhere_negative(negate(term)) else 0


def _is_nowhere_negative(term: Expr) -> bool:
    if is_nonnegative(term):
        return True
    number, factors = number_and_factors(term)
    if term.kind in (MUL, NUM) and number > 0:
        return all(map(_is_nowhere_negative, factors))
    return number > 0 and term.kind is TRACE and term.args[0].kind is CHAIN and _is_of_two(term.args[0].args)


def _is_of_two(word: tuple[Expr, ...]) -> bool:
    """Whether tr(M) of the product M is tr(P Q) with semidefinite P and Q, which is tr(√P Q √P)."""
    turned = [(*word[k:], *word[:k]) for k in range(len(word))]
    return any(_is_semidefinite(w[:k]) and _is_semidefinite(w[k:]) for w in turned for k in range(1, len(w)))


def _is_semidefinite(word: tuple[Expr, ...]) -> bool:
    whole = multiply(*word)
    return whole.is_square and transpose(whole) is whole and is_semidefinite(whole)
