"""A structure that is declared of a matrix holds where only its entries occur: derivatives by entries of a symmetric
one are those within it, those by entries of others are refused."""

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

RNG = np.random.default_rng(4)
W, V = RNG.normal(size=3), RNG.normal(size=3)
S = RNG.normal(size=(3, 3))
VALUES = {"X": S + S.T, "w": W, "v": V}


@pytest.mark.parametrize("declared", [{"X": "sym"}, {"X_ij": "scalar sym"}])
def test_by_all_and_by_one_the_gradient_lies_within_the_structure(declared):
    expected = (np.outer(W, V) + np.outer(V, W)) / 2
    for wrt in ("X", "X_kl"):
        d = matcalc.grad("sum_{i,j} X_ij w_i v_j", wrt, variables=declared)
        assert np.allclose(d.evaluate(VALUES), expected)
        assert d.verify().ok  # in entries as well


def test_second_derivatives_and_jacobians_are_checked_within_it():
    assert matcalc.hessian("sum_{i,j} X_ij^2 w_i", "X", variables={"X": "sym"}).verify().ok
    assert matcalc.jacobian("y_i = sum_j X_ij v_j", "X", variables={"X": "sym"}).verify().ok


def test_what_stays_a_sum_is_within_it_too():
    text = "sum_{i,j} log(1 + exp(X_ij w_i)) max_k (w_k X_ij)"
    d = matcalc.grad(text, "X", variables={"X": "sym"})
    found = d.evaluate({"X": VALUES["X"], "w": W})
    assert np.allclose(found, found.T)
    assert d.verify().ok


def test_a_claim_and_a_solution_know_it():
    text = "sum_{i,j} X_ij w_i v_j"
    assert not matcalc.verify(text, "X", claim="w v'", variables={"X": "sym"}).ok
    assert matcalc.verify(text, "X", claim="(w v' + v w')/2", variables={"X": "sym"}).ok
    assert matcalc.solve("sum_{i,j} (X_ij - A_ij)^2", "X", variables={"X": "sym"}).ascii == "(A + A')/2"


def test_entries_of_a_definite_matrix_are_symmetric():
    for word in ("psd", "spd"):
        assert matcalc.grad("sum_{i,j} X_ij w_i w_j", "w", variables={"X": word}).ascii == "2*X*w"
        assert matcalc.grad("sum_{i,j} X_ij w_i w_j", "X", variables={"X": word}).ascii == "w*w'"


def test_entries_that_depend_on_each_other_otherwise_are_refused():
    for word in ("skew", "diag", "lower", "orthogonal"):
        with pytest.raises(MatcalcError) as caught:
            matcalc.grad("sum_{i,j} X_ij w_i v_j", "X", variables={"X": word})
        assert caught.value.diagnostics[0].code == "M0229"
    assert matcalc.grad("sum_{i,j} A_ij w_i v_j", "w", variables={"A": "spd"}).ascii == "A*v"
