"""Statements about families: derivatives by a member, stacked over its index, of numbers and of indexed outputs."""

import numpy as np
import pytest

from matcalc.algebra import add, apply, inverse, multiply, num, power, trace, transpose, variable
from matcalc.algebra.indexed import at, family, iverson, over
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.checking.comparing import compare
from matcalc.checking.stated import Statement, Trials
from matcalc.checking.verification import check, equal_numerically
from matcalc.core.dims import named, subtract
from matcalc.core.indices import Axis, Index, Ref
from matcalc.rulebook.book import standard

n, m, d = named("n"), named("m"), named("d")
i, j, k, q = (Index(name, n) for name in "ijkq")
X, Y = family("x", (d, 1), [Axis(n)]), family("y", (1, 1), [Axis(n)])
T = family("t", (1, 1), [Axis(n), Axis(m)])
A = family("A", (d, d), [Axis(n)])
w, S = variable("w", (d, 1)), variable("S", (d, d))
BOOK = standard()


def x(index, shift=0):
    return at(X, Ref(index, shift))


def y(index, shift=0):
    return at(Y, Ref(index, shift))


def minus(a, b):
    return add(a, multiply(num(-1), b))


def call(name, *args):
    return apply(next(f for f in BOOK.overloads(name) if len(f.params) == len(args)), *args)


def norm(e):
    return multiply(transpose(e), e)


RESIDUALS = over("sum", i, power(minus(y(i), multiply(transpose(w), x(i))), num(2)))
PAIRS = over("sum", i, over("sum", j, multiply(y(i), call("exp", multiply(num(-1), norm(minus(x(i), x(j))))))))
APART = over("sum", i, over("sum", j, multiply(iverson("!=", Ref(i), Ref(j)), power(minus(y(i), y(j)), num(-1)))))
NEAR = over("sum", i, over("sum", j, multiply(iverson("!=", Ref(i), Ref(j)), power(minus(y(i), y(j)), num(-2)))))
SHORT = Index("i", subtract(n, 1))
STEPS = over("sum", SHORT, norm(minus(x(SHORT, 1), x(SHORT))))
LOGDET = over("sum", i, call("logdet", add(multiply(at(A, Ref(i)), transpose(at(A, Ref(i)))), S)))
PRODUCT = over("prod", i, y(i))
GRADIENTS = {
    "by w": (RESIDUALS, w, ()), "by a vector": (RESIDUALS, X, (k,)), "by a number": (RESIDUALS, Y, (k,)),
    "pairs": (PAIRS, X, (k,)), "apart": (NEAR, Y, (k,)), "steps": (STEPS, X, (k,)), "matrix": (LOGDET, S, ()),
    "matrices": (LOGDET, A, (k,)), "product": (PRODUCT, Y, (k,)),
    "entries": (over("sum", i, power(over("sum", Index("a", m), at(T, Ref(i), Ref(Index("a", m)))), num(3))), T,
                (k, Index("b", m))),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients(name):
    f, by, target = GRADIENTS[name]
    g = gradient(f, by, BOOK, target)
    found = check(Statement(f, by, g, "gradient", axes=((), target)))
    assert found.ok is True, found
    wrong = check(Statement(f, by, multiply(num(2), g), "gradient", axes=((), target)))
    assert wrong.ok is False
    assert wrong.worst is not None
    assert wrong.worst.got == pytest.approx(2 * wrong.worst.expected, rel=1e-4)


OUTPUTS = {
    "softmax": (multiply(call("exp", y(i)), power(over("sum", j, call("exp", y(j))), num(-1))), (i,), Y, (k,)),
    "layer": (call("tanh", multiply(transpose(w), x(i))), (i,), w, ()),
    "layer by its input": (call("tanh", multiply(transpose(w), x(i))), (i,), X, (k,)),
    "vectors": (multiply(S, x(i)), (i,), X, (k,)),
    "table": (multiply(transpose(x(i)), S, x(j)), (j, i), X, (k,)),
    "pairs": (multiply(transpose(x(i)), S, x(j)), (i, j), S, ()),
    "inverses": (inverse(add(at(A, Ref(i)), S)), (i,), A, (k,)),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs(name):
    f, rows, by, target = OUTPUTS[name]
    matrix = matrix_form(differential(f, {by: seed(by)}, BOOK), seed(by), BOOK, target=target)
    found = check(Statement(f, by, matrix, "jacobian", axes=(rows, target)))
    assert found.ok is True, found
    wrong = check(Statement(f, by, add(matrix, matrix), "jacobian", axes=(rows, target)))
    assert wrong.ok is False
    assert wrong.worst is not None


def test_blocks_of_a_hessian():
    slope = gradient(PAIRS, X, BOOK, (k,))
    block = matrix_form(differential(slope, {X: seed(X)}, BOOK), seed(X), BOOK, target=(q,))
    assert check(Statement(slope, X, block, "jacobian", axes=((k,), (q,)))).ok is True
    assert check(Statement(PAIRS, X, block, "hessian", y=X, axes=((k,), (q,)))).ok is True
    assert check(Statement(PAIRS, X, multiply(num(2), block), "hessian", y=X, axes=((k,), (q,)))).ok is False
    assert check(Statement(PAIRS, X, transpose(block), "hessian", y=X, axes=((q,), (k,)))).ok is True


def test_a_differential():
    df = differential(PAIRS, {X: seed(X), Y: seed(Y)}, BOOK)
    assert check(Statement(PAIRS, (X, Y), df, "differential")).ok is True
    assert check(Statement(PAIRS, (X, Y), multiply(num(3), df), "differential")).ok is False
    y_i = call("exp", y(i))
    dy_i = differential(y_i, {Y: seed(Y)}, BOOK)
    assert check(Statement(y_i, (Y,), dy_i, "differential", axes=((i,), ()))).ok is True


def test_within_a_structure():
    symmetric = family("B", (d, d), [Axis(n)], frozenset({"sym"}))
    f = over("sum", i, multiply(transpose(x(i)), at(symmetric, Ref(i)), at(symmetric, Ref(i)), S, x(i)))
    free = gradient(f, symmetric, BOOK, (k,))
    assert check(Statement(f, symmetric, free, "gradient", "free", axes=((), (k,)))).ok is True
    assert check(Statement(f, symmetric, free, "gradient", "project", axes=((), (k,)))).ok is False
    part = multiply(power(num(2), num(-1)), add(free, transpose(free)))
    assert check(Statement(f, symmetric, part, "gradient", "project", axes=((), (k,)))).ok is True


def test_a_derivative_that_does_not_depend_on_its_index():
    total = over("sum", i, y(i))
    assert check(Statement(total, Y, num(1), "gradient", axes=((), (k,)))).ok is True
    assert check(Statement(total, Y, num(2), "gradient", axes=((), (k,)))).ok is False


def test_equal_values():
    """(Σx)² is Σᵢⱼ xᵢxⱼ; what differs at one place differs."""
    square = power(over("sum", i, y(i)), num(2))
    double = over("sum", i, over("sum", j, add(multiply(y(i), y(j)), multiply(y(j), y(i)))))
    half = multiply(power(num(2), num(-1)), double)
    assert equal_numerically(square, half).ok is True
    assert equal_numerically(square, double).ok is False
    assert compare(square, half).ok is True
    assert compare(square, double).ok is False
    masked = multiply(iverson("<", Ref(i), Ref(j)), y(i))
    assert compare(masked, y(i)).ok is False
    assert equal_numerically(masked, y(i)).worst is not None
    assert compare(APART, num(0)).ok is True  # what is infinite where i = j does not count


def test_given_sizes():
    found = check(Statement(RESIDUALS, X, gradient(RESIDUALS, X, BOOK, (k,)), "gradient", axes=((), (k,))),
                  Trials(2, 5, {"n": 7}))
    assert found.ok is True
    assert {c.sizes["n"] for c in found.checks} == {7}


def test_a_trace_of_inverses_where_members_are_apart():
    apart = iverson("!=", Ref(i), Ref(j))
    f = over("sum", i, over("sum", j, multiply(apart, trace(inverse(minus(at(A, Ref(i)), at(A, Ref(j))))), y(i))))
    g = gradient(f, A, BOOK, (k,))
    assert check(Statement(f, A, g, "gradient", axes=((), (k,)))).ok is True
    assert np.isfinite(check(Statement(f, Y, gradient(f, Y, BOOK, (k,)), "gradient", axes=((), (k,)))).max_rel_error)
