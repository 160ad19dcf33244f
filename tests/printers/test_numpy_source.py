"""The generated function runs, agrees with NumPy written by hand, and refuses arguments of the wrong shape."""

import inspect
import math

import numpy as np
import pytest

from matcalc.algebra import variable
from matcalc.core.dims import named
from matcalc.core.expr import variables
from matcalc.language import parse
from matcalc.numeric.evaluate import as_result, evaluate
from matcalc.rulebook.book import standard
from matcalc.targets import numpy_source
from tests.printers.cases import CASES, DECLARATIONS
from tests.printers.test_round_trip import DEEP, LEVELS, deep

SIZES = {"m": 2, "n": 3, "p": 5}
RNG = np.random.default_rng(1)
VALUES = {"A": RNG.uniform(0.1, 1, (2, 3)), "X": RNG.uniform(0.1, 1, (3, 5)), "B": RNG.uniform(0.1, 1, (5, 2)),
          "Q": RNG.uniform(0.1, 1, (3, 3)), "R": RNG.uniform(0.1, 1, (3, 3)), "Sigma": np.diag([1.0, 2, 3]) + 0.1,
          "W_1": RNG.uniform(0.1, 1, (2, 3)), "x": RNG.uniform(0.1, 1, 3), "y": RNG.uniform(0.1, 1, 3),
          "b": RNG.uniform(0.1, 1, 2), "c": 1.5, "sigma_1": 0.5, "loss": 2.0, "x̂": RNG.uniform(0.1, 1, 3),
          "u_2_1": RNG.uniform(0.1, 1, 3)}


def read(source):
    return parse(source, DECLARATIONS, standard()).expr


def compiled(source):
    scope = {}
    exec(compile(source, "<generated>", "exec"), scope)
    return scope["gradient"]


def function_of(text):
    e = read(text)
    return compiled(numpy_source(e, variables(e)))


def test_the_first_example_in_full():
    e = read("det(A*X*B)*A'*inv(A*X*B)'*B'")
    source = numpy_source(e, variables(e))
    assert source[source.index("def gradient"):] == '''\
def gradient(A, X, B):
    """The gradient, with NumPy.

    A: an array (m, n)
    X: an array (n, p)
    B: an array (p, m)
    Returns an array (n, p).
    """
    A, X, B = floats(A, X, B)
    assert A.ndim == 2, f"A is m×n, not {A.shape}"
    m, n = A.shape
    p = X.shape[1]
    assert X.shape == (n, p), f"X is n×p = {(n, p)}, not {X.shape}"
    assert B.shape == (p, m), f"B is p×m = {(p, m)}, not {B.shape}"
    assert A.size, "A is empty"
    assert X.size, "X is empty"
    assert B.size, "B is empty"
    t1 = lu_factors(A @ X @ B)
    t2 = B @ lu_solve(t1, A)
    t2 *= lu_det(t1)
    return t2.T
'''
    assert source.count("lu_factors(") == 2  # its definition, and one factorisation for the determinant and the solve
    assert "inv(" not in source


HAND = {
    "norm2(A*x - b)": lambda A, x, b: np.sqrt(np.sum((A @ x - b) ** 2)),
    "2*A'*(A*x - b)": lambda A, x, b: 2 * A.T @ (A @ x - b),
    "x'*Q*x/(x'*x)": lambda x, Q: x @ Q @ x / (x @ x),
    "1 - tanh(Q*x).^2": lambda Q, x: 1 - np.tanh(Q @ x) ** 2,
    "inv(Q)'": lambda Q: np.linalg.inv(Q).T,
    "log(sum(exp(x)))": lambda x: np.log(np.sum(np.exp(x))),
    "x./(y.^2.*(Q*x))": lambda x, y, Q: x / (y**2 * (Q @ x)),
    "sigmoid(A*x) - b": lambda A, x, b: 1 / (1 + np.exp(-A @ x)) - b,
    "kron(Q, A)": lambda Q, A: np.kron(Q, A),
    "vec(A)": lambda A: A.T.ravel(),
    "expm(Q)": lambda Q: sum(np.linalg.matrix_power(Q, k) / math.factorial(k) for k in range(30)),
    "commutation(2,3)": lambda: np.eye(6)[[0, 2, 4, 1, 3, 5]],
    "c*x'*y*Q": lambda c, x, y, Q: c * (x @ y) * Q,
    "[Q, x; y', c]": lambda Q, x, y, c: np.block([[Q, x[:, None]], [y[None, :], np.array([[c]])]]),
    "A[1:2,2:3]": lambda A: A[0:2, 1:3],
    "A[2,3]": lambda A: A[1, 2],
}


@pytest.mark.parametrize("text", HAND)
def test_against_numpy_by_hand(text):
    names = [x.data.name for x in variables(read(text))]
    values = {name: VALUES[name] for name in names}
    got = function_of(text)(*values.values())
    want = HAND[text](**{name.split("_")[0]: value for name, value in values.items()})
    np.testing.assert_allclose(got, want, rtol=1e-12)
    assert np.shape(got) == np.shape(want)
    assert isinstance(got, float if np.shape(want) == () else np.ndarray)


@pytest.mark.parametrize("text", [case[0] for case in CASES if "deriv" not in case[0] and "sigma(" not in case[0]])
def test_against_the_evaluator(text):
    e = read(text)
    given = {x: VALUES[x.data.name] for x in variables(e)}
    f = compiled(numpy_source(e, list(given)))
    free = [p.name for p in inspect.signature(f).parameters.values() if p.kind is p.KEYWORD_ONLY]
    got = f(*given.values(), **{name: SIZES[name] for name in free})
    want = as_result(evaluate(e, given, SIZES), e.shape)
    np.testing.assert_allclose(got, want, rtol=1e-10)
    assert np.shape(got) == np.shape(want)


def test_columns_and_vectors():
    f = function_of("Q*x")
    column = f(VALUES["Q"], VALUES["x"].reshape(-1, 1))
    np.testing.assert_array_equal(column, f(VALUES["Q"], VALUES["x"]))
    assert column.shape == (3,)


@pytest.mark.parametrize(("q", "x", "message"), [
    (np.ones((3, 3)), np.ones(4), r"x is n = \(3,\), not \(4,\)"), (np.ones((3, 2)), np.ones(3), "Q is n×n"),
    (np.ones(3), np.ones(3), "Q is n×n"), (np.ones((3, 3)), np.ones((3, 2)), r"x is n = \(3,\), not \(3, 2\)"),
])
def test_wrong_shapes(q, x, message):
    with pytest.raises(AssertionError, match=message):
        function_of("Q*x")(q, x)


def test_unspecified_functions_are_arguments():
    e = read("deriv(sigma, W_1*x).*b + sigma(b)")
    f = compiled(numpy_source(e, variables(e)))
    assert list(inspect.signature(f).parameters)[-2:] == ["sigma", "sigma_1"]
    w, x, b = VALUES["W_1"], VALUES["x"], VALUES["b"]
    got = f(W_1=w, x=x, b=b, sigma=np.sin, sigma_1=np.cos)
    np.testing.assert_allclose(got, np.cos(w @ x) * b + np.sin(b))


def test_names_that_python_has_taken():
    lam, two_n = variable("lambda", (1, 1)), variable("x", (named("n") * 2, 1))
    e = parse("lambda*n*x", {"lambda": "scalar", "x": "vector(2*n)"}, standard()).expr
    np.testing.assert_allclose(compiled(numpy_source(e, [lam, two_n]))(3.0, np.ones(4)), 6 * np.ones(4))


@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("name", DEEP)
def test_deep(name, levels):
    e = deep(name, levels)
    assert callable(compiled(numpy_source(e, variables(e))))
