"""The quotient rule with names: of f = u/v the derivative is said in f, in v and, of a second one, in the gradient.

Of x̂ = u/σ with a vector u and a root σ the Jacobian is (∂u/∂x' − x̂ ∇σ')/σ, of ρ = u/v with numbers the Hessian is
(∇²u − ρ ∇²v − g ∇v' − ∇v g')/v, where g is the gradient of ρ. That is how layer norm and the Rayleigh quotient are
differentiated by hand.
"""

from __future__ import annotations

from fractions import Fraction

from matcalc.algebra import add, multiply, negate, num, power, transpose
from matcalc.algebra.addition import scaled
from matcalc.algebra.leaves import variable
from matcalc.answer.applied import by_gradient, matrix
from matcalc.answer.derivative import Derivative
from matcalc.answer.problem import Problem
from matcalc.answer.replacing import replaced
from matcalc.core.expr import ADD, MUL, Expr, node, postorder, variables
from matcalc.core.parts import base_and_exponent, number_and_factors, number_scalars_matrix
from matcalc.records import NamedTuple
from matcalc.simplification.length import cost

_WORTH = Fraction(6, 5)  # what it may cost with its definitions, in lengths of the answer as it is
_HAT = "\u0302"


class Quotient(NamedTuple):
    """The derivative of a quotient, and what the names in it stand for, those first that others need."""

    expr: Expr
    names: dict[Expr, Expr]


def by_quotient_rule(d: Derivative, taken: set[str]) -> Quotient | None:
    """The derivative of a quotient in names, None where it is none or gets longer."""
    problem, x = d.problem, d.problem.wrt[0]
    f = problem.f
    if f.kind is not MUL or x.shape[1] != 1 or x.is_scalar or len(problem.wrt) > 1 or d.layout != "gradient":
        return None
    found = None
    if d.kind == "jacobian" and f.shape[1] == 1 and not f.is_scalar:
        found = _normalised(problem, f, x, taken)
    elif d.kind == "hessian" and f.is_scalar:
        found = _ratio(problem, f, x, taken)
    if found is None or cost(found.expr) + sum(map(cost, found.names.values())) > _WORTH * cost(d.expr):
        return None
    names = {leaf: problem.settled(e) for leaf, e in found.names.items()}
    return Quotient(_positive(problem.settled(found.expr)), names)


def _normalised(problem: Problem, f: Expr, x: Expr, taken: set[str]) -> Quotient | None:
    """(∂u/∂x' − x̂ ∇σ')/σ of u/σ with a root σ, whose gradient is that of σ² over 2σ."""
    q, scalars, u = number_scalars_matrix(f)
    front = [s for s in scalars if variables(s) and not _moves(s, x)]
    scalars = tuple(s for s in scalars if s not in front)
    size = power(multiply(num(abs(q)), *scalars), num(-1))
    hat, sigma = f"{x.data.name}{_HAT}", "sigma"
    if not _moves(size, x) or u.kind is not ADD or {hat, sigma} & taken:
        return None
    u = negate(u) if q < 0 else u
    shown, scale = variable(hat, u.shape), variable(sigma, (1, 1), frozenset({"positive"}))
    if not any(base_and_exponent(s)[1].denominator == 2 and _moves(s, x) for s in scalars):
        return None
    slope = multiply(power(scale, num(-1)), num(Fraction(1, 2)), by_gradient(problem, power(size, num(2)), x))
    slope = replaced(slope, u, multiply(scale, shown))
    whole = multiply(*front, power(scale, num(-1)),
                     add(matrix(problem, u, x), negate(multiply(shown, transpose(slope)))))
    return Quotient(problem.closed(whole), {scale: size, shown: multiply(power(scale, num(-1)), u)})


def _ratio(problem: Problem, f: Expr, x: Expr, taken: set[str]) -> Quotient | None:
    """(∇²u − ρ ∇²v − g ∇v' − ∇v g')/v of u/v."""
    factors = [s for s in number_and_factors(f)[1] if base_and_exponent(s)[1] < 0 and _moves(s, x)]
    if not factors or {"rho", "g"} & taken:
        return None
    over = multiply(*factors)
    v = power(over, num(-1))
    u = multiply(f, v)
    rho, g = variable("rho", (1, 1)), variable("g", x.shape)
    du, dv = by_gradient(problem, u, x), by_gradient(problem, v, x)
    second = [matrix(problem, du, x), negate(multiply(rho, matrix(problem, dv, x)))]
    mixed = multiply(g, transpose(dv))
    whole = multiply(over, add(*second, negate(mixed), negate(transpose(mixed))))
    first = multiply(over, add(du, negate(multiply(rho, dv))))  # of two terms, as it is differentiated
    return Quotient(problem.closed(whole), {rho: f, g: first})


def _positive(e: Expr) -> Expr:
    """2 (A − ρ I − …) for −2 (ρ I − A + …), for the eye."""
    i = next((i for i, f in enumerate(e.args) if f.kind is ADD and not f.is_scalar), -1)
    if e.kind is not MUL or e.data > 0 or i < 0:
        return e
    return node(MUL, (*e.args[:i], scaled(e.args[i], -1), *e.args[i + 1:]), -e.data, e.shape)


def _moves(e: Expr, x: Expr) -> bool:
    return x in postorder(e)
