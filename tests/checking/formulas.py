"""The formulas whose derivatives are checked."""

from fractions import Fraction

from matcalc.algebra import add, multiply, negate, num, ones, power, transpose, variable
from tests.numeric_rules import m, n, p

A, B, X, S = (variable(*v) for v in (("A", (m, n)), ("B", (p, m)), ("X", (n, p)), ("S", (n, n))))
y3 = variable("z", (3, 1))
x, y, c = variable("x", (n, 1)), variable("y", (m, 1)), variable("c", (1, 1))
TWO, HALF = num(2), num(Fraction(1, 2))
AXB, XX = multiply(A, X, B), multiply(transpose(X), X)
R = add(multiply(A, x), negate(y))
QUADRATIC = multiply(transpose(x), S, x)
SLOPE = multiply(add(S, transpose(S)), x)
NORM = power(multiply(transpose(R), R), HALF)


def total(e):
    return multiply(ones(1, e.shape[0]), e)
