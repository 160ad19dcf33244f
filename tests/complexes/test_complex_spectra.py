"""Eigenvalues, singular values and functions of complex matrices, against differences, LAPACK, JAX and torch."""

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

HERMITIAN, HPD, MATRIX, SQUARE = "hermitian(n)", "hpd(n)", "complex matrix(m,n)", "complex matrix(n,n)"
GRADIENTS = (
    ("lambda_max(A)", {"A": HERMITIAN}, "v*v^H"),
    ("lambda_max(X X^H)", {"X": MATRIX}, ""),
    ("cond(A)", {"A": HPD}, ""),
    ("lambda_sum_largest(A, 2)", {"A": HERMITIAN}, ""),
    ("norm_nuc(X)", {"X": MATRIX}, "polar(X)/2"),
    ("norm_op(X)", {"X": MATRIX}, ""),
    ("norm_schatten(X, 4)", {"X": MATRIX}, ""),
    ("sum(log(1 + svdvals(X).^2))", {"X": MATRIX}, ""),
    ("von_neumann_entropy(A)", {"A": HPD}, "-dlogm(A, A) - logm(A)"),
    ("tr(sqrtm(A))", {"A": HPD}, "inv(sqrtm(A))/2"),
    ("norm2(pinv(X)*b)^2", {"X": MATRIX, "b": "complex vector(m)"}, ""),
    ("abs(b^H eigenvector(A, 1))^2", {"A": HERMITIAN, "b": "complex vector(n)"}, ""),
    ("gen_lambda_max(A, B)", {"B": HPD, "A": HERMITIAN}, ""),
)
HESSIANS = (
    ("lambda_max(A)", {"A": HERMITIAN}),
    ("log(det(A))", {"A": HPD}),
    ("norm_op(X)", {"X": MATRIX}),
    ("sum(log(1 + svdvals(X).^2))", {"X": MATRIX}),
    ("tr(B funm(A, tanh))", {"A": HERMITIAN, "B": HERMITIAN}),
)


def hermitian(rng, n):
    x = rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n))
    return (x + x.conj().T) / 2


def test_gradients_agree_with_differences():
    for formula, declared, answer in GRADIENTS:
        found = matcalc.grad(formula, wrt=next(iter(declared)), variables=declared)
        assert found.verify(1).ok, formula
        if answer and "v" not in answer:
            assert found.ascii == answer, formula


def test_second_derivatives_agree_with_differences():
    for formula, declared in HESSIANS:
        assert matcalc.hessian(formula, wrt=next(iter(declared)), variables=declared).verify(1).ok, formula
    several = {"x": "complex vector(n)", "y": "complex vector(p)", "A": MATRIX, "B": "complex matrix(m,p)"}
    found = matcalc.hessian("norm2(A*x - B*y)^2 + norm2(x)^4", wrt=["x", "y"], variables=several)
    assert found.verify(1).ok
    assert found.shape[0] == found.shape[1]


def test_functions_of_all_eigenvalues_have_derivatives_where_they_coincide():
    """The second derivative of tr exp(A) at A = t I is exp(t) times the identity."""
    declared = {"A": HERMITIAN}
    gradient = matcalc.grad("sum(exp(eigvalsh(A)))", variables=declared).evaluate({"A": 0.3 * np.eye(3)})
    assert np.allclose(gradient, np.exp(0.3) * np.eye(3))
    second = matcalc.hessian("sum(exp(eigvalsh(A)))", variables=declared).evaluate({"A": 0.3 * np.eye(3)})
    assert np.allclose(second, np.exp(0.3) * np.eye(9))


def test_entropy_fidelity_and_distance_of_states():
    """Values, against LAPACK."""
    rng = np.random.default_rng(0)
    r, s = (x @ x.conj().T + np.eye(3) for x in (hermitian(rng, 3), hermitian(rng, 3)))
    r, s = r / np.trace(r).real, s / np.trace(s).real
    states = {"R": HPD, "S": HPD}
    fidelity = matcalc.grad("tr(sqrtm(sqrtm(R)*S*sqrtm(R)))^2", wrt="S", variables=states)
    w, v = np.linalg.eigh(r)
    root = (v * np.sqrt(w)) @ v.conj().T
    due = np.sqrt(np.linalg.eigvalsh(root @ s @ root)).sum() ** 2
    assert np.isclose(fidelity.value({"R": r, "S": s}), due)
    distance = matcalc.grad("norm_nuc(R - S)/2", wrt="R", variables=states)
    assert np.isclose(distance.value({"R": r, "S": s}), np.abs(np.linalg.eigvalsh(r - s)).sum() / 2)
    entropy = matcalc.grad("von_neumann_entropy(R)", variables={"R": HPD})
    assert np.isclose(entropy.value({"R": r}), -(w * np.log(w)).sum())


def test_what_has_no_meaning_is_refused_by_name():
    for formula, declared, code in (
            ("lambda_max(A)", {"A": SQUARE}, "M1513"),
            ("real(b^H eigenvector(A, 1))", {"A": HERMITIAN, "b": "complex vector(n)"}, "M1514"),
            ("real(sum(left_singular_vector(A, 1)))", {"A": SQUARE}, "M1514"),
            ("relu(A)", {"A": SQUARE}, "M1501")):
        with pytest.raises(MatcalcError) as refused:
            matcalc.grad(formula, wrt="A", variables=declared)
        assert refused.value.diagnostics[0].code == code, formula


def test_a_vector_has_one_letter():
    found = matcalc.grad("lambda_max(X^H*A*X)", wrt="X", variables={"X": MATRIX.replace("m,n", "n,p"), "A": HERMITIAN})
    assert found.document("unicode").startswith("A X v vᴴ where v = ")
    assert "conj(X)" not in found.ascii


def test_steps_say_what_is_done():
    matrices = {"X": SQUARE, "A": SQUARE, "B": SQUARE}
    rules = [step.rule for step in matcalc.grad("tr(A*X*B*X^H)", wrt="X", variables=matrices).steps]
    assert any("trace" in rule or "cyclic" in rule for rule in rules)
    assert not any("collect" in rule for rule in rules)


def test_code_checks_itself():
    for formula, declared in (("norm_nuc(X)", {"X": MATRIX}), ("lambda_max(A)", {"A": HERMITIAN}),
                              ("abs(b^H eigenvector(A, 1))^2", {"A": HERMITIAN, "b": "complex vector(n)"}),
                              ("gen_lambda_max(A, B)", {"B": HPD, "A": HERMITIAN})):
        by = next(iter(declared))
        text = matcalc.code(formula, by, "numpy", functions=["value_and_gradient"], variables=declared)
        assert "conj" in text or formula == "norm_nuc(X)"
    text = matcalc.code("lambda_max(A)", "A", "numpy", functions=["hessian_product"], variables={"A": HERMITIAN})
    assert "def hessian_product" in text


def test_what_torch_and_jax_return():
    """Adjoints are torch's for grad_outputs, gradients JAX's with its convention."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    x, g = (rng.standard_normal((3, 2)) + 1j * rng.standard_normal((3, 2)) for _ in range(2))
    g = g @ g.T
    given = torch.tensor(x, requires_grad=True)
    (given @ given.mH).backward(torch.tensor(g))
    found = matcalc.vjp("X*X^H", variables={"X": MATRIX}).evaluate({"X": x, "G": g})
    assert np.allclose(found, given.grad.numpy())
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        due = jax.grad(lambda x: jax.numpy.sum(jax.numpy.linalg.svd(x, compute_uv=False)))(x)
    found = matcalc.grad("norm_nuc(X)", variables={"X": MATRIX}, convention="jax").evaluate({"X": x})
    assert np.allclose(found, np.asarray(due))
