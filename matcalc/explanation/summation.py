"""The derivation of a formula with sums over indices: d goes inside the sums and on by the rules of what stands there,
one kind of operation a line, and what stands before dx_k is the derivative.

Where the formula has a matrix form the last line goes over to it. What no line can open inside a sum, products and
extrema over an index, is differentiated at once, or told in matrices where these are the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from matcalc.algebra.indexed import insight, moved
from matcalc.answer.summed import in_letters, in_output
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.core.expr import ADD, MUL, OVER, VAR, Expr, node, postorder, whole
from matcalc.core.indices import Index
from matcalc.core.parts import number_and_factors
from matcalc.explanation.calculus_laws import Identity, law
from matcalc.explanation.closing import closing_rules
from matcalc.explanation.handwriting import again, multiple
from matcalc.explanation.moves import Formula, Head, Trace
from matcalc.explanation.opening import open_differential
from matcalc.explanation.pairing import TURNS
from matcalc.explanation.reasons import differential_rule

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative
    from matcalc.answer.problem import Problem
    from matcalc.answer.stacks import Indexed

_LARGEST = 400  # nodes of a formula that is told operation by operation


def in_matrices(trace: Trace, problem: Problem) -> None:
    """The line that goes from the sums that were typed to the matrices that hold the families."""
    if problem.indexed is not None and problem.indexed.is_lifted:
        typed = problem.lettered(problem.indexed.f)
        trace.add([law("matrix form")], Formula(typed, ("f",)), Formula(problem.f, ("f",)))


def told_in_letters(trace: Trace, d: Derivative) -> bool:
    """The moves of a derivative in the sums that were typed, and on to its matrix form; whether it can be told so."""
    problem, asked = d.problem.in_sums, d.problem.indexed
    if asked is None or not asked.is_lifted or d.layout != "gradient" or d.vec != "col" \
            or any(x.data.props - _PLAIN for x in d.problem.wrt):
        return False
    told_so = _TOLD[d.kind](trace, problem, asked) if d.kind in _TOLD else None
    if told_so is None:
        trace.moves.clear()
        return False
    said = in_letters(d.problem, d.kind, "free")
    closed = Formula(problem.lettered(said), told_so.head)
    trace.add(closing_rules(told_so.expr, closed.expr, trace.book), told_so, closed)
    if d.kind == "jacobian" and (named := in_output(d.problem, said)) is not said:
        trace.add([law("names")], trace.moves[-1].after, Formula(problem.lettered(named), told_so.head), "rows")
    trace.add([law("matrix form")], trace.moves[-1].after, Formula(d.expr, ("final",)), "rows")
    return True


def _gradient_in_letters(trace: Trace, problem: Problem, asked: Indexed) -> Formula | None:
    return None if asked.output else _slope_in_letters(trace, problem, asked, ("member",))


def _slope_in_letters(trace: Trace, problem: Problem, asked: Indexed, head: Head) -> Formula | None:
    target, f = asked.targets[0], _start(trace, problem)
    now = _opened(trace, problem, f, target.whole, ("d", "f"))
    if now is None:
        return None
    shown = Formula(problem.lettered(gradient(f, target.whole, problem.rulebook, target.member)), head)
    trace.add([_read_off(target.member)], now, shown, "read-off")
    return shown


def _jacobian_in_letters(trace: Trace, problem: Problem, asked: Indexed, f: Expr | None = None,
                         left: Head = ("d", "output")) -> Formula | None:
    f, target = f or problem.f, asked.both()[-1] if f else asked.targets[0]
    now = _opened(trace, problem, f, target.whole, left)
    if now is None:
        return None
    linear = differential(f, {target.whole: seed(target.whole)}, problem.rulebook)
    found = matrix_form(linear, seed(target.whole), problem.rulebook, target=target.member)
    shown = Formula(problem.lettered(found), ("member",))
    trace.add([law("read-off of a member" if target.member else "read-off of a Jacobian")], now, shown, "read-off")
    return shown


def _hessian_in_letters(trace: Trace, problem: Problem, asked: Indexed) -> Formula | None:
    """By a variable that is no family: the gradient, and the Jacobian of that."""
    rows, columns = asked.both()
    if rows.member or columns.member or len(asked.targets) > 1 or asked.output:
        return None
    shown = _slope_in_letters(trace, problem, asked, ("gradient", "0"))
    if shown is None:
        return None
    slope = problem.closed(gradient(problem.closed(problem.f), rows.whole, problem.rulebook))
    after = Formula(problem.lettered(slope), shown.head)
    trace.add(closing_rules(shown.expr, after.expr, trace.book), shown, after)
    return _jacobian_in_letters(trace, problem, asked, slope, ("d", "g"))


_TOLD: dict[str, Callable[[Trace, Problem, Indexed], Formula | None]] = {
    "gradient": _gradient_in_letters, "jacobian": _jacobian_in_letters, "hessian": _hessian_in_letters}
_PLAIN = frozenset({"positive", "free"})  # what may be declared of a variable without a structure


def _start(trace: Trace, problem: Problem) -> Expr:
    """The closed form of what was typed, where functions are recognised in it."""
    f = problem.closed(problem.f)
    before, after = (Formula(problem.lettered(e), ("f",)) for e in (problem.f, f))
    rules = closing_rules(before.expr, after.expr, trace.book)
    if any(rule.name in _FORMS for rule in rules):
        return problem.f
    trace.add(rules, before, after)
    return f


_FORMS = frozenset(law(name).name for name in (
    "update", "denominator", "common factor", "order of terms", "order of scalars", "powers of scalars", "multiply out",
    "regroup", "trace of a sum"))


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
    now = _opened(trace, problem, f, x, ("d", "f")) or _differential(trace, d, f, x, ("d", "f"))
    free = gradient(f, x, problem.rulebook, member)
    shown = Formula(problem.lettered(free), head)
    trace.add([_read_off(member)], now, shown, "read-off")
    closed = problem.closed(free) if head != ("final",) else d.expr
    trace.add([law("regroup")], shown, Formula(problem.lettered(closed), head))
    return closed


def _read_off(member: tuple[Index, ...]) -> Identity:
    return law("read-off of a member" if member else "read-off of sums")


def _read(trace: Trace, d: Derivative, f: Expr, x: Expr, member: tuple[Index, ...], left: Head) -> None:
    """df, then the matrix before dx_k in it."""
    problem = d.problem
    now = _opened(trace, problem, f, x, left) or _differential(trace, d, f, x, left)
    free = matrix_form(differential(f, {x: seed(x)}, problem.rulebook), seed(x), problem.rulebook, target=member)
    shown = Formula(problem.lettered(free), ("final",))
    trace.add([law("read-off of a member") if member else law("read-off of a Jacobian")], now, shown, "read-off")
    trace.add([law("regroup")], shown, Formula(problem.lettered(d.expr), ("final",)))


def _opened(trace: Trace, problem: Problem, f: Expr, x: Expr, head: Head) -> Formula | None:
    """df with every operation opened in a line of its own, each differential at the end of its term; None where a
    product or an extremum over an index depends on x."""
    typed = problem.lettered(f)
    parts = postorder(typed)
    if len(parts) > _LARGEST or any(e.kind is OVER and e.data[0] not in _SUMS and _moves(e, x) for e in parts):
        return None
    seeds = {leaf: moved(leaf) for leaf in parts if leaf.kind is VAR and whole(leaf) is x}
    if not seeds:
        return None
    now = open_differential(trace, typed, seeds, head, transposing=False)
    for turning, name in TURNS:
        after = Formula(_within_sums(now.expr, turning), head)
        if after.expr is not now.expr:
            trace.add([law(name(now.expr))], now, after)
            now = after
    return now


_SUMS = ("sum", "apart sum")


def _within_sums(e: Expr, turning: Callable[[Expr], Expr]) -> Expr:
    """`e` with its terms turned, those below sums over an index as well."""
    q, parts = number_and_factors(e)
    if e.kind is ADD:
        return again(e, [_within_sums(term, turning) for term in e.args])
    if e.kind is OVER:
        return again(e, [_within_sums(e.args[0], turning)])
    if e.kind is MUL and parts[-1].kind is OVER and not any(f.varies for f in parts[:-1]):
        return multiple(q, parts[:-1], _within_sums(parts[-1], turning))
    return turning(e)


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
