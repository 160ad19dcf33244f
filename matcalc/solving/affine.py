"""An equation G(X) = 0 read as one that is affine in its unknown, L[X] + R = 0, and solved for it.

Many an equation is affine only behind what it never is zero by: a number such as exp(…) in front, X⁻¹ on a side, a
power of a scalar. That is taken off first, and remembered, because the curvature at the solution is that of the whole.

Source: Magnus & Neudecker (2019) 7.3 and 13.2; Boyd & Vandenberghe (2004) 4.1.3, equivalent problems.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from matcalc.algebra import add, inverse, multiply, negate, num, power, substitute, transpose, variable
from matcalc.algebra.addition import primitive
from matcalc.algebra.facts import is_nonnegative, is_positive
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.implicit import UnsolvedError, linear_solution
from matcalc.core.expr import MATPOW, MUL, TRANSPOSE, Expr, postorder
from matcalc.core.parts import base_and_exponent, number_and_factors, terms
from matcalc.diagnostics import NoRuleError
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded

_ANY = "any"  # a right side that stands for all, which nobody can type
_POWERS = (1, 2, 3, 4)  # of a positive number in which an equation may be affine
Outer = Callable[[Expr], Expr]


class Affine(NamedTuple):
    """G = outer(L[X] + rest): `linear` is L[dX], `outer` a linear map that vanishes only at 0; `move` says how the
    equation came to this form, `times` by what it was multiplied or divided. Of a positive number X it may be affine in
    its `power`."""

    linear: Expr
    rest: Expr
    outer: Outer
    move: str = ""
    times: Expr | None = None
    power: int = 1


class _Moved(NamedTuple):
    """Another form of an equation: `g` is 0 where the equation holds, which is outer(g) = 0."""

    g: Expr
    outer: Outer
    move: str = ""
    times: Expr | None = None


def affine(g: Expr, x: Expr, book: Rulebook, is_plain: bool = False) -> Affine | None:
    """The equation g = 0 as an affine one in `x`, which occurs in it; None where it is none.

    Where it `is_plain`, only a number is taken off in front.
    """
    for moved in _moves(g, x, is_plain):
        found = _affine(moved, x, book)
        if found is not None:
            return found
        if x.is_scalar and is_positive(x) and not is_plain:
            found = _affine_in_a_power(moved, x, book)
            if found is not None:
                return found
    return None


def _affine_in_a_power(moved: _Moved, x: Expr, book: Rulebook) -> Affine | None:
    """The equation of a positive number as one that is affine in X^k: a X^k + b, whose differential is k X^(k-1) a."""
    for k in _POWERS[1:]:
        y = variable(_ANY, x.shape)
        found = _affine(moved._replace(g=substitute(closed_form(moved.g, book), {power(x, num(k)): y})), y, book)
        if found is not None and x not in postorder(found.linear) and x not in postorder(found.rest):
            slope = _between(multiply(num(k), power(x, num(k - 1))))
            return found._replace(linear=substitute(found.linear, {seed(y): seed(x)}), power=k,
                                  outer=_after(moved.outer, slope))
    return None


def _after(first: Outer, then: Outer) -> Outer:
    return lambda e: then(first(e))


def _affine(moved: _Moved, x: Expr, book: Rulebook) -> Affine | None:
    """One form of an equation read as affine."""
    linear = closed_form(differential(moved.g, {x: seed(x)}, book), book)
    if x in postorder(linear):
        linear = closed_form(expanded(linear), book)
    if x in postorder(linear) or is_zero(linear):
        return None
    left = add(moved.g, negate(substitute(linear, {seed(x): x})))
    for form in (left, expanded(left)):  # a sum of squares that need not be multiplied out stays one
        rest = closed_form(form, book)
        if x not in postorder(rest):
            return Affine(linear, rest, moved.outer, moved.move, moved.times)
    return None


def vanishes_nowhere(g: Expr, x: Expr, book: Rulebook) -> bool:
    """Whether an equation of a number has no solution, because its numerator does not depend on X."""
    if not x.is_scalar:
        return False
    below = _denominator(g, x)
    above = closed_form(add(*(multiply(below, term) for term in terms(expanded(g)))), book)
    return x not in postorder(above) and not is_zero(above)


class Isolated(NamedTuple):
    """The X with L[X] = −R, and `whole`, that of L[X] = P for any P, of which nothing cancels: what X needs."""

    value: Expr
    whole: Expr


def isolated(equation: Affine, x: Expr, is_symmetric: bool, book: Rulebook) -> Isolated:
    """The equation solved for X. Raises UnsolvedError where no inverse and no solver of the rules does it."""
    def slope(e: Expr, leaf: Expr) -> Expr:
        return differential(e, {leaf: seed(leaf)}, book)

    number, linear = primitive(equation.linear)
    due = multiply(num(-1 / number), equation.rest)
    any_due = variable(_ANY, due.shape, frozenset({"sym"}) if is_symmetric and not x.is_scalar else frozenset())
    def solved(moved: Expr, right: Expr) -> Expr:
        return linear_solution(moved, right, is_symmetric, slope, book)

    try:
        found, whole = solved(linear, due), solved(linear, any_due)
    except NoRuleError as missing:
        raise UnsolvedError(str(missing)) from None
    except UnsolvedError:
        if all(e.kind is not TRANSPOSE or e.args[0] is not seed(x) for e in postorder(linear)):
            raise
        found, whole = solved(transpose(linear), transpose(due)), solved(transpose(linear), transpose(any_due))
    return Isolated(closed_form(_root(found, equation.power), book), whole)


def _root(e: Expr, k: int) -> Expr:
    return e if k == 1 else power(e, num(Fraction(1, k)))


def _moves(g: Expr, x: Expr, is_plain: bool) -> Iterator[_Moved]:
    yield _Moved(g, _between())
    yield from _without_a_number(g, x)
    if is_plain:
        return
    if x.is_scalar:
        below = _denominator(g, x)
        yield from _multiplied(g, below, None, _between(power(below, num(-1))), "multiplied by", below)
    elif any(e.kind is MATPOW and e.data < 0 and e.args[0] is x for e in postorder(g)):
        back = inverse(x)
        yield from _multiplied(g, x, None, _between(back), "multiplied from the left by", x)
        yield from _multiplied(g, None, x, _between(None, back), "multiplied from the right by", x)
        yield from _multiplied(g, x, x, _between(back, back), "multiplied on both sides by", x)


def _denominator(g: Expr, x: Expr) -> Expr:
    """The common denominator of a number, as far as it depends on X."""
    highest: dict[Expr, Fraction] = {}
    for term in terms(expanded(g)):
        for factor in number_and_factors(term)[1]:
            base, exponent = base_and_exponent(factor)
            if exponent < 0 and x in postorder(base):
                highest[base] = max(-exponent, highest.get(base, -exponent))
    return multiply(num(1), *(power(base, num(exponent)) for base, exponent in highest.items()))


def _multiplied(g: Expr, left: Expr | None, right: Expr | None, outer: Outer, move: str,
                times: Expr) -> Iterator[_Moved]:
    """left G right, as little multiplied out as will do."""
    whole = _between(left, right)
    for product in (whole(g), add(*map(whole, terms(g))), expanded(whole(g)), add(*map(whole, terms(expanded(g))))):
        yield _Moved(product, outer, move, times)


def _between(left: Expr | None = None, right: Expr | None = None) -> Outer:
    """E ↦ left E right."""
    return lambda e: multiply(*(factor for factor in (left, e, right) if factor is not None))


def _without_a_number(g: Expr, x: Expr) -> Iterator[_Moved]:
    """G = s H with a number s that depends on X and never is 0."""
    if g.kind is not MUL:
        return
    for k, factor in enumerate(g.args):
        front = [e for i, e in enumerate(g.args) if i != k and x in postorder(e)]
        if x in postorder(factor) and front and all(e.is_scalar and _is_never_zero(e) for e in front):
            s = multiply(*front)
            rest = multiply(num(g.data), *(e for e in g.args if e not in front))
            yield _Moved(rest, _between(s), "divided by", s)


def _is_never_zero(s: Expr) -> bool:
    """Whether a number is positive, or negative, wherever it exists."""
    return any(is_positive(e) or (is_nonnegative(e) and base_and_exponent(e)[1] < 0) for e in (s, negate(s)))
