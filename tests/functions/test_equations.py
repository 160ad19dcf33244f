"""Matrix equations and factors against SciPy's solvers and their differences, JAX and torch, with their conventions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import matcalc
from matcalc.cli.screen.wording import conditions
from matcalc.diagnostics import InputError

RNG = np.random.default_rng(23)
Array = np.ndarray[Any, Any]
N = 3
A = RNG.standard_normal((N, N)) - 2 * np.eye(N)
SMALL = 0.5 * RNG.standard_normal((N, N))
B = RNG.standard_normal((N, 2))
E = RNG.standard_normal((N, N)) + 3 * np.eye(N)
Q = RNG.standard_normal((N, N))
W = RNG.standard_normal((N, N))
SPD = Q @ Q.T + np.eye(N)
R = np.array([[2.0, 0.3], [0.3, 1.0]])


def glyap(a: Array, e: Array, q: Array) -> Array:
    """The equation divided by E: a Lyapunov equation that SciPy solves."""
    inverse = np.linalg.inv(e)
    return scipy.linalg.solve_continuous_lyapunov(inverse @ a, -inverse @ q @ inverse.T)


def signed_qr(b: Array) -> tuple[Array, Array]:
    """SciPy's factors with the signs that make the diagonal of R positive."""
    q, r = scipy.linalg.qr(b, mode="economic")
    signs = np.sign(np.diagonal(r))
    return q * signs, signs[:, None] * r


# A call, the values of its arguments, the peer's function of them.
CALLS: dict[str, tuple[dict[str, Array], Callable[..., Array]]] = {
    "lyap(A, Q)": ({"A": A, "Q": Q}, lambda A, Q: scipy.linalg.solve_continuous_lyapunov(A, -Q)),
    "solve_continuous_lyapunov(A, Q)": ({"A": A, "Q": Q}, scipy.linalg.solve_continuous_lyapunov),
    "solve_lyapunov(A, Q)": ({"A": A, "Q": Q}, scipy.linalg.solve_continuous_lyapunov),
    "lyap(A, E, Q)": ({"A": A, "E": -E, "Q": Q}, lambda A, E, Q: scipy.linalg.solve_sylvester(A, E, -Q)),
    "dlyap(A, Q)": ({"A": SMALL, "Q": Q}, scipy.linalg.solve_discrete_lyapunov),
    "solve_discrete_lyapunov(A, Q)": ({"A": SMALL, "Q": Q}, scipy.linalg.solve_discrete_lyapunov),
    "dlyap(A, A', Q)": ({"A": SMALL, "Q": Q}, scipy.linalg.solve_discrete_lyapunov),
    "stein(A, E, Q)": ({"A": SMALL, "E": E / 5, "Q": Q}, lambda A, E, Q: scipy.linalg.solve_sylvester(
        A, -np.linalg.inv(E), -Q @ np.linalg.inv(E))),
    "sylvester(A, E, Q)": ({"A": A, "E": -E, "Q": Q}, scipy.linalg.solve_sylvester),
    "lyap_generalised(A, E, Q)": ({"A": A, "E": E, "Q": Q}, glyap),
    "care(A, B, Q, R)": ({"A": A, "B": B, "Q": SPD, "R": R}, scipy.linalg.solve_continuous_are),
    "solve_continuous_are(A, B, Q, R)": ({"A": A, "B": B, "Q": SPD, "R": R}, scipy.linalg.solve_continuous_are),
    "dare(A, B, Q, R)": ({"A": A, "B": B, "Q": SPD, "R": R}, scipy.linalg.solve_discrete_are),
    "solve_discrete_are(A, B, Q, R)": ({"A": A, "B": B, "Q": SPD, "R": R}, scipy.linalg.solve_discrete_are),
    "cholesky(Q)": ({"Q": SPD}, np.linalg.cholesky),
    "cholesky_upper(Q)": ({"Q": SPD}, lambda Q: scipy.linalg.cholesky(Q, lower=False)),
    "qr_r(B)": ({"B": B}, lambda B: signed_qr(B)[1]),
    "qr_q(B)": ({"B": B}, lambda B: signed_qr(B)[0]),
    "solve(A, B)": ({"A": A, "B": B}, np.linalg.solve),
    "lstsq(B, Q)": ({"B": B, "Q": Q}, lambda B, Q: np.linalg.lstsq(B, Q, rcond=None)[0]),
    "cho_solve(cholesky(Q), B)": ({"Q": SPD, "B": B}, lambda Q, B: scipy.linalg.cho_solve(
        scipy.linalg.cho_factor(Q, lower=True), B)),
}
PLACES = [(call, x) for call, (values, _) in CALLS.items() for x in values]


def declared(call: str) -> dict[str, str]:
    """What the arguments are declared to be: positive definite ones so."""
    values, peer = CALLS[call]
    kinds = {name: f"matrix({v.shape[0]},{v.shape[1]})" + " spd" * (v is SPD or v is R) for name, v in values.items()}
    result = peer(*values.values())
    return {**kinds, "W": f"matrix({result.shape[0]},{result.shape[1]})"}


def weighted(call: str) -> tuple[str, dict[str, Array], Callable[..., float]]:
    """The sum of the entries with weights: as a formula, the values in it, and by the peer."""
    values, peer = CALLS[call]
    w = np.linspace(-1, 2, peer(*values.values()).size).reshape(peer(*values.values()).shape)
    return f"tr(W'*({call}))", {**values, "W": w}, lambda **at: float(np.sum(w * peer(*at.values())))


def slope(f: Callable[[float], float]) -> float:
    """Central differences of fourth order."""
    h = 1e-3
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


def directions(value: Array, count: int = 1) -> list[Array]:
    """Random ones, symmetric where the argument has to be."""
    found = RNG.standard_normal((count, *value.shape))
    return [v + v.T if value is SPD or value is R else v for v in found]


@pytest.mark.parametrize("call", CALLS)
def test_values_are_those_of_the_peer(call: str) -> None:
    f, values, peer = weighted(call)
    d = matcalc.grad(f, next(iter(CALLS[call][0])), variables=declared(call), check=False)
    assert d.value(values) == pytest.approx(peer(**CALLS[call][0]), rel=1e-10)


@pytest.mark.parametrize(("call", "x"), PLACES)
def test_gradients_are_the_differences_of_the_peer(call: str, x: str) -> None:
    f, values, peer = weighted(call)
    d = matcalc.grad(f, x, variables=declared(call), check=False)
    own = CALLS[call][0]
    (v,) = directions(own[x])
    due = slope(lambda h: peer(**{**own, x: own[x] + h * v}))
    assert np.sum(d.evaluate(values) * v) == pytest.approx(due, rel=1e-7, abs=1e-8)


SECOND = [("lyap(A, Q)", "A"), ("dlyap(A, Q)", "A"), ("care(A, B, Q, R)", "A"), ("care(A, B, Q, R)", "R"),
          ("dare(A, B, Q, R)", "B"), ("cholesky(Q)", "Q"), ("qr_r(B)", "B"),
          ("qr_q(B)", "B"), ("sylvester(A, E, Q)", "E"),
          ("lyap_generalised(A, E, Q)", "E")]


@pytest.mark.parametrize(("call", "x"), SECOND)
def test_second_derivatives_are_the_differences_of_the_peer(call: str, x: str) -> None:
    f, values, peer = weighted(call)
    own = CALLS[call][0]
    u, v = directions(own[x], 2)
    variables = {**declared(call), "V": declared(call)[x].split(")")[0] + ")"}
    first = matcalc.grad(f, x, variables=declared(call), check=False).ascii
    second = matcalc.grad(f"tr(V'*({first}))", x, variables=variables, check=False)
    found = np.sum(second.evaluate({**values, "V": v}) * u)
    due = slope(lambda h: slope(lambda k: peer(**{**own, x: own[x] + h * u + k * v})))
    assert found == pytest.approx(due, rel=1e-5)


SYMMETRIC = ["lyap(A, Q)", "dlyap(A, Q)", "lyap_generalised(A, E, Q)", "care(A, B, Q, R)", "dare(A, B, Q, R)"]


@pytest.mark.parametrize("call", SYMMETRIC)
def test_of_a_symmetric_matrix_the_solution_is_symmetric(call: str) -> None:
    variables = {"Q": "spd", "R": "spd"} if "R" in call else {"Q": "sym"}
    assert matcalc.simplify(f"{call} - ({call})'", variables=variables).ascii.startswith("zeros(")


def test_of_any_other_matrix_the_transpose_goes_inside() -> None:
    assert matcalc.simplify("lyap(A, Q)'").ascii == "lyap(A, Q')"
    assert matcalc.simplify("dlyap(A, Q)'").ascii == "dlyap(A, Q')"


CONDITIONS = [
    ("tr(W'lyap(A, Q))", {}, ["A without eigenvalues whose sum is 0"]),
    ("tr(W'lyap(A, Q))", {"A": "spd"}, []),
    ("tr(W'dlyap(A, Q))", {}, ["A without eigenvalues whose product is 1"]),
    ("tr(W'stein(A, B, Q))", {}, ["A and B without eigenvalues whose product is 1"]),
    ("tr(care(A, B, Q, R))", {"Q": "psd", "R": "spd"}, ["A and B stabilisable", "A and Q detectable"]),
    ("tr(care(A, B, Q, R))", {"Q": "spd", "R": "spd"}, ["A and B stabilisable"]),
]


@pytest.mark.parametrize(("f", "variables", "said"), CONDITIONS)
def test_conditions_of_solvability_stand_beside_the_answer(f: str, variables: dict[str, str], said: list[str]) -> None:
    assert matcalc.grad(f, "Q", variables=variables, check=False).conditions[:len(said) or None] == said


CLOSED = [
    ("log(prod(diag(cholesky(A))))", "inv(A)/2"), ("logdet(cholesky(A))", "inv(A)/2"),
    ("det(cholesky(A))^2", "det(A)*inv(A)"), ("tr(cholesky(A)*cholesky(A)')", "eye(m)"),
    ("tr(qr_r(A)'*qr_r(A))", "2*A"), ("tr(W*qr_q(A)*qr_r(A))", "W'"),
    ("tr(W*cholesky(A))",
     "inv(cholesky(A))'*(lower_half(cholesky(A)'*W') + lower_half(cholesky(A)'*W')')*inv(cholesky(A))/2"),
]


@pytest.mark.parametrize(("f", "answer"), CLOSED)
def test_formulas_of_the_cholesky_factor(f: str, answer: str) -> None:
    found = matcalc.grad(f, "A", variables={"A": "matrix(m,n)" if "qr" in f else "spd"}).ascii
    assert found.replace("eye(n)", "eye(m)") == answer


def test_the_diagonal_of_the_factor_gives_half_the_gradient_of_log_det() -> None:
    d = matcalc.grad("sum(log(diag(cholesky(A))))", "A", variables={"A": "spd(3)"})
    assert np.allclose(d.evaluate({"A": SPD}), np.linalg.inv(SPD) / 2, rtol=1e-12)


def test_the_gradient_of_the_cholesky_factor_is_that_of_torch_and_jax() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    d = matcalc.grad("tr(W'*cholesky(A))", "A", variables={"A": "spd(3)", "W": "matrix(3,3)"})
    found = d.evaluate({"A": SPD, "W": W})
    a = torch.tensor(SPD, requires_grad=True)
    torch.sum(torch.tensor(W) * torch.linalg.cholesky(a)).backward()
    with jax.enable_x64(True):
        b = jax.grad(lambda x: jax.numpy.sum(W * jax.numpy.linalg.cholesky(x)))(SPD)
    for g in (a.grad.numpy(), np.asarray(b)):
        assert np.allclose(found, (g + g.T) / 2, rtol=1e-9)


def test_chol_is_asked_about() -> None:
    """MATLAB, Octave and R have the upper factor under this name, books the lower one."""
    with pytest.raises(InputError) as refusal:
        matcalc.grad("sum(chol(A))", "A", variables={"A": "spd"})
    (first,) = refusal.value.diagnostics
    assert first.message == "chol with these arguments: programs differ in what it is"
    assert first.fixes == ("sum(cholesky(A))", "sum(cholesky_upper(A))")


@pytest.mark.parametrize(("library", "answer"), [("np", "lower"), ("torch", "lower"), ("scipy", "upper")])
def test_libraries_mean_their_own_factor(library: str, answer: str) -> None:
    d = matcalc.grad(f"np.sum(W * {library}.linalg.cholesky(A))", "A", dialect="numpy",
                     variables={"A": "spd(3)", "W": "matrix(3,3)"})
    due = np.sum(W * scipy.linalg.cholesky(SPD, lower=answer == "lower"))
    assert d.value({"A": SPD, "W": W}) == pytest.approx(due)


@pytest.mark.parametrize("f", ["tr(cholesky(B))", "sum(solve_triangular(L, b))"])
def test_what_a_factor_would_read_otherwise_is_refused(f: str) -> None:
    with pytest.raises(InputError, match="is not known to be"):
        matcalc.grad(f, f.split("(")[2][0], variables={"L": "lower", "B": "matrix(n,n)"})


def test_what_is_said_of_two_matrices_is_said_in_the_plural() -> None:
    found = matcalc.grad("tr(care(A, B, Q, R))", "Q", variables={"Q": "psd", "R": "spd"}, check=False)
    said = conditions(found.requirements, "unicode")
    assert said[:2] == ["if A and B are stabilisable", "A and Q are detectable"]
