"""The chain rule through the one vector that all of x flows through: of f(u) with u = x − mean(x) the gradient is
(I − 11'/n) ∇f(u), and ∇f(u) is found as if u were a variable. So a normalised vector is differentiated by hand; what is
centred is not multiplied out.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matcalc.algebra import add, multiply, num, substitute, transpose
from matcalc.algebra.addition import primitive, scaled
from matcalc.algebra.leaves import is_zero, variable
from matcalc.answer.applied import by_gradient, matrix
from matcalc.answer.problem import Problem
from matcalc.answer.replacing import replaced
from matcalc.core.expr import ADD, Expr, postorder
from matcalc.core.parts import number_and_factors, number_scalars_matrix, terms
from matcalc.simplification.expand import expanded
from matcalc.simplification.length import cost

_WORTH = Fraction(6, 5)  # what it may cost to keep u, for x'x − sum(x)²/n cancels
_TWICE = 2  # terms of u in which x stands; in A x + b it stands once, and nothing is multiplied out


def gradient_through(problem: Problem, x: Expr, found: Expr) -> Expr:
    """A gradient, or the same through one vector where that is not much longer."""
    return _through(problem, problem.f, x, found,
                     lambda f, u, z: (transpose(matrix(problem, u, x)), by_gradient(problem, f, z)))


def matrix_through(problem: Problem, f: Expr, x: Expr, found: Expr) -> Expr:
    """A Jacobian, or the same through one vector where that is not much longer."""
    return _through(problem, f, x, found, lambda f, u, z: (matrix(problem, f, z), matrix(problem, u, x)))


def _through(problem: Problem, f: Expr, x: Expr, found: Expr,
             way: Callable[[Expr, Expr, Expr], tuple[Expr, Expr]]) -> Expr:
    u = _waist(f, x) if problem.indexed is None else None
    if u is None:
        return found
    z = variable(problem.fresh("zu", problem.taken()), u.shape)
    still = {s: variable(f"{z.data.name}_{i}", (1, 1), frozenset({"positive"})) for i, s in enumerate(
        number_and_factors(f)[1]) if s.is_scalar and s.args and x not in postorder(s)}
    outer, inner = way(replaced(substitute(f, still), u, z), u, z)
    whole = multiply(outer, inner)
    back = {z: u, **{leaf: s for s, leaf in still.items()}}
    ways = [substitute(e, back) for e in dict.fromkeys((whole, problem.closed(whole), expanded(whole)))]
    inner = substitute(inner, {z: u})
    if sign := _kept(outer, inner):
        ways.append(substitute(scaled(inner, sign), back))
    made = map(problem.settled, ways)
    forms = sorted((form for form in (found, *made) if _keeps(form, u)), key=cost)
    return forms[0] if forms and cost(forms[0]) <= _WORTH * cost(found) else found


def _kept(outer: Expr, inner: Expr) -> int:
    """±1 where a projection, or its negative, leaves a vector as it is: what is centred already, (I − 11'/n)
    (y − mean(y)); else 0."""
    if outer.shape[0] != outer.shape[1] or inner.shape[1] != 1:
        return 0
    total = number_scalars_matrix(inner)[2]
    parts = [number_scalars_matrix(term) for term in terms(total)]
    moved = add(*(multiply(num(p), *own, expanded(multiply(outer, m))) for p, own, m in parts))
    return next((sign for sign in (1, -1) if is_zero(expanded(add(moved, scaled(total, -sign))))), 0)


def _keeps(e: Expr, u: Expr) -> bool:
    """Whether a multiple of the sum u stands in `e`, and u'u nowhere multiplied out, whose terms cancel."""
    core, square = (primitive(form)[1] for form in (u, expanded(multiply(transpose(u), u))))
    sums = {primitive(part)[1] for part in postorder(e) if part.kind is ADD}
    return core in sums and square not in sums


def _waist(f: Expr, x: Expr) -> Expr | None:
    """The vector in which x stands twice, and outside of which it does not stand in `f`."""
    if x.shape[1] != 1 or x.is_scalar:
        return None
    for u in postorder(f):
        if u.kind is ADD and u.shape[1] == 1 and not u.is_scalar and u is not f \
                and sum(x in postorder(term) for term in u.args) >= _TWICE:
            return u if u.shape == x.shape and x not in postorder(replaced(f, u, variable("", u.shape))) else None
    return None


