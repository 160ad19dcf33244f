"""Programs for JAX: pure, under jit, vmap and grad, in double and in single precision."""

import numpy as np
import pytest

import matcalc
from tests.targets.problems import agrees, printed, some

jax = pytest.importorskip("jax", reason="jax is not installed")
jnp = jax.numpy
LOGISTIC = {"X": "matrix(m,n)", "w": "vector(n)", "y": "vector(m)"}


@pytest.fixture(autouse=True)
def _double_precision():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="module")
def logistic():
    d = matcalc.grad("sum(log(1 + exp(-y.*(X*w))))", "w", variables=LOGISTIC, check=False)
    return d.function("jax")


def plain(y, X, w):
    return jnp.sum(jnp.logaddexp(0, -y * (X @ w)))


def point():
    rng = np.random.default_rng(0)
    return rng.standard_normal(5), rng.standard_normal((5, 3)), rng.standard_normal(3)


@pytest.mark.parametrize("name", some(30))
def test_problems(name):
    agrees(name, "jax", jnp.asarray)


def test_a_count_of_entries_is_of_the_kind_of_the_data():
    agrees("ml-lse-H", "jax", jnp.asarray)  # divided by how many entries are the largest


@pytest.mark.parametrize("i", range(3))
def test_grad_by_every_argument(logistic, i):
    want = jax.grad(plain, i)(*point())
    for got in (jax.grad(logistic.f, i), jax.jit(jax.grad(logistic.f, i)), jax.jacfwd(logistic.f, i),
                lambda *x: jax.value_and_grad(logistic.f, i)(*x)[1]):
        np.testing.assert_allclose(got(*point()), want, rtol=1e-12)
    got, want = (jax.jit(jax.hessian(f, i))(*point()) for f in (logistic.f, plain))
    np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)


def test_grad_of_the_variable_is_the_closed_form(logistic):
    np.testing.assert_array_equal(jax.grad(logistic.f, 2)(*point()), logistic.value_and_gradient(*point())[1])
    text = str(jax.make_jaxpr(jax.grad(logistic.f, 2))(*point()))
    assert text.count("exp ") <= 2  # those of f and of the closed form; nothing is derived from f


def test_vmap(logistic):
    y, X, w = point()
    many = np.stack([w, 2 * w, -w])
    want = np.stack([jax.grad(plain, 2)(y, X, v) for v in many])
    np.testing.assert_allclose(jax.vmap(jax.grad(logistic.f, 2), (None, None, 0))(y, X, many), want, rtol=1e-12)
    np.testing.assert_allclose(jax.jit(jax.vmap(logistic.gradient, (None, None, 0)))(y, X, many), want, rtol=1e-12)


def test_single_precision_columns_and_the_static_option(logistic):
    y, X, w = point()
    single = [x.astype(np.float32) for x in point()]
    assert jax.grad(logistic.f, 2)(*single).dtype == logistic.gradient(*single).dtype == np.float32
    assert jax.grad(logistic.f, 2)(y, X, w[:, None]).shape == (3, 1)
    np.testing.assert_allclose(jax.jit(logistic.f, static_argnames="check")(*point(), check=False), plain(*point()))
    with jax.enable_x64(False):
        assert logistic.gradient(*point()).dtype == np.float32


def test_wrong_and_empty_shapes_are_refused_under_jit(logistic):
    y, X, w = point()
    with pytest.raises(AssertionError, match=r"X is m×n = \(4, 3\), not \(5, 3\)"):
        jax.jit(logistic.gradient)(y[:4], X, w)
    with pytest.raises(AssertionError, match="y is empty"):
        logistic.gradient(y[:0], X[:0], w)


def test_a_hessian_product_is_the_second_derivative():
    f = matcalc.hessian("x'*A*x*sum(exp(x))", "x", check=False).function("jax", form="operator", check=False).f

    def plain(x, A):
        return x @ A @ x * jnp.sum(jnp.exp(x))

    x, A = np.array([0.3, -1.0, 0.5]), np.arange(9.0).reshape(3, 3)
    for second in (jax.hessian, lambda f: jax.jacrev(jax.jacrev(f)), lambda f: jax.jacfwd(jax.grad(f), 1),
                   lambda f: jax.jacfwd(jax.hessian(f))):
        np.testing.assert_allclose(jax.jit(second(f))(x, A), jax.jit(second(plain))(x, A), rtol=1e-11,
                                   atol=1e-12)


def test_ours_at_kinks_never_that_of_the_library():
    absolute = matcalc.grad("sum(abs(x))", "x", check=False).function("jax", check=False)
    zero = np.zeros(2)
    assert jax.grad(lambda x: jnp.abs(x).sum())(zero)[0] == 1  # what JAX says
    np.testing.assert_array_equal(jax.grad(absolute.f)(zero), 0)
    np.testing.assert_array_equal(jax.jit(jax.grad(absolute.f))(zero), 0)


def test_a_determinant_of_rank_n_minus_one_has_the_closed_form_or_no_number():
    X = np.diag([1.0, 2, 3, 0])
    got = jax.grad(matcalc.grad("det(X)", "X", check=False).function("jax", check=False).f)(X)
    assert np.all(np.isnan(got)) or np.allclose(got, np.diag([0.0, 0, 0, 6]))
    X = np.diag([1.0, 2, 0, 0])
    got = jax.grad(matcalc.grad("det(X)", "X", check=False).function("jax", check=False).f)(X)
    assert np.all(np.isnan(got)) or np.allclose(got, 0)


@pytest.mark.parametrize("structure", ["project", "cookbook"])
def test_symmetric_arguments_are_symmetrised(structure):
    d = matcalc.grad("log(det(S))", "S", variables={"S": "spd(n)"}, structure=structure, check=False)
    found = d.function("jax", check=False)
    S = np.array([[2.0, 0.9], [0.1, 1.0]])  # libraries read one triangle, or both
    inverse = np.linalg.inv((S + S.T) / 2)
    np.testing.assert_allclose(jax.grad(found.f)(S), inverse, rtol=1e-12)
    doubled = 1 if structure == "project" else 2 - np.eye(2)
    np.testing.assert_allclose(found.gradient(S), inverse * doubled, rtol=1e-12)


def test_numbers_several_variables_and_other_layouts():
    f = matcalc.grad("t*x'*A*x", ["A", "t"], variables={"t": "scalar", "A": "matrix(n,n)"}, check=False).function(
        "jax", check=False)
    x, A = np.array([1.0, 2]), np.array([[1.0, 2], [3, 4]])
    by_name = {"t": 2.0, "x": x, "A": A}
    names = f.f.__wrapped__.__code__.co_varnames[:3]
    places = [names.index("A"), names.index("t")]
    by_A, by_t = jax.grad(f.f, places)(*(by_name[name] for name in names))
    np.testing.assert_allclose(by_A, 2 * np.outer(x, x))
    np.testing.assert_allclose(by_t, x @ A @ x)
    turned = matcalc.grad("tr(B*X)", "X", layout="numerator", check=False).function("jax", check=False)
    B, X = np.arange(6.0).reshape(2, 3), np.zeros((3, 2))
    by_name = {"B": B, "X": X}
    names = turned.f.__wrapped__.__code__.co_varnames[:2]
    np.testing.assert_allclose(jax.grad(turned.f, names.index("X"))(*(by_name[name] for name in names)), B.T)


def test_a_jvp_is_known_and_unspecified_functions_are_left_to_jax():
    found = matcalc.api.jvp("A*X*B", ["A", "X"]).function("jax", check=False)
    A, X, B = np.eye(2), np.ones((2, 3)), np.ones((3, 2))
    primals = {"A": A, "X": X, "B": B}
    order = [primals[name] for name in found.f.__wrapped__.__code__.co_varnames[:3]]
    np.testing.assert_allclose(jax.jvp(found.f, order, order)[1], 3 * A @ X @ B)
    loss = matcalc.grad("sum(f(A*x))", "x", check=False).function("jax", check=False).h
    A, x = np.arange(6.0).reshape(2, 3), np.ones(3)
    names = loss.__code__.co_varnames[:2]
    given = [{"A": A, "x": x}[name] for name in names]
    np.testing.assert_allclose(jax.grad(loss, names.index("x"))(*given, jnp.sin), A.T @ np.cos(A @ x))


def test_the_check_changes_nothing_of_the_process():
    with jax.enable_x64(False):
        assert "jax.grad of f by x against gradient" in printed(matcalc.grad("x'*x", "x").code("jax"))
        assert jnp.ones(1).dtype == np.float32


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_arguments_are_converted_to(dtype):
    d = matcalc.grad("log(det(S)) + x'*S*x + t*norm1(x)", "x", variables={"S": "spd(n)", "t": "scalar"}, check=False)
    given = {"S": np.array([[2.0, 0.3], [0.3, 1.0]]), "x": np.array([[1.0], [-2.0]]), "t": 2.0}
    got = d.function("jax", dtype=dtype).gradient(*(given[name] for name in d.inputs))
    assert got.dtype == dtype
    assert got.shape == (2,)


SOLVED = {  # formula, variable, what is declared
    "log(det(S)) + tr(B'*inv(S)*B)": ("S", {"S": "spd(n)", "B": "matrix(n,k)"}),
    "tr(A*inv(X)*B)": ("X", {"X": "matrix(n,n)", "A": "matrix(k,n)", "B": "matrix(n,k)"}),
    "log(det(X)^2)": ("X", {"X": "matrix(n,n)"}),
    "y'*inv(K+s*I)*y + log(det(K+s*I))": ("s", {"K": "spd(n)", "y": "vector(n)", "s": "scalar"}),
    "tr(B'*inv(L)*B) + tr(A*inv(L)'*B)": ("B", {"L": "matrix(n,n) lower", "B": "matrix(n,k)", "A": "matrix(k,n)"}),
    "tr(B'*inv(U)*B) + tr(A*inv(U)'*B)": ("B", {"U": "matrix(n,n) upper", "B": "matrix(n,k)", "A": "matrix(k,n)"}),
    "sum((A*inv(S)).^2) + tr(inv(S))": ("A", {"S": "spd(n)", "A": "matrix(k,n)"}),
}


@pytest.mark.parametrize("formula", SOLVED)
def test_large_systems_are_solved_by_halves(formula):
    """At an order at which triangles are cut, twice: what NumPy gives; and under vmap."""
    x, declared = SOLVED[formula]
    rng, n = np.random.default_rng(0), 150
    square = np.eye(n) + rng.standard_normal((n, n)) / 20
    points = {"S": square @ square.T, "K": square @ square.T, "X": square[::-1], "L": np.tril(square),
              "U": np.triu(square), "A": rng.standard_normal((60, n)), "B": rng.standard_normal((n, 60)),
              "y": rng.standard_normal(n), "s": 0.5}
    d = matcalc.grad(formula, x, variables=declared, check=False)
    given = [points[name] for name in d.inputs]
    want = d.function("numpy", check=False).value_and_gradient(*given)
    both = d.function("jax", check=False, check_arguments=False).value_and_gradient
    many = jax.jit(jax.vmap(both))(*(np.stack([a, a]) for a in given))
    for got in (jax.jit(both)(*given), [y[1] for y in many]):
        np.testing.assert_allclose(got[0], want[0], rtol=1e-10)
        np.testing.assert_allclose(got[1], want[1], rtol=1e-8, atol=1e-10)


def test_products_with_transposes():
    rng = np.random.default_rng(0)
    for formula, rows in (("tr(A'*B*C)", 20), ("tr(A'*B*C)", 2), ("tr(A'*C*B)", 6)):
        d = matcalc.grad(formula, "C", variables={"A": "matrix(m,n)", "B": "matrix(m,k)"} if rows != 6 else {
            "A": "matrix(m,n)", "B": "matrix(k,n)"}, check=False)
        given = {"A": rng.standard_normal((rows, 5)), "B": rng.standard_normal((rows, 4) if rows != 6 else (4, 5))}
        given["C"] = rng.standard_normal({6: (6, 4)}.get(rows, (4, 5)))
        got = d.function("jax", check=False).gradient(*(given[name] for name in d.inputs))
        np.testing.assert_allclose(got, d.evaluate(given), rtol=1e-12)
