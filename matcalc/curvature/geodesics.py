"""Convex along geodesics: on positive definite matrices with the affine-invariant metric, X^½ exp(t S) X^½.

A symmetric M(X) that is made of X and X⁻¹ by positive linear maps satisfies M(X # Y) ⪯ M(X) # M(Y) for the middle
X # Y of the geodesic. So tr M, a'M a, det M and λ_max(M) are log-convex along it, and log det X is affine.

Source: Sra & Hosseini (2015), Conic geometric optimization on the manifold of positive definite matrices; Wiesel
(2012), Geodesic convexity and covariance estimation; Bhatia (2007), Positive Definite Matrices, 4 and 6.
"""

from __future__ import annotations

from matcalc.algebra import multiply, transpose
from matcalc.algebra.facts import grams, is_symmetric
from matcalc.algebra.make import instantiate
from matcalc.core.expr import ADD, CALL, CHAIN, MATPOW, MUL, OVER, POW, TRACE, TRANSPOSE, Expr
from matcalc.curvature.fields import claims
from matcalc.curvature.proof import Prover

_DISTANCE, _AFFINE = "geodesic-distance", "geodesically-affine"


class Geodesics:
    """What is known along the geodesics of one positive definite unknown."""

    def __init__(self, c: Prover, x: Expr) -> None:
        self.c, self.x = c, x

    def is_convex(self, e: Expr, side: int = 1) -> bool:
        """Whether side·e is certainly convex along geodesics."""
        if not self.c.varies[e]:
            return True
        if e.kind is ADD:
            return all(self.is_convex(term, side) for term in e.args)
        if e.kind is MUL and sum(self.c.varies[f] for f in e.args) == 1:
            inside = next(f for f in e.args if self.c.varies[f])
            signs = [self.c.domain.sign(f) for f in e.args if f is not inside]
            turned = (e.data < 0) != (sum(s < 0 for s in signs) % 2 == 1)
            return 0 not in signs and self.is_convex(inside, -side if turned else side)
        if e.kind is OVER:
            return e.data[0] == "sum" and self.is_convex(e.args[0], side)
        if self._is_affine(e):
            return True
        if side < 0:
            return False
        return self._of_call(e) or self.is_log_convex(e) or self._is_distance(e)

    def is_affine(self, e: Expr) -> bool:
        """Whether it is affine along geodesics."""
        return self.is_convex(e) and self.is_convex(e, -1)

    def _is_affine(self, e: Expr) -> bool:
        """The logarithm of the determinant of X, or of its inverse."""
        stated = e.kind is CALL and any(claim.word == _AFFINE for claim in claims(e.data, "known"))
        return stated and e.args[0] in (self.x, multiply(self.x))

    def _of_call(self, e: Expr) -> bool:
        """A convex increasing function of what is convex, the logarithm of what is log-convex."""
        if e.kind is not CALL or len(e.args) != 1:
            return False
        if e.data is self.c.book.core("log"):
            return self.is_log_convex(e.args[0])
        if any(claim.word == _AFFINE for claim in claims(e.data, "known")):
            return self.is_mean(e.args[0])
        grows = any(m.word == "increasing" and not m.is_operator and not m.conditions
                    for m in claims(e.data, "monotone"))
        bends = any(m.word == "convex" and not m.conditions for m in claims(e.data, "curvature"))
        return e.args[0].is_scalar and grows and bends and self.is_convex(e.args[0])

    def _is_distance(self, e: Expr) -> bool:
        """The squared norm of the logarithm of X, its squared distance from the identity."""
        return any(g.middle is None and len(g.half) == 1 and g.half[0].kind is CALL and g.half[0].args[0] is self.x
                   and any(claim.word == _DISTANCE for claim in claims(g.half[0].data, "known")) for g in grams(e)) \
            or (e.kind is TRACE and e.args[0].kind is MATPOW and e.args[0].data == 2
                and self._is_logarithm(e.args[0].args[0]))

    def _is_logarithm(self, e: Expr) -> bool:
        return e.kind is CALL and e.args[0] is self.x and \
            any(claim.word == _DISTANCE for claim in claims(e.data, "known"))

    def is_log_convex(self, e: Expr) -> bool:
        """Whether the logarithm of a positive number is convex along geodesics."""
        if not self.c.varies[e]:
            return self.c.domain.is_nonnegative(e)
        if e.kind is ADD or (e.kind is OVER and e.data[0] == "sum"):
            return all(map(self.is_log_convex, e.args))
        if e.kind is MUL:
            return e.data > 0 and all(map(self.is_log_convex, e.args))
        if e.kind is POW and not self.c.varies[e.args[1]]:
            return self.c.domain.is_positive(e.args[1]) and self.is_log_convex(e.args[0])
        if e.kind is CALL and "log" in e.data.fields:
            return self.is_convex(instantiate(e.data, "log", e.args))
        if e.kind is CALL and any(m.is_operator and m.word == "increasing" and not m.conditions
                                  for m in claims(e.data, "monotone")) \
                and any(m.word == "convex" for m in claims(e.data, "curvature")):
            return self.is_mean(e.args[0])
        if e.kind is TRACE:
            return self.is_mean(e.args[0]) or self._is_weighted(e)
        return e.kind is CHAIN and e.is_scalar and any(
            g.middle is not None and not any(map(self.c.varies.__getitem__, g.half)) and self.is_mean(g.middle)
            for g in grams(e))

    def _is_weighted(self, e: Expr) -> bool:
        """tr(P M) with a constant semidefinite P."""
        word = e.args[0].args if e.args[0].kind is CHAIN else ()
        cut = [(word[:k], word[k:]) for k in range(1, len(word))]
        turned = [*cut, *((m, p) for p, m in cut)]
        return any(not self.c.varies[multiply(*p)] and self.c.domain.definiteness(multiply(*p)) > 0
                   and self.is_mean(multiply(*m)) for p, m in turned)

    def is_mean(self, m: Expr) -> bool:
        """Whether M(X # Y) ⪯ M(X) # M(Y)."""
        if not self.c.varies[m]:
            return self.c.domain.definiteness(m) > 0
        if m is self.x or (m.kind is MATPOW and m.data == -1 and m.args[0] is self.x):
            return True
        if m.kind is ADD:
            return all(map(self.is_mean, m.args))
        if m.kind is MUL:
            return m.data > 0 and all(self.c.domain.is_nonnegative(f) for f in m.args[:-1]) and self.is_mean(m.args[-1])
        if m.kind in (TRANSPOSE, OVER) and (m.kind is TRANSPOSE or m.data[0] == "sum"):
            return self.is_mean(m.args[0])
        return m.kind is CHAIN and is_symmetric(m) and any(
            g.middle is not None and not any(self.c.varies[f] for f in g.half) and self.is_mean(g.middle)
            and transpose(g.middle) is g.middle for g in grams(m))
