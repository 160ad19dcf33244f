"""The formulas whose derivatives are checked."""

from fractions import Fraction

from matcalc.algebra import add, multiply, negate, num, ones, power, transpose, variable
from matcalc.checking.stated import Statement, Trials
from matcalc.checking.verification import check
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


def checked(f, wrt, derivative, kind, *, structure="free", by=None, **how):
    """What finite differences say of a derivative by `wrt`, and by `by` where it is a second one."""
    return check(Statement(f, wrt, derivative, kind, structure, by), Trials(**how))


def check_gradient(f, gradient, wrt, **options):
    return checked(f, wrt, gradient, "gradient", **options)


def total(e):
    return multiply(ones(1, e.shape[0]), e)
