"""The thin singular value decomposition of tall and wide matrices, LU, LDL', generalised and Perron eigenvalues, and
functions of rows: values by SciPy, gradients by torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import matcalc

torch: Any = pytest.importorskip("torch", reason="torch is not installed")
RNG = np.random.default_rng(11)
SHAPES = [(5, 3), (3, 5), (4, 4)]


def tall_or_wide(m: int, n: int) -> Any:
    return RNG.standard_normal((m, n))


def thin(X: Any) -> tuple[Any, Any, Any]:
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    return U, s, Vh.T


LOSSES: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("sum(svdvals(X).^3)", lambda X, _: (torch.linalg.svdvals(X)**3).sum()),
    ("tr(B'*svd(X).U*diag(svd(X).S.^3)*svd(X).V')",
     lambda X, B: (lambda U, s, V: torch.trace(B.T @ U @ torch.diag(s**3) @ V.T))(*thin(X))),
    ("tr(B'*svd(X).U*svd(X).V')", lambda X, B: (lambda U, s, V: torch.trace(B.T @ U @ V.T))(*thin(X))),
    ("norm2(B'*svd(X).U*diag(svd(X).S)*svd(X).U')^2",
     lambda X, B: (lambda U, s, V: (B.T @ U @ torch.diag(s) @ U.T).square().sum())(*thin(X))),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("text", "loss"), LOSSES)
def test_losses_that_no_sign_changes(text: str, loss: Callable[[Any, Any], Any], shape: tuple[int, int]) -> None:
    X, B = tall_or_wide(*shape), tall_or_wide(*shape)
    names = {name: "matrix(m,n)" for name in "XB" if name in text}
    found = matcalc.grad(text, wrt="X", variables=names)
    at = torch.as_tensor(X).requires_grad_()
    value = loss(at, torch.as_tensor(B))
    (due,) = torch.autograd.grad(value, at)
    given = {"X": X, "B": B} if "B" in names else {"X": X}
    np.testing.assert_allclose(found.value(given), value.item(), rtol=1e-9)
    np.testing.assert_allclose(found.evaluate(given), due, rtol=1e-7, atol=1e-9)


def test_conditions_are_said() -> None:
    found = matcalc.grad("sum(svd(X).U*b)", wrt="X", variables={"X": "matrix(m,n)", "b": "vector(min(m,n))"})
    said = " ".join(found.conditions)
    assert "full rank" in said
    assert "coincide" in said + " ".join(found.notes)


@pytest.mark.parametrize("part", ["L", "U", "P"])
def test_lu_is_that_of_scipy(part: str) -> None:
    A = RNG.standard_normal((4, 4))
    found = matcalc.jacobian(f"lu(A).{part}*x", wrt="x", variables={"A": "matrix(n,n)", "x": "vector(n)"})
    due = dict(zip("PLU", scipy.linalg.lu(A), strict=True))[part]
    np.testing.assert_allclose(found.evaluate({"A": A, "x": np.zeros(4)}), due, atol=1e-12)


@pytest.mark.parametrize(("text", "loss"), [
    ("tr(B'*lu(A).L)", lambda A, B: torch.trace(B.T @ torch.linalg.lu(A)[1])),
    ("tr(B'*lu(A).U)", lambda A, B: torch.trace(B.T @ torch.linalg.lu(A)[2]))])
def test_gradients_of_lu(text: str, loss: Callable[[Any, Any], Any]) -> None:
    A, B = RNG.standard_normal((4, 4)), RNG.standard_normal((4, 4))
    at = torch.as_tensor(A).requires_grad_()
    (due,) = torch.autograd.grad(loss(at, torch.as_tensor(B)), at)
    found = matcalc.grad(text, wrt="A", variables=dict.fromkeys("AB", "matrix(n,n)"))
    np.testing.assert_allclose(found.evaluate({"A": A, "B": B}), due, rtol=1e-8, atol=1e-10)


def test_ldl_of_a_definite_matrix() -> None:
    root = RNG.standard_normal((4, 4))
    A = root @ root.T + np.eye(4)
    found = matcalc.jacobian("L, D := ldl(A); L*D*L'*x", wrt="x", variables={"A": "spd(n)", "x": "vector(n)"})
    np.testing.assert_allclose(found.evaluate({"A": A, "x": np.zeros(4)}), A, rtol=1e-10)
    lower = matcalc.jacobian("ldl(A).L*x", wrt="x", variables={"A": "spd(n)", "x": "vector(n)"})
    L = np.asarray(lower.evaluate({"A": A, "x": np.zeros(4)}))
    np.testing.assert_allclose(np.triu(L), np.eye(4), atol=1e-12)


def test_generalised_eigenvalue() -> None:
    A, root = RNG.standard_normal((4, 4)), RNG.standard_normal((4, 4))
    A, B = A + A.T, root @ root.T + np.eye(4)
    names = {"A": "sym(n)", "B": "spd(n)"}
    values, vectors = scipy.linalg.eigh(A, B)
    v = vectors[:, -1:]
    for wrt, due in (("A", v @ v.T), ("B", -values[-1] * v @ v.T)):
        found = matcalc.grad("gen_lambda_max(A, B)", wrt=wrt, variables=names)
        np.testing.assert_allclose(found.value({"A": A, "B": B}), values[-1])
        np.testing.assert_allclose(found.evaluate({"A": A, "B": B}), due, rtol=1e-8, atol=1e-10)


def test_perron_eigenvalue() -> None:
    X = RNG.uniform(0.1, 2, (4, 4))
    found = matcalc.grad("pf_eigenvalue(X)", wrt="X", variables={"X": "matrix(n,n) positive"})
    values, left, right = scipy.linalg.eig(X, left=True)
    k = int(np.argmax(values.real))
    u, v = left[:, k].real, right[:, k].real
    np.testing.assert_allclose(found.value({"X": X}), values[k].real)
    np.testing.assert_allclose(found.evaluate({"X": X}), np.outer(u, v) / (u @ v), rtol=1e-9)
    assert matcalc.hessian("pf_eigenvalue(X)", wrt="X", variables={"X": "matrix(n,n) positive"}).verify().ok
    assert matcalc.grad("pf_eigenvalue(X)", wrt="X").verify().ok  # at points that have positive entries
    assert np.isnan(found.value({"X": X - 1}))


ROWS: list[tuple[str, Callable[[Any], Any]]] = [
    ("row_sort(X)", lambda X: np.sort(X, axis=1)), ("row_sort_descending(X)", lambda X: -np.sort(-X, axis=1)),
    ("row_topk(X, 2)", lambda X: -np.sort(-X, axis=1)[:, :2]),
    ("row_sum_largest(X, 2)", lambda X: -np.sort(-X, axis=1)[:, :2].sum(1)),
    ("row_quantile(X, 0.3)", lambda X: np.quantile(X, 0.3, axis=1)),
    ("row_median(X)", lambda X: np.median(X, axis=1)), ("row_diff(X)", lambda X: np.diff(X, axis=1)),
    ("row_correlate(X, [1; 2])", lambda X: np.array([np.correlate(x, [1, 2]) for x in X])),
]


@pytest.mark.parametrize("shape", [(2, 5), (4, 3)])
@pytest.mark.parametrize(("text", "due"), ROWS)
def test_functions_of_rows(text: str, due: Callable[[Any], Any], shape: tuple[int, int]) -> None:
    X = RNG.standard_normal(shape)
    found = matcalc.jacobian(text, wrt="X", variables={"X": "matrix({},{})".format(*shape)})
    np.testing.assert_allclose(np.asarray(found.value({"X": X})).ravel(), np.ravel(due(X)), atol=1e-12)
    assert found.verify(trials=1).ok


@pytest.mark.parametrize("length", [2, 3, 4])
def test_convolution_of_the_same_length(length: int) -> None:
    x, h = RNG.standard_normal(6), RNG.standard_normal(length)
    found = matcalc.jacobian("conv_same(x, h)", wrt="x", variables={"x": "vector(6)", "h": f"vector({length})"})
    np.testing.assert_allclose(found.value({"x": x, "h": h}), np.convolve(x, h, mode="same"), atol=1e-12)
    assert found.verify(trials=1).ok
