"""From the differential to the derivative: the way of each kind of answer, told with the engine's own operations.

gradient: differential, trace tricks, read-off, closed form. Jacobian: differential, the matrix of each term, read-off.
Hessian: the gradient, then its Jacobian. Whatever is declared of the variables, and the layout, enter at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from matcalc.algebra import tangent, transpose
from matcalc.calculus.differential import local_differential
from matcalc.calculus.structure import structure_of
from matcalc.core.expr import BLOCK, TANGENT, VAR, Expr, node, postorder
from matcalc.core.function import Function
from matcalc.explanation.identities import called, leaves, of_body
from matcalc.explanation.laws import law
from matcalc.explanation.linear import closing_rules, differentiated, gradient_of, jacobian_of
from matcalc.explanation.trace import Formula, Head, Trace
from matcalc.rulebook.book import Rulebook

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative


def trace_of(d: Derivative) -> Trace:
    """The moves from the input to the formula of `d`."""
    trace = Trace(book=d.problem.rulebook)
    _TELL[d.kind](trace, d)
    return trace


def _start(trace: Trace, d: Derivative) -> Expr:
    """What is differentiated: the closed form of the input."""
    f = d.problem.f
    short = d.problem.closed(f) if d.kind in ("gradient", "hessian") else f
    trace.add(closing_rules(f, short), Formula(f, ("f",)), Formula(short, ("f",)))
    return short


def _gradient(trace: Trace, d: Derivative) -> None:
    now = gradient_of(trace, _start(trace, d), d.problem.wrt[0], ("gradient", "0"))
    _settle(trace, d, now, transposed=d.layout == "numerator")


def _pulled(trace: Trace, d: Derivative) -> None:
    """J*[G] is the gradient of ⟨G, F⟩."""
    inner = d.statements[-1].f
    now = gradient_of(trace, inner, d.problem.wrt[0], ("final",), ("d", "inner"))
    _settle(trace, d, now)


def _jacobian(trace: Trace, d: Derivative) -> None:
    now = jacobian_of(trace, d.problem.f, d.problem.wrt[0], ("jacobian",), ("d", "f"), d.vec)
    _settle(trace, d, now, transposed=d.layout == "denominator")


def _hessian(trace: Trace, d: Derivative) -> None:
    wrt = d.problem.wrt
    f = _start(trace, d)
    if d.directions:
        now = _second(trace, d, f, 0, len(wrt) - 1)
        _settle(trace, d, now, transposed=d.layout == "denominator")
        return
    found: dict[tuple[int, int], Expr] = {}
    for i, j in combinations_with_replacement(range(len(wrt)), 2):
        found[i, j] = d.problem.closed(d.problem.settled(_second(trace, d, f, i, j).expr))
    rows = [found[i, j] if i <= j else transpose(found[j, i]) for i in range(len(wrt)) for j in range(len(wrt))]
    whole = Formula(node(BLOCK, tuple(rows), (len(wrt),) * len(wrt), d.expr.shape), ("blocks",))
    _settle(trace, d, whole)
    trace.add([law("blocks of a Hessian")], whole, Formula(d.expr, ("final",)))


def _second(trace: Trace, d: Derivative, f: Expr, i: int, j: int) -> Formula:
    """The gradient by the i-th variable, within its structure, and the Jacobian of that by the j-th."""
    x, y = d.problem.wrt[i], d.problem.wrt[j]
    now = gradient_of(trace, f, x, ("gradient", str(i)))
    projected = [s.derivative for s in d.statements if s.kind == "gradient" and s.x is x and s.structure != "free"]
    if projected:
        within = Formula(projected[-1], now.head)
        trace.add([law("projection")], now, within, "projected")
        now = within
    return jacobian_of(trace, now.expr, y, ("hessian", str(i), str(j)), ("d", "g"), d.vec)


def _differential(trace: Trace, d: Derivative) -> None:
    now = Formula(d.problem.f, ("f",))
    for i, s in enumerate(d.statements, 1):
        known = {e.data[1] for e in postorder(s.f) if e.kind is TANGENT}
        new = {e.data[1] for e in postorder(s.derivative) if e.kind is TANGENT} - known
        assert isinstance(s.x, tuple)
        head = ("d", "f") if i == 1 else (f"d{i}", "f")
        now = differentiated(trace, s.f, s.x, min(new, default=0), head, s.derivative)
    _settle(trace, d, now)


def _along(trace: Trace, d: Derivative) -> None:
    """dF, then V in the place of dX."""
    s = d.statements[-1]
    assert isinstance(s.x, tuple)
    now = differentiated(trace, s.f, s.x, 0, ("d", "f"), s.derivative)
    trace.add([law("direction")], now, Formula(d.expr, ("final",)), "along")


_TELL: dict[str, Callable[[Trace, Derivative], None]] = {
    "gradient": _gradient, "jacobian": _jacobian, "hessian": _hessian, "differential": _differential, "jvp": _along,
    "vjp": _pulled,
}


def _settle(trace: Trace, d: Derivative, now: Formula, transposed: bool = False) -> None:
    """What is declared of the variables, the structure of the variable differentiated, and the layout."""
    declared = Formula(d.problem.settled(now.expr), now.head)
    trace.add([law("declared")], now, declared)
    head: Head = now.head if transposed else ("final",) if now.head != ("blocks",) else now.head
    upright = Formula(transpose(d.expr) if transposed else d.expr, head)
    if declared.expr is upright.expr:
        upright = declared
    elif _is_projected(d):
        name = _projection(d)
        trace.add([law(name)], declared, upright, "projected" if name == "projection" else "defined")
    else:
        _renamed(trace, declared, upright)
    if transposed:
        trace.add([law("layout")], upright, Formula(d.expr, ("final",)), "transposed")


def _renamed(trace: Trace, before: Formula, after: Formula) -> None:
    """A closed form, under the same left side."""
    trace.add(closing_rules(before.expr, after.expr), before, Formula(after.expr, before.head))


def _is_projected(d: Derivative) -> bool:
    return any(s.structure != "free" for s in d.statements) and \
        any(structure_of(d.problem.settled(x)) is not None for x in d.problem.wrt)


def _projection(d: Derivative) -> str:
    """The projection of a gradient or a Jacobian; what is no projection has a definition of its own."""
    words = {structure_of(d.problem.settled(x)) for x in d.problem.wrt}
    if any(s.structure == "cookbook" for s in d.statements):
        return "cookbook"
    return "Riemannian" if "orthogonal" in words and d.kind == "hessian" else "projection"



def body_trace(function: Function, book: Rulebook) -> Trace | None:
    """The differential of a function that states a body, derived from that body; None where it states none."""
    body = function.template("body")
    if body is None or "d" not in function.fields:
        return None
    trace = Trace(book=book)
    args = leaves(function)
    seeds = {x: tangent(x.data.name, x.shape) for x in args if x.kind is VAR}
    closed = local_differential(called(function, args), dict(seeds), book)
    differentiated(trace, body, tuple(seeds), 0, ("d", "f"), closed)
    if trace.moves:
        last = trace.moves[-1]
        trace.moves[-1] = replace(last, rules=(of_body(function),)) if last.after.expr is closed else last
    return trace
