"""What determines no single point is refused: constants that are singular in every size, branches that a division would
lose, solvers whose shapes do not fit."""

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

SINGULAR = [("var(x)", "x"), ("‖X - X'‖²", "X"), ("‖X + X'‖²", "X"), ("sum_{i,j} (x_i - x_j)^2", "x"),
            ("X + X' = A", "X"), ("X - X' = A", "X"), ("tril(X) = A", "X"), ("‖X 1‖²", "X")]


def code(text, wrt, **how):
    with pytest.raises(MatcalcError) as caught:
        matcalc.solve(text, wrt, **how)
    return caught.value.diagnostics[0].code


def test_a_constant_that_is_singular_in_every_size_leaves_no_single_point():
    for text, wrt in SINGULAR:
        assert code(text, wrt, check=False) == "M0604", text


def test_a_constant_that_is_invertible_is_no_condition():
    x, a = matcalc.solve("X + 2X' = A", "X"), np.arange(9.0).reshape(3, 3)
    found = x.evaluate({"A": a})
    assert x.conditions == []
    assert np.allclose(found + 2 * found.T, a)


def test_dividing_by_what_may_vanish_loses_no_branch():
    """x² + x y² + y² is stationary at (−1, ±√2) as well."""
    numbers = {"x": "scalar", "y": "scalar"}
    assert code("x^2 + x y^2 + y^2", ["x", "y"], variables=numbers) == "M0603"
    assert matcalc.solve("x^2 y + y^2", ["x", "y"], variables=numbers).unknowns["y"].ascii == "0"


def test_a_solver_of_square_matrices_is_not_handed_others():
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), rng.normal(size=(2, 4))
    x = matcalc.solve("tr(A X B X) + tr(C X)", "X", variables={"X": "matrix(m,n)"}).evaluate({"A": a, "B": b, "C": c})
    gradient = a.T @ x.T @ b.T + b.T @ x.T @ a.T + c.T
    assert np.allclose(gradient, 0, atol=1e-9 * np.linalg.cond(np.kron(a, b.T) + np.kron(b, a.T)))


def test_a_number_below_a_trace_is_solved_for():
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((2, 4, 3))
    found = matcalc.solve("‖A - c B‖_F^2", "c")
    assert np.isclose(found.evaluate({"A": a, "B": b}), np.vdot(a, b) / np.vdot(b, b))
