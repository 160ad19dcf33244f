"""What else is known of a formula: log-concave, quasiconvex, self-concordant. Where nothing is known nothing is said.

Source: Boyd & Vandenberghe (2004) 3.4, 3.5, 9.6.
"""

from __future__ import annotations

from matcalc.algebra.facts import grams
from matcalc.core.expr import ADD, CALL, CHAIN, MUL, ONES, POW, Expr
from matcalc.core.parts import base_and_exponent, number_and_factors, untransposed
from matcalc.curvature.composed import holds
from matcalc.curvature.fields import Sense, claims
from matcalc.curvature.logs import log_curved
from matcalc.curvature.proof import Prover

_BARRIER = "self-concordant"


def beside(c: Prover, f: Expr, is_convex: bool, is_concave: bool) -> list[str]:
    """The words that hold, those left out that the verdict implies."""
    if c.affine[f]:
        return []
    found = []
    if log_curved(c, f, 1) is not None:
        found.append("log-convex")
    if c.domain.is_positive(f) and not is_concave and log_curved(c, f, -1) is not None:
        found.append("log-concave")
    if not is_convex and not is_concave:
        upper, lower = is_quasi(c, f, 1), is_quasi(c, f, -1)
        found += ["quasilinear"] if upper and lower else ["quasiconvex"] if upper else []
        found += ["quasiconcave"] if lower and not upper and "log-concave" not in found else []
    if is_convex and is_self_concordant(c, f):
        found.append(_BARRIER)
    return found


def is_quasi(c: Prover, e: Expr, sense: Sense) -> bool:
    """Whether it is quasiconvex (1), or quasiconcave: a monotone function of what is convex, or a quotient."""
    other: Sense = -1 if sense > 0 else 1
    if not c.varies[e] or c.affine[e] or c.prove(e, sense) is not None:
        return True
    if e.kind is MUL:
        moved = [f for f in e.args if c.varies[f]]
        signs = [c.domain.sign(f) for f in e.args if not c.varies[f]]
        turned = (e.data < 0) != (sum(s < 0 for s in signs) % 2 == 1)
        goal = other if turned else sense
        if 0 in signs:
            return False
        return is_quasi(c, moved[0], goal) if len(moved) == 1 else _is_quotient(c, moved, goal)
    if e.kind is POW and not c.varies[e.args[1]] and c.domain.is_nonnegative(e.args[0]):
        sign = c.domain.sign(e.args[1])
        return bool(sign) and is_quasi(c, e.args[0], sense if sign > 0 else other)
    if e.kind is CALL:
        if any(k.word in ("quasiconvex" if sense > 0 else "quasiconcave", "quasilinear") and holds(c, e, k)
               for k in claims(e.data, "known")) and all(c.affine[arg] for arg in e.args):
            return True
        return len(e.args) == 1 and e.args[0].is_scalar and any(
            holds(c, e, m) and is_quasi(c, e.args[0], sense if m.sense > 0 else other)
            for m in claims(e.data, "monotone"))
    return sense < 0 and c.domain.is_positive(e) and log_curved(c, e, -1) is not None


def _is_quotient(c: Prover, moved: list[Expr], sense: Sense) -> bool:
    """u/v with a positive v: {u ≤ t v} is convex for a convex nonnegative u and a concave v, or where both are affine;
    a product of log-concave functions."""
    if sense < 0 and all(c.domain.is_positive(f) and log_curved(c, f, -1) is not None for f in moved):
        return True
    if len(moved) != 2:
        return False
    for u, below in (moved, moved[::-1]):
        v, q = base_and_exponent(below)
        if q != -1 or not c.domain.is_positive(v):
            continue
        if c.affine[u] and c.affine[v]:
            return True
        if c.domain.is_nonnegative(u) and c.prove(u, sense) and c.prove(v, -1 if sense > 0 else 1):
            return True
    return False


def is_self_concordant(c: Prover, e: Expr) -> bool:
    """Whether it is a sum of barriers of affine maps with factors of 1 or more, and of convex quadratic terms."""
    if c.affine[e]:
        return True
    if e.kind is ADD:
        return all(is_self_concordant(c, term) for term in e.args)
    number, factors = number_and_factors(e)
    if len(factors) != 1:
        return False
    x = factors[0]
    if any((g.middle is None or not c.varies[g.middle]) and all(not c.varies[f] or c.affine[f] for f in g.half)
           for g in grams(x)) and x.is_scalar:
        return number > 0
    if x.kind is CHAIN and sum(c.varies[f] for f in x.args) == 1:  # a sum of entries
        ones = [f for f in x.args if not c.varies[f]]
        x = next(f for f in x.args if c.varies[f])
        if not all(untransposed(f).kind is ONES for f in ones):
            return False
    return abs(number) >= 1 and x.kind is CALL and c.affine[x.args[0]] and any(
        k.word == _BARRIER and holds(c, x, k) for k in claims(x.data, "known"))
