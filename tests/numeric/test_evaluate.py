"""Each operation against the NumPy formula written by hand."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from matcalc.algebra import (
    add,
    apply,
    block,
    dimension,
    eye,
    hadamard,
    inverse,
    matrix_power,
    multiply,
    num,
    ones,
    pi,
    power,
    slice_,
    tangent,
    trace,
    transpose,
    unit,
    variable,
    zeros,
)
from matcalc.core.dims import named, subtract
from matcalc.core.expr import MATPOW, POW, node
from matcalc.core.function import Function, Param
from matcalc.diagnostics import InputError, MatcalcError, NoRuleError
from matcalc.numeric.evaluate import as_array, as_result, evaluate
from matcalc.numeric.sizes import sizes_for, solve
from tests.numeric_rules import EXP, HALF_SQUARE, det, elementwise, function, log, m, n, p

rng = np.random.default_rng(7)
A, B, S = variable("A", (m, n)), variable("B", (n, p)), variable("S", (n, n))
x, y, c = variable("x", (n, 1)), variable("y", (n, 1)), variable("c", (1, 1))
VALUES = {A: rng.normal(size=(3, 4)), B: rng.normal(size=(4, 2)), S: rng.normal(size=(4, 4)),
          x: rng.normal(size=4), y: rng.normal(size=(4, 1)), c: 1.5}
a, b, s, u, v, k = (np.asarray(VALUES[e]) for e in (A, B, S, x, y, c))
u = u.reshape(4, 1)

BARE = function("h", "", (n, n), (n, n))
CASES = {
    "sum": (lambda: add(A, multiply(num(2), A), ones(m, n)), 3 * a + 1),
    "product": (lambda: multiply(num(Fraction(1, 3)), c, A, B), 0.5 * a @ b),
    "outer": (lambda: multiply(A, x, transpose(y)), a @ u @ v.T),
    "word": (lambda: multiply(transpose(x), S, y), (u.T @ s @ v).item()),
    "row": (lambda: multiply(transpose(x), S), u.T @ s),
    "power": (lambda: power(power(c, num(2)), num(Fraction(1, 2))), 1.5),
    "root": (lambda: power(c, num(Fraction(-1, 2))), 1.5**-0.5),
    "elementwise power": (lambda: power(A, num(3)), a**3),
    "hadamard": (lambda: hadamard(x, y, x), u * v * u),
    "transpose": (lambda: transpose(A), a.T),
    "inverse": (lambda: inverse(S), np.linalg.inv(s)),
    "matrix power": (lambda: matrix_power(S, 3), s @ s @ s),
    "negative power": (lambda: matrix_power(S, -2), np.linalg.inv(s @ s)),
    "trace": (lambda: trace(multiply(A, B, ones(p, m))), np.trace(a @ b @ np.ones((2, 3)))),
    "identity": (lambda: add(S, eye(n)), s + np.eye(4)),
    "zeros": (lambda: zeros(n, m), np.zeros((4, 3))),
    "dimension": (lambda: multiply(dimension(n * m + 1), pi), 13 * np.pi),
    "unit": (lambda: multiply(transpose(unit(2, m)), A, unit(3, n)), a[1, 2]),
    "block": (lambda: block([[A], [transpose(B), ones(p, 1)][:1]]), np.vstack([a, b.T])),
    "block of scalars": (lambda: block([[c, num(2)], [num(3), c]]), np.array([[1.5, 2], [3, 1.5]])),
    "slice": (lambda: slice_(A, 1, 2, 0, n), a[1:3]),
    "entry": (lambda: slice_(A, 1, 1, 2, 1), a[1, 2]),
    "call": (lambda: det(add(S, eye(n))), np.linalg.det(s + np.eye(4))),
    "call of a scalar": (lambda: apply(EXP, c), np.exp(1.5)),
    "call by body": (lambda: apply(HALF_SQUARE, A), a**2 / 2),
    "call by body of a scalar": (lambda: apply(HALF_SQUARE, c), 1.125),
}


@pytest.mark.parametrize("name", CASES)
def test_operation(name):
    make, expected = CASES[name]
    e = make()
    got = evaluate(e, VALUES)
    assert np.allclose(got, expected)
    assert np.ndim(got) == (0 if e.is_scalar else 2)


def test_values_may_be_vectors_of_either_form():
    assert evaluate(multiply(transpose(x), y), {x: [1, 2, 3], y: [[1], [1], [1]]}) == 6.0


def test_a_thin_product_never_makes_a_square_matrix():
    long = named("N")
    z = variable("z", (long, 1))
    e = multiply(z, transpose(z), z)
    w, M = variable("w", (long, 1)), variable("M", (long, 2))
    outer = multiply(w, transpose(z), M)
    values = {z: np.ones(50_000), w: np.ones(50_000), M: np.ones((50_000, 2))}
    assert evaluate(e, values)[0, 0] == 50_000
    assert evaluate(outer, values)[0, 0] == 50_000


def test_deep_and_shared_expressions():
    deep = shared = S
    for i in range(5_000):
        deep = apply(EXP, deep) if i % 2 else add(deep, eye(n))
    for _ in range(60):
        shared = add(matrix_power(shared, 2), eye(n)) if shared is S else add(apply(EXP, shared), transpose(shared))
    evaluate(deep, {S: np.zeros((2, 2))})
    evaluate(shared, {S: np.zeros((2, 2))})


def test_a_symbolic_dimension_may_be_one():
    assert evaluate(multiply(S, x), {S: [[2.0]], x: [3.0]}).shape == (1, 1)
    assert evaluate(det(S), {S: [[2.0]]}) == pytest.approx(2.0)


def test_sizes_that_no_variable_shows_are_asked_for():
    e = multiply(c, ones(n, n))
    with pytest.raises(InputError, match="dimension n"):
        evaluate(e, {c: 2.0})
    assert evaluate(e, {c: 2.0}, {"n": 3}).shape == (3, 3)


WRONG = [
    ({A: np.ones((3, 4)), x: np.ones(3)}, "x is n×1, its value is 3×1 \\(with m = 3, n = 4\\)"),
    ({A: np.ones((3, 4, 2)), x: np.ones(4)}, "3 axes"),
    ({A: np.ones((3, 4))}, "no value is given for x"),
    ({A: "abc", x: np.ones(4)}, "real numbers"),
    ({A: np.ones((3, 4)) * 1j, x: np.ones(4)}, "real numbers"),
]


@pytest.mark.parametrize(("values", "message"), WRONG)
def test_wrong_values_are_named(values, message):
    with pytest.raises(InputError, match=message):
        evaluate(multiply(A, x), values)


def test_singular_matrices_are_refused():
    with pytest.raises(InputError, match="no value"):
        evaluate(inverse(S), {S: np.zeros((2, 2))})


def test_roots_of_negative_numbers_and_division_by_zero_are_not_numbers():
    assert np.isnan(evaluate(power(c, num(Fraction(1, 2))), {c: -1.0}))
    assert np.isinf(evaluate(power(c, num(-1)), {c: 0.0}))
    nothing = node(POW, (zeros(n, n), num(-1)), None, (n, n))
    assert np.isinf(evaluate(nothing, {}, {"n": 2})).all()


def test_the_inverse_of_a_matrix_of_one() -> None:
    assert evaluate(node(MATPOW, (add(c, num(2)),), -1, (1, 1)), {c: 2.0}) == 0.25


def test_values_belong_to_whoever_asked() -> None:
    for e in (ones(n, n), multiply(ones(n, 1), ones(1, n), S), multiply(ones(m, 1), transpose(x)), transpose(S)):
        evaluate(e, {S: np.eye(2), x: np.ones(2)}, {"m": 3})[...] = 3.0


def test_faults_of_a_template_name_its_line():
    misshapen = function("f", "np.sum(X)", (n, n), (n, n))
    for rule, message in ((misshapen, "a number where 2×2 is due"), (elementwise("g", "np.dot(X, 'a')"), "fails"),
                          (BARE, "numpy")):
        with pytest.raises(MatcalcError, match=message):
            evaluate(apply(rule, S), {S: np.eye(2)})
    with pytest.raises(NoRuleError):
        evaluate(apply(BARE, S), {S: np.eye(2)})


def test_unspecified_functions_are_smooth_and_differentiate_exactly():
    f = [Function("σ", (Param("X", (m, n)),), (m, n), "unspecified", {}, order=i) for i in range(4)]
    value = [lambda t, g=g: evaluate(apply(g, c), {c: t}) for g in f]
    for low, high in pairwise(value):
        assert high(0.3) == pytest.approx((low(0.3 + 1e-5) - low(0.3 - 1e-5)) / 2e-5, abs=1e-8)
    assert evaluate(apply(f[0], A), {A: a})[1, 2] == pytest.approx(value[0](a[1, 2]))


def test_tangents_and_logarithms():
    dS = tangent("S", (n, n))
    e = trace(multiply(inverse(S), dS))
    assert evaluate(e, {S: 2 * np.eye(3), dS: np.eye(3)}) == pytest.approx(1.5)
    assert evaluate(log(det(S)), {S: 2 * np.eye(3)}) == pytest.approx(3 * np.log(2))


def test_the_edge():
    assert as_array([1, 2], (n, 1), "x", {"n": 2}).shape == (2, 1)
    assert isinstance(as_array(3, (1, 1)), float)
    assert isinstance(as_result(np.float64(3), (1, 1)), float)
    assert as_result(np.ones((3, 1)), (n, 1)).shape == (3,)
    assert as_result(np.ones((1, 3)), (1, n)).shape == (1, 3)


def test_dimensions_are_solved():
    assert solve([(m * n, 12), (n + 1, 5)], {})[0] == {"n": 4, "m": 3}
    assert solve([(n * n, 9)], {})[0] == {"n": 3}
    assert solve([(subtract(n, 1), 3)], {})[0] == {"n": 4}
    assert solve([(n, 3), (n, 4)], {})[1] == [(n, 4)]
    assert solve([(n * n, 8)], {})[1] == [(n * n, 8)]


def test_chosen_sizes_differ_pairwise_and_from_draw_to_draw():
    dims = [m, n, m * n, 3, n + 1]
    chosen = [sizes_for(dims, i) for i in range(3)]
    assert all(len(set(sizes.values())) == 2 and 3 not in sizes.values() for sizes in chosen)
    assert len({tuple(sizes.items()) for sizes in chosen}) == 3
    assert sizes_for([m, n], 0, {"n": 9})["n"] == 9
