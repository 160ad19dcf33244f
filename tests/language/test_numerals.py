"""The numeral 1 as the vector of ones, and the repair of a row that is added to a matrix."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import InputError


@pytest.mark.parametrize("formula", ["‖XW + 1b' − Y‖²", "‖XW + 1 b^T - Y‖²", r"\lVert XW + 1 b^\top - Y \rVert^2",
                                     "‖1b' + XW − Y‖²", "‖XW + 𝟏bᵀ − Y‖²"])
def test_the_row_is_added_to_every_row(formula: str) -> None:
    rng = np.random.default_rng(3)
    X, W, b, Y = (rng.standard_normal(shape) for shape in ((4, 3), (3, 2), (2,), (4, 2)))
    found = matcalc.grad(formula, wrt="b").evaluate({"X": X, "W": W, "b": b, "Y": Y})
    assert np.allclose(found, 2 * (X @ W + b - Y).sum(axis=0))


@pytest.mark.parametrize(("formula", "same"), [
    ("1 x'x", "x'x"), ("1x'y", "x'y"), ("1'x", "sum(x)"), ("tr(1 A')", "tr(A)"), ("x'A 1", "x'A ones")])
def test_elsewhere_it_means_what_it_meant(formula: str, same: str) -> None:
    variables = {"A": "matrix(n,n)", "x": "vector(n)", "y": "vector(n)"}
    assert matcalc.equal(formula, same, variables=variables)


def test_a_row_beside_a_matrix_is_offered_to_be_spread() -> None:
    with pytest.raises(InputError) as caught:
        matcalc.grad("‖XW + b' − Y‖²", wrt="W")
    assert caught.value.diagnostics[0].fixes[0] == "‖XW + 1b' − Y‖²"
