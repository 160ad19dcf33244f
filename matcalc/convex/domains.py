"""Whether the set on which a formula has values is convex, as a convex function needs.

{u > 0} is where u is affine or concave, {X invertible} is not, but the definite matrices are. What a set lacks is a
condition on the unknown: 1/x is convex for x > 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra.demands import demands
from matcalc.algebra.facts import grams
from matcalc.core.expr import CALL, NUM, POW, Expr, postorder
from matcalc.core.function import Demand
from matcalc.curvature.composition import Composition
from matcalc.curvature.domain import STRICT, Domain

OUTSIDE = frozenset({"orthogonal", "unitary", "onehot", "binary", "integer"})  # declared sets that are not convex
_SIGNS = ("positive", "nonnegative")
_OF_INTERVALS = ("between 0 and 1", "between -1 and 1")
_SPECTRAL = ("invertible", "without eigenvalue on the negative real axis")


def is_convex_set(c: Composition, f: Expr, sure: Domain) -> bool:
    """Whether the demands of `f` on the unknown describe a convex set; `sure` knows what is certain without them.

    What would make it one is noted in the domain of `c`.
    """
    found = [_is_convex(c, demand, sure) for e in postorder(f) if c.varies[e] for demand in _demands(c, e)]
    return all(found)  # all of them are asked: what fails notes what it lacks


def _demands(c: Composition, e: Expr) -> Iterator[Demand]:
    """Those of an operation; |x|^p has a value at 0 too where p is not negative."""
    at_zero = e.kind is POW and e.args[1].kind is not NUM and c.domain.is_nonnegative(e.args[1])
    for demand in demands(e):
        yield demand._replace(word="nonnegative") if at_zero and demand.word == "positive" else demand


def _is_everywhere(c: Composition, x: Expr) -> bool:
    """Whether a form a'M a with a constant a and a definite M is positive everywhere or, where a is 0, nowhere."""
    return any(g.middle is not None and not any(c.varies[f] for f in g.half)
               and c.domain.definiteness(g.middle) == STRICT for g in grams(x))


def _is_convex(c: Composition, demand: Demand, sure: Domain) -> bool:
    x, word = demand.expr, demand.word
    if not c.varies[x]:
        return True
    if word in _SIGNS and x.kind is CALL and "root" in x.data.fields and x.args[0].is_square:  # det(X) > 0
        return bool(sure.has(x, word)) or c.domain.fits(x.args[0], "spd")
    if word in _SIGNS:
        return bool(_is_everywhere(c, x) or sure.has(x, word) or c.affine[x] or c.prove(x, -1) is not None)
    if word == "nonzero":
        return abs(c.domain.sign(x)) == STRICT or c.domain.is_positive(x)
    if word in _SPECTRAL:
        return abs(c.domain.definiteness(x)) == STRICT or c.domain.fits(x, "spd")
    if word in ("sym", "spd", "psd"):
        return c.domain.fits(x, word)
    return word in _OF_INTERVALS and c.affine[x]
