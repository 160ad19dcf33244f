"""Spectra against differences and SymPy: where eigenvalues coincide, vectors with and without their sign, Hessians."""

import numpy as np
import pytest

import matcalc

SIZE = 4


def symmetric(eigenvalues, seed=3):
    """A symmetric matrix with these eigenvalues, in a random basis."""
    n = len(eigenvalues)
    q = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]
    a = q @ np.diag(eigenvalues) @ q.T
    return (a + a.T) / 2


def difference(value, x, v, h=1e-4):
    """The derivative of a function of a matrix in a direction, to fourth order."""
    return (8 * (value(x + h * v) - value(x - h * v)) - value(x + 2 * h * v) + value(x - 2 * h * v)) / (12 * h)


def direction(n, seed=5):
    v = np.random.default_rng(seed).normal(size=(n, n))
    return (v + v.T) / 2


def eig(a):
    return np.linalg.eigvalsh(a)


B = direction(SIZE, seed=8)
SMOOTH = [  # a formula, its value by NumPy, and eigenvalues of which some coincide where it is smooth all the same
    ("sum(eigvalsh(A))", lambda a: eig(a).sum(), [1, 1, 1, 1]),
    ("sum(eigvalsh(A).^2)", lambda a: (eig(a)**2).sum(), [1, 1, 1, 1]),
    ("sum(eigvalsh(A).^3)", lambda a: (eig(a)**3).sum(), [2, 2, 1, 1]),
    ("sum(exp(eigvalsh(A)))", lambda a: np.exp(eig(a)).sum(), [1, 1, 1, 2]),
    ("sum(log(eigvalsh(A)))", lambda a: np.log(eig(a)).sum(), [1, 1, 1, 1]),
    ("prod(eigvalsh(A))", lambda a: eig(a).prod(), [2, 2, 2, 3]),
    ("log(det(A))", lambda a: np.log(eig(a)).sum(), [1, 1, 1, 1]),
    ("lambda_sum_largest(A, 2)", lambda a: eig(a)[2:].sum(), [3, 3, 1, 1]),
    ("lambda_sum_smallest(A, 3)", lambda a: eig(a)[:3].sum(), [3, 1, 1, 1]),
    ("lambda_2(A) + lambda_1(A)", lambda a: eig(a)[2:].sum(), [3, 2.9, 1, 1]),
    ("eigenvalue(A, 3)", lambda a: eig(a)[1], [3, 3, 2, 1]),
    ("λ, V := eigh(A); tr(V*diag(λ.^2)*V'*B)", lambda a: np.trace(a @ a @ B), [3, 2, 1, 0.5]),
    ("tr(eigenprojection_largest(A, 2)*B)",
     lambda a: np.trace(np.linalg.eigh(a)[1][:, 2:] @ np.linalg.eigh(a)[1][:, 2:].T @ B), [3, 3, 1, 1]),
    ("(B[1,1:4]*eigh(A).vectors[:,4])^2", lambda a: (B[0] @ np.linalg.eigh(a)[1][:, -1])**2, [4, 2, 2, 1]),
]


@pytest.mark.parametrize(("formula", "value", "eigenvalues"), SMOOTH, ids=[row[0] for row in SMOOTH])
def test_gradients_where_eigenvalues_coincide(formula, value, eigenvalues):
    a, v = symmetric(eigenvalues), direction(SIZE)
    declared = {"A": "matrix(4,4) sym"} | ({"B": "matrix(4,4) sym"} if "B" in formula else {})
    d = matcalc.grad(formula, "A", variables=declared)
    found = d.evaluate({"A": a, **({"B": B} if "B" in formula else {})})
    assert np.vdot(found, v) == pytest.approx(difference(value, a, v), rel=1e-6, abs=1e-8)


CURVED = [
    ("sum(eigvalsh(A).^2)", [1, 1, 1, 1]), ("lambda_sum_largest(A, 2)", [3, 3, 1, 1]), ("log(det(A))", [1, 1, 1, 1]),
    ("lambda_max(A)", [4, 2, 2, 1]), ("eigenvalue(A, 3)", [3, 3, 2, 1]), ("lambda_min(A)", [4, 3, 3, 1]),
]


@pytest.mark.parametrize(("formula", "eigenvalues"), CURVED, ids=[row[0] for row in CURVED])
def test_hessians_where_other_eigenvalues_coincide(formula, eigenvalues):
    """Against differences of the gradient, which was tested against those of the value."""
    a, v = symmetric(eigenvalues), direction(SIZE)
    declared = {"A": "matrix(4,4) sym"}
    gradient = matcalc.grad(formula, "A", variables=declared)
    hessian = matcalc.hessian(formula, "A", variables=declared, structure="free")
    found = (hessian.evaluate({"A": a}) @ v.reshape(-1, order="F")).reshape(SIZE, SIZE, order="F")
    due = difference(lambda x: gradient.evaluate({"A": x}), a, v)
    np.testing.assert_allclose(found, due, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("formula", ["norm_op(X)", "singular_value(X, 2)", "sigma_min(X)", "cond(X)", "norm_nuc(X)",
                                     "norm_ky_fan(X, 2)", "norm_schatten(X, 3)", "σ_2(X)^2"])
@pytest.mark.parametrize("shape", ["matrix(3,5)", "matrix(5,3)", "matrix(3,3)"])
def test_gradients_and_hessians_of_singular_values(formula, shape):
    for found in (matcalc.grad(formula, "X", variables={"X": shape}, check=False),
                  matcalc.hessian(formula, "X", variables={"X": shape}, check=False)):
        assert found.verify(2).ok


@pytest.mark.parametrize("formula", ["sum(svdvals(X).^3)", "a'*svd(X).S", "tr(B*svd(X).U*diag(svd(X).S)*svd(X).V')",
                                     "tr(B*svd(X).U)", "tr(B*svd(X).V)"])
def test_all_singular_vectors(formula):
    declared = {"X": "matrix(3,3)", "B": "matrix(3,3)", "a": "vector(3)"}
    used = {name: kind for name, kind in declared.items() if name in formula}
    for found in (matcalc.grad(formula, "X", variables=used, check=False),
                  matcalc.hessian(formula, "X", variables=used, check=False)):
        assert found.verify(2).ok


def test_a_gap_and_a_sign_are_said():
    d = matcalc.grad("b'*eigenvector(A, 2)", "A", variables={"A": "sym"})
    said = " ".join(d.conditions)
    assert "where the 2nd largest eigenvalue is not simple" in said
    assert "the sign is arbitrary" in said
    assert any("coincide" in c for c in matcalc.grad("eigvalsh(A)[1]", "A", variables={"A": "sym"}).conditions)


def test_the_sign_does_not_depend_on_the_library():
    """v and −v are the same to LAPACK; the value is that of the eigenvector whose largest entry is positive."""
    a = symmetric([4, 3, 2, 1])
    for k, column in ((1, 3), (-1, 0), (2, 2)):
        v = np.linalg.eigh(a)[1][:, column]
        v = v * np.sign(v[np.abs(v).argmax()])
        d = matcalc.grad(f"b'*eigenvector(A, {k})", "b", variables={"A": "matrix(4,4) sym", "b": "vector(4)"})
        np.testing.assert_allclose(d.evaluate({"A": a, "b": np.ones(4)}), v, rtol=1e-10)


@pytest.mark.parametrize(("formula", "kind"), [
    ("eigenvalue(A, 5)", "matrix(4,4)"), ("eigenvalue(A, -5)", "matrix(4,4)"), ("eigenvalue(A, 0)", "matrix(4,4)"),
    ("singular_value(A, 3)", "matrix(2,6)"), ("lambda_sum_largest(A, 5)", "matrix(4,4)")])
def test_there_is_no_such_place(formula, kind):
    with pytest.raises(matcalc.MatcalcError, match="is a place among"):
        matcalc.grad(formula, "A", variables={"A": kind})
