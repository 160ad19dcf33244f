"""Solutions against NumPy and SciPy on random data: solvers of least squares, of the equations of Karush, Kuhn and
Tucker written out as one block matrix, of Sylvester's equation, and minimisers that know no formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg, optimize

import matcalc

RNG = np.random.default_rng(7)
A, B, C, D = RNG.normal(size=(7, 4)), RNG.normal(size=(7, 3)), RNG.normal(size=(2, 4)), RNG.normal(size=2)
b, c, q = RNG.normal(size=7), RNG.normal(size=4), RNG.normal(size=4)
P = A.T @ A + np.eye(4)


def kkt(quadratic: np.ndarray, linear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The x with ½ x'Qx + l'x least under C x = D, and the multipliers."""
    whole = np.block([[quadratic, C.T], [C, np.zeros((2, 2))]])
    found = np.linalg.solve(whole, np.concatenate([-linear, D]))
    return found[:4], found[4:]


def test_least_squares() -> None:
    s = matcalc.solve("norm2(A x - b)^2", "x")
    np.testing.assert_allclose(s.evaluate({"A": A, "b": b}), np.linalg.lstsq(A, b, rcond=None)[0])


def test_least_squares_for_matrices() -> None:
    s = matcalc.solve("norm(A X - B, 'fro')^2", "X")
    np.testing.assert_allclose(s.evaluate({"A": A, "B": B}), np.linalg.lstsq(A, B, rcond=None)[0])


def test_ridge_is_least_squares_with_more_rows() -> None:
    s = matcalc.solve("norm2(A x - b)^2 + λ x'x", "x")
    rows, right = np.vstack([A, np.sqrt(0.3) * np.eye(4)]), np.concatenate([b, np.zeros(4)])
    np.testing.assert_allclose(s.evaluate({"A": A, "b": b, "lambda": 0.3}), np.linalg.lstsq(rows, right, rcond=None)[0])


@pytest.mark.parametrize(("formula", "quadratic", "linear"), [
    ("1/2 x'P x + q'x", P, q), ("norm2(x - c)^2", 2 * np.eye(4), -2 * c),
    ("norm2(A x - b)^2", 2 * A.T @ A, -2 * A.T @ b), ("1/2 x'x", np.eye(4), 0 * q)])
def test_equations_of_karush_kuhn_tucker(formula: str, quadratic: np.ndarray, linear: np.ndarray) -> None:
    s = matcalc.solve(formula, "x", subject_to="C x = d", variables={"P": "spd", "c": "vector"})
    given = {"P": P, "q": q, "c": c, "A": A, "b": b, "C": C, "d": D}
    x, multiplier = kkt(quadratic, linear)
    np.testing.assert_allclose(s.evaluate({name: given[name] for name in s.inputs}), x)
    value = s.multipliers["lambda"]
    np.testing.assert_allclose(value.evaluate({name: given[name] for name in value.inputs}), multiplier)


def test_multipliers_behind_a_number_that_was_divided_by() -> None:
    """d/dx log(1 + g) = g'/(1 + g): the multipliers are those of g over 1 + g."""
    s = matcalc.solve("log(1 + norm2(A x - b)^2)", "x", subject_to="C x = d")
    x, multiplier = kkt(2 * A.T @ A, -2 * A.T @ b)
    given = {"A": A, "b": b, "C": C, "d": D}
    np.testing.assert_allclose(s.evaluate(given), x)
    scale = 1 + np.sum((A @ x - b)**2)
    np.testing.assert_allclose(s.multipliers["lambda"].evaluate(given), multiplier / scale)


def test_two_constraints_are_one_of_more_rows() -> None:
    s = matcalc.solve("x'x", "x", subject_to=["C x = d", "a'x = r"], variables={"a": "vector", "r": "scalar"})
    rows, right = np.vstack([C, c]), np.append(D, 0.7)
    np.testing.assert_allclose(s.evaluate({"C": C, "d": D, "a": c, "r": 0.7}), np.linalg.pinv(rows) @ right)


def test_sylvester() -> None:
    s = matcalc.solve("A X + X B = C", "X")
    left, right, due = RNG.normal(size=(3, 3)), RNG.normal(size=(4, 4)), RNG.normal(size=(3, 4))
    np.testing.assert_allclose(s.evaluate({"A": left, "B": right, "C": due}), linalg.solve_sylvester(left, right, due))


def test_an_implicit_equation() -> None:
    s = matcalc.solve("x = A x + b", "x")
    given = {"A": P / 20, "b": q}
    np.testing.assert_allclose(s.evaluate(given), P @ s.evaluate(given) / 20 + q)


def test_covariance_and_precision_minimise_the_likelihood() -> None:
    for formula, of in [
            ("log(det(S)) + tr(inv(S) V)", lambda s, v: np.linalg.slogdet(s)[1] + np.trace(np.linalg.solve(s, v))),
            ("tr(S V) - log(det(S))", lambda s, v: np.trace(s @ v) - np.linalg.slogdet(s)[1])]:
        s = matcalc.solve(formula, "S", variables={"S": "spd", "V": "spd"})
        start = s.evaluate({"V": P})

        def value(free: np.ndarray, of=of) -> float:  # type: ignore[no-untyped-def]
            root = np.zeros((4, 4))
            root[np.tril_indices(4)] = free
            return float(of(root @ root.T, P))

        found = optimize.minimize(value, np.linalg.cholesky(np.eye(4))[np.tril_indices(4)], method="BFGS")
        assert found.fun == pytest.approx(of(start, P), rel=1e-6)
        assert s.kind == "minimum"


def test_sums_over_an_index() -> None:
    s = matcalc.solve("sum_i (y_i - w'x_i)^2 + λ w'w", "w")
    x, y = RNG.normal(size=(6, 3)), RNG.normal(size=6)
    wanted = np.linalg.solve(x.T @ x + 0.5 * np.eye(3), x.T @ y)
    np.testing.assert_allclose(s.evaluate({"x": x, "y": y, "lambda": 0.5}), wanted)


def test_eigenvectors_and_their_multipliers() -> None:
    for formula, declared, subject_to, b in [("x'P x", {"P": "sym"}, "x'x = 1", np.eye(4)),
                                             ("x'P x", {"P": "sym"}, "x'x = 2", np.eye(4) / 2),
                                             ("x'P x", {"P": "sym", "B": "spd"}, "x'B x = 1", P @ P)]:
        s = matcalc.solve(formula, "x", subject_to=subject_to, variables=declared)
        given = {"P": A.T @ A, "B": b}
        x = s.evaluate({name: given[name] for name in s.inputs})
        values, vectors = linalg.eigh(given["P"], b)
        assert x @ given["P"] @ x == pytest.approx(values[0])
        np.testing.assert_allclose(np.abs(x), np.abs(vectors[:, 0]))
        multiplier = s.multipliers["lambda"]
        value = multiplier.evaluate({name: given[name] for name in multiplier.inputs})
        assert value == pytest.approx(-values[0] / (2 if subject_to == "x'x = 2" else 1))
        assert not s.is_only


def test_procrustes() -> None:
    s = matcalc.solve("norm(A X - B, 'fro')^2", "X", subject_to="X'X = I", variables={"X": "matrix(n,n)"})
    right = RNG.normal(size=(7, 4))
    found = s.evaluate({"A": A, "B": right})
    np.testing.assert_allclose(found, linalg.orthogonal_procrustes(A, right)[0], atol=1e-12)
    inside = s.multipliers["Lambda"].evaluate({"A": A, "B": right})
    np.testing.assert_allclose(A.T @ (A @ found - right) + found @ inside, 0, atol=1e-12)


def test_procrustes_from_the_right() -> None:
    s = matcalc.solve("norm(X A - B, 'fro')^2", "X", subject_to="X'X = I")
    assert s.conditions == ["A*B' has full row rank"]
    left, right = RNG.normal(size=(3, 8)), RNG.normal(size=(5, 8))
    found = s.evaluate({"A": left, "B": right})
    u, _, v = np.linalg.svd(right @ left.T, full_matrices=False)
    np.testing.assert_allclose(found, u @ v, atol=1e-12)
