"""Minima on a quadric: x'Bx = 1 with a definite B, and matrices with orthonormal columns, X'X = I.

Of a form x'Ax on x'Bx = 1 a gradient that vanishes with a multiplier is A x = λ B x, an eigenproblem, and f is λ there:
so the eigenvector of the smallest λ is a minimum. What is a multiple of the constraint is constant on it and counts as
none: what is left, r'x, is least at −B⁻¹r on the quadric, and tr(R'X) at the polar factor of −R.

Source: Golub & Van Loan (2013) 8.7; Higham (2008) 8.1; Boyd & Vandenberghe (2004) 4.4 and 5.2.4.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from matcalc.algebra import add, divide, eye, inverse, multiply, negate, num, power, substitute, transpose, zeros
from matcalc.algebra.addition import primitive
from matcalc.algebra.facts import is_definite, is_positive, is_symmetric
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.differential import seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.core.expr import EYE, Expr, postorder
from matcalc.core.parts import chain_factors, number_scalars_matrix, terms
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded
from matcalc.solving.affine import affine
from matcalc.solving.constraint import Constraint

_HALF = num(Fraction(1, 2))


class OnQuadric(NamedTuple):
    """A minimum `x` on a quadric, and its `multiplier`; `is_only` unless −x is as good. `onto` brings any x there.
    `stated` is the equation that x solves, as two sides, `reason` how; `largest` is where a form is largest."""

    x: Expr
    multiplier: Expr
    is_only: bool
    onto: Expr
    stated: tuple[Expr, Expr]
    reason: str
    largest: Expr | None = None


def on_a_quadric(gradient: Expr, part: Expr, x: Expr, constraint: Constraint, book: Rulebook) -> OnQuadric | None:
    """The minimum under one quadratic constraint, whose `part` of the gradient is linear in its multiplier; None where
    it is none of those that are known."""
    if x.shape[1] == 1 and constraint.h.is_scalar:
        return _of_vector(gradient, part, x, constraint, book)
    is_orthonormal = constraint.h is add(multiply(transpose(x), x), negate(eye(x.shape[1])))
    return _of_matrix(gradient, x, book) if is_orthonormal else None


def _vector_form(gradient: Expr, x: Expr, book: Rulebook) -> tuple[Expr, Expr] | None:
    """N and r of a gradient N x + r with a symmetric N."""
    if x not in postorder(gradient):
        return zeros(x.shape[0], x.shape[0]), gradient
    found = affine(gradient, x, book, is_plain=True)
    if found is None or found.move:
        return None
    n = closed_form(matrix_form(found.linear, seed(x), book), book)
    return (n, found.rest) if is_symmetric(n) else None


def _of_vector(gradient: Expr, part: Expr, x: Expr, constraint: Constraint, book: Rulebook) -> OnQuadric | None:
    """On x'Bx = 1; x'Bx = c is (B/c) instead of B, and a multiplier c times as small."""
    form = _vector_form(gradient, x, book)
    sides = _vector_form(closed_form(substitute(part, {constraint.multiplier: num(1)}), book), x, book)
    c = negate(closed_form(substitute(constraint.h, {x: zeros(*x.shape)}), book))
    if form is None or sides is None or not is_zero(sides[1]) or not is_positive(c):
        return None
    (n, r), b = form, closed_form(divide(multiply(_HALF, sides[0]), c), book)
    if not is_definite(b):
        return None
    onto = divide(x, power(multiply(transpose(x), b, x), _HALF))
    ratio = _ratio(n, b)
    if (ratio is None) is not is_zero(r):  # a form and a linear term, or neither
        return None
    found = _eigenvector(n, b, x, constraint, onto, book) if ratio is None else \
        _direction(r, ratio, b, (multiply(constraint.multiplier, sides[0], x), negate(r)), onto)
    return found._replace(x=closed_form(found.x, book), multiplier=closed_form(divide(found.multiplier, c), book))


def _direction(r: Expr, ratio: Expr, b: Expr, stated: tuple[Expr, Expr], onto: Expr) -> OnQuadric:
    """Where r'x is least."""
    length = power(multiply(transpose(r), inverse(b), r), _HALF)
    multiplier = multiply(_HALF, add(length, negate(ratio)))
    return OnQuadric(negate(divide(multiply(inverse(b), r), length)), multiplier, True, onto, stated,
                     "of the length that is asked")


def _eigenvector(n: Expr, b: Expr, x: Expr, constraint: Constraint, onto: Expr, book: Rulebook) -> OnQuadric:
    """Where ½ x'N x is least: of a number times M the eigenvector of M, on a larger sphere a multiple of it."""
    a = closed_form(multiply(_HALF, n), book)
    number, bare = primitive(a)
    scale, front, matrix = number_scalars_matrix(b)
    where = "on the sphere" if matrix.kind is EYE else "on an ellipsoid"
    size = multiply(num(scale), *front) if matrix.kind is EYE else num(1)
    length = power(size, num(Fraction(-1, 2)))
    low, high = ("least", "largest") if number > 0 else ("largest", "least")
    least, most, value = (book.answer(f"{question} {where}", A=bare, B=b)
                          for question in (f"{low} form", f"{high} form", f"{low} value"))
    stated = (multiply(a, x), negate(multiply(constraint.multiplier, b, x)))
    return OnQuadric(multiply(length, least), divide(multiply(num(-number), value), size), False, onto, stated,
                     "the eigenvector of the smallest eigenvalue", multiply(length, most))


def _ratio(n: Expr, b: Expr) -> Expr | None:
    """The number κ with N = κ B."""
    if is_zero(n):
        return num(0)
    (p, front, rest), (q, behind, other) = number_scalars_matrix(n), number_scalars_matrix(b)
    return multiply(num(p / q), *front, *(power(s, num(-1)) for s in behind)) if rest is other else None


def _of_matrix(gradient: Expr, x: Expr, book: Rulebook) -> OnQuadric | None:
    """On X'X = I, with the gradient N X + X Q + R of which only R counts: tr(X Q X') is tr(Q), and tr(X'N X) is tr(N)
    where X is square or N a multiple of I, which is a Q then."""
    split = _matrix_form(gradient, x, book)
    if split is None or is_zero(split[2]):
        return None
    n, q, r = split
    number, bare = primitive(closed_form(negate(r), book))
    polar, nearest = (book.answer("nearest with orthonormal columns", A=e)
                      for e in (bare if number > 0 else negate(bare), x))
    inside = multiply(transpose(polar), add(negate(r), negate(multiply(n, polar))))
    multiplier = closed_form(multiply(_HALF, add(inside, negate(q))), book)
    return OnQuadric(polar, multiplier, True, nearest, (multiply(x, transpose(x), negate(r)), negate(r)),
                     "the polar factor")


def _matrix_form(gradient: Expr, x: Expr, book: Rulebook) -> tuple[Expr, Expr, Expr] | None:
    """N, Q and R of N X + X Q + R."""
    rows, columns = x.shape
    left, right, rest = [zeros(rows, rows)], [zeros(columns, columns)], gradient
    if x in postorder(gradient):
        found = affine(gradient, x, book, is_plain=True)
        if found is None or found.move:
            return None
        rest = found.rest
        for term in terms(expanded(found.linear)):
            number, scalars, matrix = number_scalars_matrix(term)
            factors = chain_factors(matrix)
            if factors[0] is seed(x):
                right.append(multiply(num(number), *scalars, eye(columns), *factors[1:]))
            elif factors[-1] is seed(x) and rows == columns:
                left.append(multiply(num(number), *scalars, *factors[:-1]))
            else:
                return None
    n, q = add(*left), add(*right)
    return (n, q, rest) if is_symmetric(n) and is_symmetric(q) else None
