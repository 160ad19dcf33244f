"""The derivation of what stays in sums: the differential goes inside, and what stands before dx_k is the derivative.

Of a formula that has a matrix form the first line says which one; then the way is that of matrices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matcalc.algebra.indexed import insight
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.core.expr import ADD, MUL, OVER, Expr, node, whole
from matcalc.core.indices import Index
from matcalc.core.parts import number_and_factors
from matcalc.explanation.calculus_laws import Identity, law
from matcalc.explanation.handwriting import multiple
from matcalc.explanation.moves import Formula, Head, Trace
from matcalc.explanation.reasons import differential_rule

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative
    from matcalc.answer.problem import Problem


def in_matrices(trace: Trace, problem: Problem) -> None:
    """The line that goes from the sums that were typed to the matrices that hold the families."""
    if problem.indexed is not None and problem.indexed.is_lifted:
        typed = problem.lettered(problem.indexed.f)
        trace.add([law("matrix form")], Formula(typed, ("f",)), Formula(problem.f, ("f",)))


def told(trace: Trace, d: Derivative) -> None:
    """The moves of a gradient, a Jacobian or a Hessian of a formula that stays in sums."""
    problem, f = d.problem, d.problem.f
    if d.kind == "hessian":
        assert problem.indexed is not None
        rows, columns = problem.indexed.both()
        slope = _sloped(trace, d, f, rows.whole, rows.member, ("gradient", "0"))
        _read(trace, d, slope, columns.whole, columns.member, ("d", "g"))
        return
    target = problem.indexed.targets[0] if problem.indexed else None
    assert target is not None
    if d.kind == "gradient":
        _sloped(trace, d, f, target.whole, target.member, ("final",))
    else:
        _read(trace, d, f, target.whole, target.member, ("d", "f"))


def _sloped(trace: Trace, d: Derivative, f: Expr, x: Expr, member: tuple[Index, ...], head: Head) -> Expr:
    """df, then what stands before dx_k in it."""
    problem = d.problem
    now = _differential(trace, d, f, x, ("d", "f"))
    free = gradient(f, x, problem.rulebook, member)
    shown = Formula(problem.lettered(free), head)
    trace.add([law("read-off of a member") if member else law("read-off of sums")], now, shown, "read-off")
    closed = problem.closed(free) if head != ("final",) else d.expr
    trace.add([law("regroup")], shown, Formula(problem.lettered(closed), head))
    return closed


def _read(trace: Trace, d: Derivative, f: Expr, x: Expr, member: tuple[Index, ...], left: Head) -> None:
    """df, then the matrix before dx_k in it."""
    problem = d.problem
    now = _differential(trace, d, f, x, left)
    free = matrix_form(differential(f, {x: seed(x)}, problem.rulebook), seed(x), problem.rulebook, target=member)
    shown = Formula(problem.lettered(free), ("final",))
    trace.add([law("read-off of a member") if member else law("read-off of a Jacobian")], now, shown, "read-off")
    trace.add([law("regroup")], shown, Formula(problem.lettered(d.expr), ("final",)))


def _differential(trace: Trace, d: Derivative, f: Expr, x: Expr, head: Head) -> Formula:
    """d goes inside the sums, and then on by the rules of what stands there."""
    problem = d.problem
    trace.begin({x: seed(x)})
    typed = problem.lettered(f)
    outside = Formula(trace.placeholder(typed), head)
    inside = Formula(_inside(trace, typed, x), head)
    trace.add([law("sum over an index")], outside, inside)
    after = Formula(problem.lettered(differential(f, {x: seed(x)}, problem.rulebook)), head)
    trace.add(_rules(f, x, trace) or [law("constant")], inside, after)
    return after


def _inside(trace: Trace, e: Expr, x: Expr) -> Expr:
    """d(e) with the d behind the signs of sums, for the eye."""
    if e.kind is OVER and e.data[0] == "sum":
        return node(OVER, (_inside(trace, e.args[0], x),), e.data, e.shape)
    if e.kind is ADD and any(f.kind is OVER or f.kind is MUL for f in e.args):
        moving = [f for f in e.args if _moves(f, x)]
        parts = tuple(_inside(trace, f, x) for f in moving)
        return parts[0] if len(parts) == 1 else node(ADD, parts, None, e.shape)
    q, factors = number_and_factors(e)
    moving = [f for f in factors if _moves(f, x)]
    if e.kind is MUL and len(moving) == 1 and moving[0].kind is OVER and moving[0].data[0] == "sum":
        still = [f for f in factors if f is not moving[0]]
        return multiple(q, still, _inside(trace, moving[0], x)) if e.is_scalar else trace.placeholder(e)
    return trace.placeholder(e)


def _moves(e: Expr, x: Expr) -> bool:
    return any(whole(leaf) is x for leaf in insight(e).nodes)


def _rules(f: Expr, x: Expr, trace: Trace) -> list[Identity]:
    """The rules of the operations through which `f` depends on the variable, from the outside in."""
    seen = insight(f)
    depends = {leaf for leaf in seen.nodes if whole(leaf) is x}
    for e in seen.nodes:
        if not depends.isdisjoint(seen.operands(e)):
            depends.add(e)
    found: Mapping[Identity, None] = dict.fromkeys(
        _REDUCTIONS[e.data[0]] if e.kind is OVER else differential_rule(e, depends.__contains__, trace.book)
        for e in reversed(seen.nodes) if e.args and e in depends)
    return [identity for identity in found if not identity.plain]


_REDUCTIONS = {"sum": law("sum over an index"), "prod": law("product over an index"), "max": law("extremum"),
               "min": law("extremum")}
