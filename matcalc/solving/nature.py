"""What a stationary point is: read off the second differential q(D) = ⟨D, outer(L[D])⟩ term by term.

The gradient along the way from the solution X* to X is ⟨D, G⟩ = q(D) with D = X − X*. So where q is nowhere negative,
f rises on every straight way from X*, and X* is a minimum of all, not only of those near by. `curvature.forms` tells
the signs of the terms; what is unknown is the sign of a number or of a symmetric matrix,
which then is said as a condition. What is then stated of a solution can be tried at data (`trial`).

Source: Boyd & Vandenberghe (2004) 3.1.3 and 4.2.3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from matcalc.algebra import substitute
from matcalc.algebra.facts import is_nonnegative, is_semidefinite
from matcalc.calculus.regularity import Condition
from matcalc.core.expr import VAR, Expr, node, postorder
from matcalc.core.parts import terms
from matcalc.curvature.domain import Domain
from matcalc.curvature.forms import sign_of, summands
from matcalc.records import NamedTuple

POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE = "is positive definite", "is positive semidefinite"
COLUMN_RANK, ROW_RANK = "has full column rank", "has full row rank"
_DEFINITE = {"sym": "spd", "hermitian": "hpd"}
Kind = Literal["minimum", "maximum", "saddle", "depends", "solution"]
Freedom = Literal["", "sign", "phase", "ray", "scale", "turn"]
"""What is as good as x: nothing, −x, e^{it} x, positive multiples, all multiples other than 0, X Q with Q'Q = I."""


class Nature(NamedTuple):
    """The kind of a point, and what has to hold of data for it; `assumed` are the leaves with those properties."""

    kind: Kind
    conditions: tuple[Condition, ...] = ()
    assumed: Mapping[Expr, Expr] = {}


class Stated(NamedTuple):
    """What is tried: `zero` are 0 where each of the `unknowns` is its value; at a `kind` no step along `bound` = 0 is
    better for `f`. Where the constraints are not linear, `onto` brings a point near by to where they hold."""

    unknowns: Mapping[Expr, Expr]
    zero: Sequence[Expr]
    conditions: Sequence[Condition]
    kind: Kind
    f: Expr | None = None
    bound: Sequence[Expr] = ()
    onto: Expr | None = None


def nature(q: Expr, *constant: Expr) -> Nature:
    """What the number `q`, quadratic in a direction, says of the point; of the unknown and the direction, which are
    `constant`, nothing is assumed."""
    whole = [sign_of(term, Domain()) for term in terms(q)]
    if 0 not in whole and len(set(whole)) == 1:  # a square of a sum is one before it is multiplied out
        return _agreed(whole, {})
    found_terms = list(summands(q))
    signs = [sign_of(term, Domain()) for term in found_terms]
    if 0 not in signs:
        return _agreed(signs, {})
    open_terms = [term for term, sign in zip(found_terms, signs, strict=True) if not sign]
    assumed = _assumptions(open_terms, constant)
    found = _agreed([sign_of(substitute(term, assumed), Domain()) for term in found_terms], assumed)
    is_open = len(open_terms) == len(signs) and len(assumed) == 1  # then the other sign is as good
    return Nature("depends") if is_open else found


def _agreed(signs: Iterable[int], assumed: Mapping[Expr, Expr]) -> Nature:
    found = set(signs)
    if len(found) > 1 or 0 in found:
        return Nature("depends")
    conditions = tuple(Condition("positive" if x.is_scalar else POSITIVE_DEFINITE, x) for x in assumed)
    return Nature("minimum" if 1 in found else "maximum", conditions, assumed)


def _assumptions(open_terms: Iterable[Expr], constant: Collection[Expr]) -> dict[Expr, Expr]:
    """Numbers taken as positive, and symmetric or Hermitian matrices as positive definite, that make those terms Gram
    forms."""
    leaves = dict.fromkeys(e for term in open_terms for e in postorder(term) if e.kind is VAR and e not in constant)
    free = [x for x in leaves if (not is_nonnegative(x) and not x.complex and not x.data.props & {"integer"}
                                  if x.is_scalar else
                                  not is_semidefinite(x) and not x.data.props.isdisjoint(_DEFINITE))]
    return {x: with_property(x, "positive" if x.is_scalar else _definite(x)) for x in free}


def _definite(x: Expr) -> str:
    return next(definite for word, definite in _DEFINITE.items() if word in x.data.props)


def with_property(x: Expr, word: str) -> Expr:
    """The variable with one more declared property."""
    return node(VAR, (), x.data._replace(props=x.data.props | {word}), x.shape)
