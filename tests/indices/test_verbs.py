"""The verbs on formulas in index notation: claims, equality, closed forms, descent; no traceback."""

import copy
from contextlib import suppress

import numpy as np
import pytest

import matcalc
from matcalc.descent.minimise import descend
from matcalc.descent.objective import objective
from matcalc.diagnostics import InputError, MatcalcError

SQUARES = "sum_i (y_i - w'x_i)^2"
SOFTMAX = "p_i = e^{z_i}/sum_j e^{z_j}"
LOGDET = "sum_i log det(A_i + X)"
MATRICES = {"A_i": "matrix(d,d)", "X": "matrix(d,d)"}
RIGHT = [
    (SQUARES, "w", "gradient", "-2 sum_i (y_i - w'x_i) x_i"),
    (SQUARES, "w", "gradient", "-2 sum_k (y_k - w'x_k) x_k"),
    (SQUARES, "w", "gradient", "-2 X'(y - X w)"),
    (SQUARES, "x_k", "gradient", "-2 (y_k - w'x_k) w"),
    (SQUARES, "x_k", "gradient", "∂f/∂x_j = -2 (y_j - w'x_j) w"),
    (SQUARES, "x", "gradient", "-2 (y - X w) w'"),
    (SQUARES, "X", "gradient", "∂f/∂X = -2 (y - X w) w'"),
    (SOFTMAX, "z_k", "jacobian", "p_i (δ_ik - p_k)"),
    (SOFTMAX, "z", "jacobian", "p_i (δ_ij - p_j)"),
    (SOFTMAX, "z", "jacobian", "∂p_a/∂z_b = p_a (δ_ab - p_b)"),
    (SOFTMAX, "z", "jacobian", "J_ik = p_i (δ_ik - p_k)"),
    (SOFTMAX, "z", "jacobian", "diag(p) - p p'"),
    ("log sum_i e^{z_i}", "z", "hessian", "p_k (δ_kl - p_l) where p_k = e^{z_k}/sum_j e^{z_j}"),
    ("log sum_i e^{z_i}", "z", "hessian", "∂²f/∂z_i∂z_j = p_i δ_ij - p_i p_j where p_i = e^{z_i}/sum_k e^{z_k}"),
    ("prod_i x_i", "x_k", "gradient", "prod_{i≠k} x_i"),
    ("y_i = sum_j A_ij x_j^2", "x_k", "jacobian", "2 A_ik x_k"),
    (LOGDET, "X", "gradient", "sum_j inv(A_j + X)'"),
    (LOGDET, "A_k", "gradient", "inv(A_k + X)'"),
    ("sum_i (sum_j A_ij x_j - b_i)^2", "x_j", "gradient", "2 sum_i r_i A_ij where r_i = sum_j A_ij x_j - b_i"),
]
WRONG = [
    (SQUARES, "w", "gradient", "2 sum_i (y_i - w'x_i) x_i", "sign"),
    (SQUARES, "w", "gradient", "-sum_i (y_i - w'x_i) x_i", "factor"),
    (SQUARES, "w", "gradient", "-2 X (y - X w)", "transpose"),
    (SQUARES, "x_k", "gradient", "2 (y_k - w'x_k) w", "sign"),
    (SOFTMAX, "z", "jacobian", "p_i (1 - p_k)", "diagonal"),
    (SOFTMAX, "z", "jacobian", "p_i (δ_ik + p_k)", "sign"),
    (LOGDET, "A_k", "gradient", "inv(A_k + X)", "transpose"),
    (LOGDET, "A_k", "gradient", "2 inv(A_k + X)'", "factor"),
    (LOGDET, "A_k", "gradient", "inv(A_k + X)' + X", "term"),
    (LOGDET, "X", "gradient", "-sum_i inv(A_i + X)'", "sign"),
]


@pytest.mark.parametrize(("f", "wrt", "kind", "claim"), RIGHT)
def test_a_right_claim_holds_in_letters_and_in_matrices(f: str, wrt: str, kind: str, claim: str) -> None:
    declared = MATRICES if f == LOGDET else None
    assert matcalc.verify(f, wrt, claim=claim, kind=kind, variables=declared).ok is True


@pytest.mark.parametrize(("f", "wrt", "kind", "claim", "cause"), WRONG)
def test_a_wrong_claim_is_told_what_is_the_matter(f: str, wrt: str, kind: str, claim: str, cause: str) -> None:
    found = matcalc.verify(f, wrt, claim=claim, kind=kind, variables=MATRICES if f == LOGDET else None)
    assert found.ok is False
    assert found.cause is not None
    assert found.cause.kind == cause
    assert found.right


def test_exchanged_indices_are_named() -> None:
    found = matcalc.verify("Z_ij = x_i^2 x_j", "x", claim="2 x_k x_j δ_ik + x_i^2 δ_jk", kind="jacobian")
    assert found.ok is True
    swapped = matcalc.verify("Z_ij = x_i^2 x_j", "x", claim="2 x_k x_i δ_jk + x_j^2 δ_ik", kind="jacobian")
    assert swapped.ok is False
    assert swapped.cause.kind == "index"


@pytest.mark.parametrize(("wrt", "claim"), [("x_k", "-2 (y_i - w'x_i) w"), ("w", "x_k"), ("w", "∂f/∂x_k = w")])
def test_a_claim_about_other_indices_is_refused(wrt: str, claim: str) -> None:
    with pytest.raises(InputError, match=r"depends on|is about"):
        matcalc.verify(SQUARES, wrt, claim=claim)


@pytest.mark.parametrize(("a", "b"), [
    (SQUARES, "norm(y - X w)^2"), ("norm(y - X w)^2", SQUARES), ("sum_i x_i^2", "sum_j x_j^2"), ("sum_i x_i^2", "x'x"),
    (SOFTMAX, "softmax(z)"), ("y_i = sum_j A_ij x_j", "A x"), ("Z_ij = x_i y_j", "W_kl = x_k y_l"),
    (LOGDET, "sum_j log det(X + A_j)"), ("sum_{i<j} x_i x_j", "1/2 ((sum_i x_i)^2 - sum_i x_i^2)"),
])
def test_renamed_letters_and_matrices_are_equal_and_proved(a: str, b: str) -> None:
    found = matcalc.equal(a, b, variables=MATRICES if a == LOGDET else None)
    assert (found.equal, found.proved) == (True, True)


def test_what_stays_in_sums_is_compared_by_values() -> None:
    declared = {"A_i": "spd(d)", "x_i": "vector(d)"}
    ours = "sum_i log det(A_i + x_i x_i')"
    same = matcalc.equal(ours, "sum_j (log det(A_j) + log(1 + x_j' inv(A_j) x_j))", variables=declared)
    other = matcalc.equal(ours, "sum_j (log det(A_j) + log(1 - x_j' inv(A_j) x_j))", variables=declared)
    assert (same.equal, same.proved) == (True, False)
    assert other.equal is False
    assert other.point is not None
    assert np.ndim(other.point["values"]["A"]) == 3


def test_a_matrix_in_one_side_holds_the_family_of_the_other() -> None:
    declared = {"A_i": "spd(d)", "x_i": "vector(d)"}
    left = "sum_i log det(A_i + w w') + sum_i x_i'x_i"
    assert matcalc.equal(left, "sum_j log det(A_j + w w') + norm(X)^2", variables=declared).equal is True
    assert matcalc.equal(left, "sum_j log det(A_j + w w') - norm(X)^2", variables=declared).equal is False


def test_a_closed_form_has_both_forms() -> None:
    found = matcalc.simplify("sum_k (y_k - w'x_k)^2")
    assert found.ascii == "norm2(y - X*w)^2"
    assert found.in_form("index").ascii == "sum_{k}((y_k - w'*x_k)^2)"
    assert matcalc.simplify("sum_k log det(A_k + X)", variables=MATRICES).ascii == "sum_{k}(log(det(A_k + X)))"


def test_an_expression_keeps_its_sums_and_copies_of_answers_work() -> None:
    assert str(matcalc.parse("sum_k x_k^2")) == "sum_{i}(x_i^2)"
    assert matcalc.parse("sum_k x_k^2") is matcalc.parse("sum_i x_i^2")
    assert copy.deepcopy(matcalc.grad(SQUARES, "w")).ascii == "2*X'*(X*w - y)"


def test_descent_over_families_and_with_families_as_data() -> None:
    x, y = np.array([[1.0, 2], [3, 4], [5, 7]]), np.array([1.0, 2, 3])
    f, w = objective(SQUARES, ["w"], {"x": x, "y": y}, {})
    assert np.allclose(descend(f, w).parameters["w"], np.linalg.lstsq(x, y, rcond=None)[0])
    a, b = np.array([[[2.0, 0], [0, 1]], [[1, 0], [0, 3]]]), np.array([1.0, 2])
    ridge = [np.linalg.solve(m.T @ m + np.eye(2), m.T @ b) for m in a]
    for method in ("lbfgs", "newton"):
        f, w = objective("sum_i ||A_i x_i - b||^2 + ||x_i||^2", ["x"], {"A": a, "b": b}, {},
                         variables={"A_i": "matrix(2,2)"})
        assert np.allclose(descend(f, w, method).parameters["x"], ridge, atol=1e-5)


def test_a_missing_family_is_asked_for_by_its_name() -> None:
    with pytest.raises(InputError, match="no value for x"):
        objective(SQUARES, ["w"], {"y": np.ones(3)}, {})


MUTANTS = ["sum_i (y_i - w'x)^2", "sum_i x_i y_j", "prod_i x_i^2 + x_k", "sum_{i,j} A_ij x_i", "sum_i sum_j", "x_i",
           "sum_i", "p_i = z_i/sum_j z_j", "sum_{t=2}^T (x_t - a x_{t-1})^2", "max_i x_i'w", "sum_i log det(A_i + X)",
           "sum_i ||A_i x_i - b||", "sum_k [y=k] z_k", "sum_i x_i^(i)", "sum_{i≠j} 1/(x_i - x_j)"]


@pytest.mark.parametrize("f", MUTANTS)
def test_nothing_ends_in_a_traceback(f: str) -> None:
    for ask in (lambda: matcalc.equal(f, MUTANTS[0]), lambda: matcalc.equal(SQUARES, f), lambda: matcalc.simplify(f),
                lambda: matcalc.parse(f), lambda: matcalc.verify(f, "x"), lambda: matcalc.verify(f, "x", claim="x_k"),
                lambda: matcalc.verify(f, "x_k", claim="2 x_k - x_{k+1}"),
                lambda: matcalc.verify(SQUARES, "x", claim=f),
                lambda: matcalc.verify(f, "x", claim="x", kind="hessian"),
                lambda: objective(f, ["x"], {"y": np.ones(2), "w": np.ones(2)}, {})):
        with suppress(MatcalcError):
            assert repr(ask())
