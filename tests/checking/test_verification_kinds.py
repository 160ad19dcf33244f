"""Jacobians, Hessians, differentials, structured gradients and equalities: each kind passes and fails as it should."""

from fractions import Fraction

import pytest

from matcalc.algebra import (
    add,
    apply,
    eye,
    hadamard,
    inverse,
    multiply,
    negate,
    num,
    ones,
    power,
    tangent,
    trace,
    transpose,
    variable,
)
from matcalc.checking.verification import equal_numerically
from matcalc.core.function import Function, Param
from tests.checking.formulas import AXB, HALF, QUADRATIC, SLOPE, TWO, A, R, S, c, check_gradient, checked, total, x, y
from tests.numeric_rules import EXP, det, log, m, n


def test_jacobian():
    assert checked(multiply(A, x), x, A, "jacobian").ok
    assert checked(QUADRATIC, x, transpose(SLOPE), "jacobian").ok
    wrong = checked(multiply(S, x), x, transpose(S), "jacobian")
    assert wrong.ok is False
    assert wrong.worst is not None
    assert wrong.worst.index[0] != wrong.worst.index[1]


HESSIAN = add(S, transpose(S))


@pytest.mark.parametrize(("f", "kind"), [(QUADRATIC, "hessian"), (SLOPE, "jacobian")])
def test_hessian(f, kind):
    assert checked(f, x, HESSIAN, kind).ok
    found = checked(f, x, multiply(TWO, S), kind)
    assert found.ok is False
    assert found.worst is not None
    i, j = found.worst.index
    assert i != j


def test_mixed_hessian():
    f = multiply(transpose(y), A, x)
    assert checked(f, y, A, "hessian", by=x).ok
    assert checked(f, x, transpose(A), "hessian", by=y).ok
    assert checked(multiply(A, x), x, A, "jacobian").ok
    assert checked(f, y, multiply(TWO, A), "hessian", by=x).ok is False


def test_second_differences_of_a_curved_function():
    f = total(apply(EXP, x))
    diag = multiply(hadamard(multiply(apply(EXP, x), ones(1, n)), eye(n)))
    assert checked(f, x, diag, "hessian").ok
    assert checked(f, x, multiply(num(Fraction(101, 100)), diag), "hessian").ok is False


def test_differential():
    dx, dS = tangent("x", (n, 1)), tangent("S", (n, n))
    df = add(multiply(transpose(x), add(S, transpose(S)), dx), multiply(transpose(x), dS, x))
    assert checked(QUADRATIC, (x, S), df, "differential").ok
    assert checked(QUADRATIC, (x,), multiply(transpose(x), add(S, transpose(S)), dx), "differential").ok
    assert checked(QUADRATIC, (x, S), multiply(transpose(x), dS, x), "differential").ok is False
    wrong = checked(inverse(S), S, multiply(inverse(S), dS, inverse(S)), "differential")
    assert wrong.ok is False
    assert wrong.worst.got == pytest.approx(-wrong.worst.expected, rel=1e-6)


def test_second_differential():
    first, second = tangent("S", (n, n), 0), tangent("S", (n, n), 1)
    s = inverse(S)
    df = negate(multiply(s, first, s))
    d2f = add(multiply(s, second, s, first, s), multiply(s, first, s, second, s))
    assert checked(df, S, d2f, "differential").ok
    assert checked(df, S, multiply(TWO, s, first, s, first, s), "differential").ok
    assert checked(df, S, multiply(s, second, s, first, s), "differential").ok is False


P = variable("P", (n, n), frozenset({"sym"}))
INV = inverse(P)
COOKBOOK = add(multiply(TWO, INV), negate(hadamard(INV, eye(n))))


def test_structure():
    f = log(det(P))
    assert check_gradient(f, INV, P, structure="free").ok
    assert check_gradient(f, INV, P, structure="project").ok
    assert check_gradient(f, COOKBOOK, P, structure="cookbook").ok
    found = check_gradient(f, COOKBOOK, P, structure="project")
    assert found.ok is False
    assert found.worst.got == pytest.approx(2 * found.worst.expected, rel=1e-6)
    wrong = check_gradient(f, INV, P, structure="cookbook")
    assert wrong.worst.got == pytest.approx(wrong.worst.expected / 2, rel=1e-6)


def test_a_projected_gradient_belongs_to_the_structure():
    f, free = trace(multiply(S, P)), transpose(S)
    projected = multiply(HALF, add(S, transpose(S)))
    assert check_gradient(f, projected, P, structure="project").ok
    assert check_gradient(f, free, P, structure="project").ok is False
    assert check_gradient(f, free, P, structure="free").ok
    assert check_gradient(f, projected, P, structure="free").ok is False


@pytest.mark.parametrize(("word", "made"), [
    ("skew", multiply(HALF, add(transpose(S), negate(S)))), ("diag", hadamard(S, eye(n)))])
def test_other_structures(word, made):
    v = variable("V", (n, n), frozenset({word}))
    assert check_gradient(trace(multiply(S, v)), made, v, structure="project").ok
    assert check_gradient(trace(multiply(S, v)), transpose(S), v, structure="project").ok is False


def test_orthogonal_variables_move_within_the_group():
    q = variable("Q", (n, n), frozenset({"orthogonal"}))
    f, g = trace(multiply(S, q)), transpose(S)
    tangential = add(g, negate(multiply(HALF, q, add(multiply(transpose(q), g), multiply(transpose(g), q)))))
    assert check_gradient(f, tangential, q, structure="project").ok
    assert check_gradient(f, g, q, structure="project").ok is False


def test_equality_of_values():
    assert equal_numerically(det(AXB), det(transpose(AXB))).ok
    assert equal_numerically(multiply(inverse(S), S), eye(n)).ok
    assert equal_numerically(power(power(c, TWO), HALF), c).ok is False
    found = equal_numerically(S, transpose(S))
    assert found.ok is False
    assert found.worst is not None
    assert equal_numerically(log(c), log(negate(c))).ok is None


def test_unspecified_functions_are_checked_with_a_smooth_one():
    sigma, prime = (Function("σ", (Param("X", (m, n)),), (m, n), "unspecified", {}, order=i)
                    for i in (0, 1))
    assert check_gradient(total(apply(sigma, R)), multiply(transpose(A), apply(prime, R)), x).ok
    assert check_gradient(total(apply(sigma, R)), multiply(transpose(A), apply(sigma, R)), x).ok is False


def test_a_claim_along_structured_directions_of_two_variables():
    dP, dx = tangent("P", (n, n)), tangent("x", (n, 1))
    f = multiply(transpose(x), P, x)
    df = add(multiply(TWO, transpose(x), P, dx), multiply(transpose(x), dP, x))
    assert checked(f, (x, P), df, "differential", structure="project").ok
