"""vech and the matrices that go with it: by their definitions with NumPy, and the identities of Magnus & Neudecker."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matcalc

RNG = np.random.default_rng(5)
NAMES = {"x": "vector(n(n+1)/2)", "A": "matrix(n,n)", "S": "sym(n)", "C": "matrix(m,n)"}


def lower_entries(X: Any) -> Any:
    """By the definition: the columns of the lower triangle, one behind the other."""
    return np.array([X[i, j] for j in range(len(X)) for i in range(j, len(X))])


def value(text: str, **values: Any) -> Any:
    found = matcalc.jacobian(text, wrt=next(iter(values)), variables={name: NAMES[name] for name in values})
    return np.asarray(found.value(values))


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_values(n: int) -> None:
    X = RNG.standard_normal((n, n))
    x = lower_entries(X)
    symmetric = np.tril(X) + np.tril(X, -1).T
    np.testing.assert_allclose(np.ravel(value("vech(A)", A=X)), x)
    np.testing.assert_allclose(np.reshape(value("unvech(x)", x=x), (n, n)), symmetric)
    np.testing.assert_allclose(np.reshape(value("unvech_lower(x)", x=x), (n, n)), np.tril(X))


@pytest.mark.parametrize("n", [2, 3])
def test_duplication_and_elimination_matrices(n: int) -> None:
    """Magnus & Neudecker (2019) 3.8: their defining properties determine both matrices."""
    size = n * (n + 1) // 2
    duplicates = np.asarray(matcalc.jacobian("duplication(n)*x", wrt="x", variables={"x": NAMES["x"]}).evaluate(
        {"x": np.zeros(size)}))
    eliminates = np.asarray(matcalc.jacobian("elimination(n)*vec(A)", wrt="A", variables={"A": NAMES["A"]}).evaluate(
        {"A": np.zeros((n, n))}))
    for k in range(size):
        lower = np.zeros((n, n))
        lower[[(i, j) for j in range(n) for i in range(j, n)][k]] = 1
        np.testing.assert_array_equal(duplicates[:, k], np.ravel(np.maximum(lower, lower.T), order="F"))
        np.testing.assert_array_equal(eliminates[k], np.ravel(lower, order="F"))


@pytest.mark.parametrize(("text", "due"), [
    ("duplication(n)*vech(S)", "vec(S)"), ("elimination(n)*vec(A)", "vech(A)"), ("unvech(vech(S))", "S"),
    ("elimination(n)*duplication(n)*x", "x"), ("commutation(n,n)*duplication(n)*x", "duplication(n)*x"),
    ("symmetrizer(n)*vec(A)", "vec(A + A')/2"), ("symmetrizer(n)*duplication(n)*x", "duplication(n)*x"),
    ("duplication(n)*elimination(n)*vec(S)", "vec(S)"), ("elimination(n)*elimination(n)'*x", "x")])
def test_identities(text: str, due: str) -> None:
    used = {name: kind for name, kind in NAMES.items() if name in text.replace("vec", "").replace("sym", "")}
    assert matcalc.equal(text, due, variables=used).equal


@pytest.mark.parametrize(("text", "wrt", "due"), [
    ("vech(C*unvech(x)*C')", "x", "elimination(m)*kron(C, C)*duplication(n)"),
    ("vec(C*unvech(x)*C')", "x", "kron(C, C)*duplication(n)"),
    ("vech(A)", "A", "elimination(n)"), ("unvech(x)", "x", "duplication(n)")])
def test_jacobians_of_the_book(text: str, wrt: str, due: str) -> None:
    used = {name: kind for name, kind in NAMES.items() if name in text.replace("vec", "")}
    found = matcalc.jacobian(text, wrt=wrt, variables=used)
    assert found.ascii == due
    assert found.verify().ok


@pytest.mark.parametrize("text", ["log(det(unvech(x)))", "tr(unvech(x)^3)", "norm2(vech(unvech(x)^2))"])
def test_derivatives(text: str) -> None:
    for way in (matcalc.grad, matcalc.hessian):
        assert way(text, wrt="x", variables={"x": NAMES["x"]}).verify().ok


@pytest.mark.parametrize("kind", ["vector(7)", "vector(m)", "vector(2)"])
def test_a_length_that_no_triangle_has_is_refused(kind: str) -> None:
    with pytest.raises(matcalc.MatcalcError, match="unvech"):
        matcalc.grad("sum(unvech(x))", wrt="x", variables={"x": kind})
