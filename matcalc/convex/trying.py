"""A verdict at random midpoints, before it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.algebra import add, adjoint, multiply, num, trace
from matcalc.checking.verdicts import Check, Verification, verdict
from matcalc.convex.proved import POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE, Statement
from matcalc.convex.witness import tried
from matcalc.core.expr import Expr
from matcalc.curvature.fields import Sense
from matcalc.options import Sizes

METHOD = "random midpoints, near and far"
TOLERANCE = 1e-6
SENSES: dict[str, tuple[Sense, ...]] = {"convex": (1,), "concave": (-1,), "affine": (1, -1)}
_HELD = {POSITIVE_DEFINITE: "spd", POSITIVE_SEMIDEFINITE: "psd", "positive": "positive", "nonnegative": "nonnegative"}


def verification(statements: Sequence[Statement], trials: int, seed: int, sizes: Sizes) -> Verification:
    """Every statement at random midpoints; a witness has been evaluated already."""
    checks: list[Check] = []
    for said in statements:
        holding = [(_HELD[c.word], said.about(c.expr)) for c in said.conditions if c.word in _HELD]
        f = _less_square(said)
        trial = tried(f, said.unknowns, SENSES[said.curvature], holding, seed, sizes, data=trials)
        if trial.midpoints:
            checks.append(Check(seed, {}, trial.worst))
    return verdict(checks, tolerance=TOLERANCE, trials=min(1, len(statements)), seed=seed, method=METHOD,
                   reason="no two points of its domain were found")


def _less_square(said: Statement) -> Expr:
    """The formula, less m‖x‖²/2 where it is said to be strongly convex with m."""
    m = said.strength.constant
    if m is None:
        return said.f
    x = said.unknowns[0]
    half = num(Fraction(-1 if said.curvature == "convex" else 1, 2))
    return add(said.f, multiply(half, said.about(m), trace(multiply(adjoint(x), x))))
