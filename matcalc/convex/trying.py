"""A verdict at random midpoints, before it is shown."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from matcalc.algebra import add, multiply, num, trace, transpose
from matcalc.checking.verdicts import Check, Verification, verdict
from matcalc.convex.statements import POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE, Statement
from matcalc.convex.witness import tried
from matcalc.core.expr import Expr
from matcalc.options import Sizes

if TYPE_CHECKING:
    from matcalc.convex.verdict import Convexity

METHOD = "random midpoints, near and far"
TOLERANCE = 1e-6
_HELD = {POSITIVE_DEFINITE: "spd", POSITIVE_SEMIDEFINITE: "psd", "positive": "positive", "nonnegative": "nonnegative"}


def verification(found: Convexity, trials: int, seed: int, sizes: Sizes) -> Verification:
    """Every statement at random midpoints; a witness has been evaluated already."""
    checks: list[Check] = []
    for said in found.statements:
        holding = [(_HELD[c.word], said.about(c.expr)) for c in said.conditions if c.word in _HELD]
        f = _less_square(said)
        if f is None:
            continue
        senses = (1, -1) if said.curvature == "affine" else (1,) if said.curvature == "convex" else (-1,)
        trial = tried(f, said.unknowns, senses, holding, seed, sizes, data=trials)
        if trial.midpoints:
            checks.append(Check(seed, {}, trial.worst))
    ok = 1 if found.statements else 0
    return verdict(checks, tolerance=TOLERANCE, trials=ok, seed=seed, method=METHOD,
                   reason="no two points of its domain were found")


def _less_square(said: Statement) -> Expr | None:
    """The formula, less m‖x‖²/2 where it is said to be strongly convex with m."""
    m = said.strength.constant
    if m is None:
        return said.f
    x = said.unknowns[0]
    half = num(Fraction(-1 if said.curvature == "convex" else 1, 2))
    return add(said.f, multiply(half, said.about(m), trace(multiply(transpose(x), x))))
