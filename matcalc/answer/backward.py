"""Derivatives as reverse mode gives them, before anything is multiplied out or drawn together: another way to compute
what an answer says. A closed form is short to read; where all of x flows through one node, as in a layer norm, the
chain rule through that node is shorter to compute, and rounds less. A program takes the way that costs less.
"""

from __future__ import annotations

from matcalc.answer.problem import Problem
from matcalc.calculus.adjoint import gradient as reverse
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.core.expr import Expr
from matcalc.stability.stable import stable

_STRUCTURES = frozenset({"sym", "spd", "psd", "skew", "lower", "upper", "diag", "orthogonal"})


def gradient(problem: Problem, x: Expr) -> list[Expr]:
    """The gradient by `x`; none where the structure of x or an index asks for more than the chain rule."""
    if problem.is_summed or not problem.f.is_scalar or x.data.axes or not _STRUCTURES.isdisjoint(x.data.props):
        return []
    return [reverse(stable(problem.f, problem.rulebook), x, problem.rulebook)]


def product(problem: Problem, x: Expr, v: Expr) -> list[Expr]:
    """The Hessian applied to `v`: the differential of the gradient along v."""
    return [differential(stable(g, problem.rulebook), {x: v}, problem.rulebook) for g in gradient(problem, x)]


def hessian(problem: Problem, x: Expr) -> list[Expr]:
    """The Hessian by a vector."""
    if x.shape[1] != 1 or len(problem.wrt) > 1:
        return []
    return [matrix_form(d, seed(x), problem.rulebook) for d in product(problem, x, seed(x))]
