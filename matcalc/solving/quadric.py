"""Minima on a quadric: x'Bx = 1 with a definite B, xᴴBx = 1 of complex vectors, and matrices with orthonormal columns,
X'X = I; a quotient that does not depend on the length of x is one of them.

Of a form x'Ax on x'Bx = 1 a gradient that vanishes with a multiplier is A x = λ B x, an eigenproblem, and f is λ there:
so the eigenvector of the smallest λ is a minimum. What is a multiple of the constraint is constant on it and counts as
none: what is left, r'x, is least at −B⁻¹r on the quadric, and tr(R'X) at the polar factor of −R.

Source: Golub & Van Loan (2013) 8.7; Higham (2008) 8.1; Boyd & Vandenberghe (2004) 4.4 and 5.2.4.
"""

from __future__ import annotations

from fractions import Fraction

from matcalc.algebra import (
    add,
    adjoint,
    divide,
    eye,
    inverse,
    multiply,
    negate,
    num,
    power,
    slice_,
    substitute,
    transpose,
    variable,
    zeros,
)
from matcalc.algebra.addition import primitive
from matcalc.algebra.facts import is_definite, is_positive, is_symmetric
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.differential import seed
from matcalc.calculus.implicit import UnsolvedError
from matcalc.calculus.matrix_form import matrix_form
from matcalc.core.dims import subtract
from matcalc.core.expr import EYE, Expr, postorder
from matcalc.core.parts import base_and_exponent, chain_factors, number_and_factors, number_scalars_matrix, terms
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded
from matcalc.solving.affine import affine
from matcalc.solving.constraint import Constraint
from matcalc.solving.nature import Freedom

_HALF = num(Fraction(1, 2))
_VALUES = {"least": "smallest", "largest": "largest"}


class OnQuadric(NamedTuple):
    """A minimum `x` on a quadric, and its `multiplier`; `freedom` tells what is as good. `onto` brings any x there.
    `stated` is the equation that x solves, as two sides, `reason` how; `largest` is where a form is largest."""

    x: Expr
    multiplier: Expr
    freedom: Freedom
    onto: Expr
    stated: tuple[Expr, Expr]
    reason: str
    largest: Expr | None = None


_OTHERS = ("of constraints that are not linear only x'B x = c with a definite B, for a form or for a linear formula, "
           "and X'X = I are solved")


def on_a_quadric(gradient: Expr, part: Expr, x: Expr, constraint: Constraint, book: Rulebook) -> OnQuadric:
    """The minimum under one quadratic constraint, whose `part` of the gradient is linear in its multiplier.

    Raises UnsolvedError where it is none of those that are known.
    """
    if x.shape[1] == 1 and constraint.h.is_scalar:
        return _of_vector(gradient, part, x, constraint, book)
    if constraint.h is not add(multiply(transpose(x), x), negate(eye(x.shape[1]))):
        raise UnsolvedError(_OTHERS)
    return _of_matrix(gradient, x, book)


class Quotient(NamedTuple):
    """f = u/v^k with u of the same degree as v^k, so that v = 1 may be asked for: `below` is v, `above` u."""

    above: Expr
    below: Expr


def quotient(f: Expr, x: Expr, book: Rulebook) -> Quotient | None:
    """A formula that is a number times a quotient in which the length of x does not count; None where it is none."""
    number, factors = number_and_factors(f)
    parts = [(factor, *base_and_exponent(factor)) for factor in factors]
    below = [base for _, base, q in parts if q < 0 and x in postorder(base)]
    if x.shape[1] != 1 or x.is_scalar or len(below) != 1:
        return None
    t = variable("any length", (1, 1), frozenset({"positive"}))
    if closed_form(expanded(substitute(f, {x: multiply(t, x)})), book) is not closed_form(expanded(f), book):
        return None
    above = [factor for factor, base, q in parts if base is not below[0]]
    return Quotient(multiply(num(number), *above), below[0])


def _vector_form(gradient: Expr, x: Expr, book: Rulebook) -> tuple[Expr, Expr] | None:
    """N and r of a gradient N x + r with a symmetric N."""
    if x not in postorder(gradient):
        return zeros(x.shape[0], x.shape[0]), gradient
    found = affine(gradient, x, book, is_plain=True)
    if found is None or found.move:
        return None
    n = closed_form(matrix_form(found.linear, seed(x), book), book)
    return (n, found.rest) if adjoint(n) is n else None


def _half(x: Expr) -> Expr:
    """What times the gradient of x'Bx is B x: by a complex x it is that by x̄, of xᴴBx, which is B x."""
    return num(1) if x.complex else _HALF


def _of_vector(gradient: Expr, part: Expr, x: Expr, constraint: Constraint, book: Rulebook) -> OnQuadric:
    """On x'Bx = 1; x'Bx = c is (B/c) instead of B, and a multiplier c times as small."""
    form = _vector_form(gradient, x, book)
    sides = _vector_form(closed_form(substitute(part, {constraint.multiplier: num(1)}), book), x, book)
    c = negate(closed_form(substitute(constraint.h, {x: zeros(*x.shape)}), book))
    if form is None or sides is None or not is_zero(sides[1]) or not is_positive(c):
        raise UnsolvedError(_OTHERS)
    (n, r), b = form, closed_form(divide(multiply(_half(x), sides[0]), c), book)
    if not is_definite(b):
        raise UnsolvedError(_OTHERS)
    onto = divide(x, power(multiply(adjoint(x), b, x), _HALF))
    ratio = _ratio(n, b)
    if ratio is None and not is_zero(r):
        raise UnsolvedError("a form and a linear term together lead to a secular equation for the multiplier")
    if ratio is not None and is_zero(r):
        raise UnsolvedError("the formula is constant where the constraint holds")
    found = _eigenvector(n, b, x, constraint, onto, book) if ratio is None else \
        _direction(r, ratio, b, _half(x), (multiply(constraint.multiplier, sides[0], x), negate(r)), onto)
    return found._replace(x=closed_form(found.x, book), multiplier=closed_form(divide(found.multiplier, c), book))


def _direction(r: Expr, ratio: Expr, b: Expr, half: Expr, stated: tuple[Expr, Expr], onto: Expr) -> OnQuadric:
    """Where r'x is least."""
    length = power(multiply(adjoint(r), inverse(b), r), _HALF)
    multiplier = multiply(half, add(length, negate(ratio)))
    return OnQuadric(negate(divide(multiply(inverse(b), r), length)), multiplier, "", onto, stated,
                     "of the length that is asked")


def _eigenvector(n: Expr, b: Expr, x: Expr, constraint: Constraint, onto: Expr, book: Rulebook) -> OnQuadric:
    """Where ½ x'N x is least: of a number times M the eigenvector of M, on a larger sphere a multiple of it."""
    a = closed_form(multiply(_half(x), n), book)
    number, bare = primitive(a)
    scale, front, matrix = number_scalars_matrix(b)
    where = "on the sphere" if matrix.kind is EYE else "on an ellipsoid"
    size = multiply(num(scale), *front) if matrix.kind is EYE else num(1)
    length = power(size, num(Fraction(-1, 2)))
    low, high = ("least", "largest") if number > 0 else ("largest", "least")
    least, most, value = (book.answer(f"{question} {where}", A=bare, B=b)
                          for question in (f"{low} form", f"{high} form", f"{low} value"))
    stated = (multiply(a, x), negate(multiply(constraint.multiplier, b, x)))
    freedom: Freedom = "phase" if x.complex else "sign"
    return OnQuadric(multiply(length, least), divide(multiply(num(-number), value), size), freedom, onto, stated,
                     f"the eigenvector of the {_VALUES[low]} eigenvalue", multiply(length, most))


def _ratio(n: Expr, b: Expr) -> Expr | None:
    """The number κ with N = κ B."""
    if is_zero(n):
        return num(0)
    (p, front, rest), (q, behind, other) = number_scalars_matrix(n), number_scalars_matrix(b)
    return multiply(num(p / q), *front, *(power(s, num(-1)) for s in behind)) if rest is other else None


def _of_matrix(gradient: Expr, x: Expr, book: Rulebook) -> OnQuadric:
    """On X'X = I, with the gradient N X + X Q + R: tr(X Q X') is tr(Q), and tr(X'N X) is tr(N) where X is square or N a
    multiple of I, which is a Q then. So either R counts, or N."""
    n, q, r = _matrix_form(gradient, x, book)
    is_constant = x.is_square or is_zero(n)
    if is_zero(r) and not is_constant:
        return _of_columns(n, q, x, book)
    if is_zero(r):
        raise UnsolvedError("the formula is constant where the constraint holds")
    if not is_constant:
        raise UnsolvedError("a form in a rectangular X and a linear term together have no closed form on X'X = I")
    number, bare = primitive(closed_form(negate(r), book))
    polar, nearest = (book.answer("nearest with orthonormal columns", A=e)
                      for e in (bare if number > 0 else negate(bare), x))
    inside = multiply(transpose(polar), add(negate(r), negate(multiply(n, polar))))
    multiplier = closed_form(multiply(_HALF, add(inside, negate(q))), book)
    return OnQuadric(polar, multiplier, "", nearest, (multiply(x, transpose(x), negate(r)), negate(r)),
                     "the polar factor")


def _of_columns(n: Expr, q: Expr, x: Expr, book: Rulebook) -> OnQuadric:
    """Where ½ tr(X'N X) is least: as many eigenvectors as X has columns, those of the smallest eigenvalues."""
    number, bare = primitive(closed_form(n, book))
    vectors, nearest = book.answer("eigenvectors, that of the least value first", A=bare), \
        book.answer("nearest with orthonormal columns", A=x)
    rows, columns = x.shape
    low, high = slice_(vectors, 0, rows, 0, columns), slice_(vectors, 0, rows, subtract(rows, columns), columns)
    least, most = (low, high) if number > 0 else (high, low)
    multiplier = closed_form(multiply(num(Fraction(-1, 2)), add(multiply(transpose(least), n, least), q)), book)
    return OnQuadric(least, multiplier, "turn", nearest, (multiply(n, x), multiply(x, transpose(x), n, x)),
                     f"the eigenvectors of the {_VALUES['least' if number > 0 else 'largest']} eigenvalues", most)


def _matrix_form(gradient: Expr, x: Expr, book: Rulebook) -> tuple[Expr, Expr, Expr]:
    """N, Q and R of N X + X Q + R."""
    rows, columns = x.shape
    left, right, rest = [zeros(rows, rows)], [zeros(columns, columns)], gradient
    if x in postorder(gradient):
        found = affine(gradient, x, book, is_plain=True)
        if found is None or found.move:
            raise UnsolvedError(_OTHERS)
        rest = found.rest
        for term in terms(expanded(found.linear)):
            number, scalars, matrix = number_scalars_matrix(term)
            factors = chain_factors(matrix)
            if factors[0] is seed(x):
                right.append(multiply(num(number), *scalars, eye(columns), *factors[1:]))
            elif factors[-1] is seed(x):
                left.append(multiply(num(number), *scalars, *factors[:-1]))
            else:
                raise UnsolvedError(_OTHERS)
    n, q = add(*left), add(*right)
    if not (is_symmetric(n) and is_symmetric(q)):
        raise UnsolvedError(_OTHERS)
    return n, q, rest
