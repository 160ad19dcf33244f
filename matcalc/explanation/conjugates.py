"""The way to a derivative by a complex variable: X and X̄ move by themselves, df = tr(P'dX) + tr(Q'dX̄) is read off."""

from __future__ import annotations

from matcalc.answer.derivative import Derivative
from matcalc.answer.wirtinger import both, pairing
from matcalc.calculus.differential import seed
from matcalc.core.expr import CHAIN, TRACE, Expr, postorder
from matcalc.core.parts import terms
from matcalc.diagnostics import NoRuleError, fail, quoted
from matcalc.explanation.calculus_laws import law
from matcalc.explanation.moves import Formula, Trace
from matcalc.explanation.opening import open_differential

_RULES = {"brandwood": "read-off by a conjugate", "holomorphic": "read-off of a holomorphic function",
          "both": "read-off by both"}
_BOUND_RULES = {"jax": "read-off of the conjugate among structured matrices"}


def _turns(before: Expr, after: Expr) -> bool:
    """Whether a factor stands in another order than before."""
    found = [[e.args for e in postorder(side) if e.kind is CHAIN and e.varies] for side in (before, after)]
    return any(args not in found[0] for args in found[1]) and TRACE in {e.kind for e in postorder(after)}


def told(trace: Trace, d: Derivative, f: Expr) -> None:
    """From d f to ∂f/∂X, ∂f/∂X̄ or both, as the convention of `d` has it; to a Jacobian. Raises NoRuleError for
    a Hessian."""
    x = d.problem.wrt[0]
    if d.kind == "hessian":
        raise fail("M1503", "the steps to a Hessian by complex variables are not told, those to a gradient are",
                   d.problem.source, fixes=(f"matcalc grad {quoted(d.problem.source)} --steps",), error=NoRuleError)
    if d.kind == "jacobian":
        opened = open_differential(trace, f, {x: seed(x)}, ("d", "f"), transposing=False)
        trace.add([law("read-off of a Jacobian")], opened, Formula(d.expr, ("final",)), "read-off")
        return
    f, x = d.problem.settled(f), d.problem.settled(x)
    now = open_differential(trace, f, {x: seed(x)}, ("d", "f"), transposing=False)
    paired = Formula(d.problem.settled(pairing(d.problem, *both(d.problem))), now.head)
    if paired.expr is not now.expr:
        together = [law("collect")] if len(terms(paired.expr)) < len(terms(now.expr)) else []
        trace.add(together + [law("cyclic")] * _turns(now.expr, paired.expr) or [law("trace of a sum")], now, paired)
    rule = _BOUND_RULES.get(d.convention, "read-off among structured matrices") if d.is_bound else \
        _RULES.get(d.convention, "read-off in real coordinates")
    trace.add([law(rule)], paired, Formula(d.expr, ("final",)), "read-off")
