"""Whole numbers with a name, the k of λ_k(A) and X^k, given with the data: values as NumPy's, the rest refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matcalc

RNG = np.random.default_rng(4)
M = RNG.standard_normal((4, 4))
A, x = M + M.T, RNG.standard_normal(5)
VALUES = np.linalg.eigvalsh(A)[::-1]


@pytest.mark.parametrize("k", [1, 2, 4, -1, -2, np.int64(3), np.array(2), 2.0])
def test_places_from_both_ends(k: Any) -> None:
    """λ_k for the k-th largest, −1 the smallest, with the gradient v vᵀ."""
    d = matcalc.grad("lambda_k(A)", wrt="A")
    i = int(k) - (k > 0)
    v = np.linalg.eigh(A)[1][:, ::-1][:, i]
    assert d.value({"A": A, "k": k}) == pytest.approx(VALUES[i])
    np.testing.assert_allclose(d.evaluate({"A": A, "k": k}), np.outer(v, v), atol=1e-12)


@pytest.mark.parametrize("k", [0, 5, -5, 2.5, "2", [2], None, np.nan, np.inf])
def test_what_is_no_place_is_refused(k: Any) -> None:
    d = matcalc.grad("lambda_k(A)", wrt="A")
    for ask in (d.value, d.evaluate):
        with pytest.raises(matcalc.MatcalcError, match=r"k = .* is no place among 4|k is a whole number"):
            ask({"A": A, "k": k})


@pytest.mark.parametrize(("text", "wrt", "given", "most"), [
    ("lambda_sum_largest(A, k)", "A", {"A": A}, 4), ("norm_ky_fan(A, k)", "A", {"A": A}, 8)])
def test_how_many_are_taken(text: str, wrt: str, given: dict[str, Any], most: int) -> None:
    """Sizes are counted from 1 on."""
    d = matcalc.grad(text, wrt=wrt)
    assert np.isfinite(d.evaluate({**given, "k": 2})).all()
    for k in (0, -1, most + 1):
        with pytest.raises(matcalc.MatcalcError, match=r"is no place among|whole number"):
            d.value({**given, "k": k})


@pytest.mark.parametrize("k", [1, 2, 5])
def test_powers(k: int) -> None:
    """tr Xᵏ, aᵀXᵏb and their derivatives, at the k that is given."""
    d = matcalc.grad("tr(X^k)", wrt="X")
    np.testing.assert_allclose(d.evaluate({"X": M, "k": k}), k * np.linalg.matrix_power(M.T, k - 1))
    a, b = M[0], M[1]
    power = np.linalg.matrix_power
    whole = sum(power(M.T, i) @ np.outer(a, b) @ power(M.T, k - 1 - i) for i in range(k))
    np.testing.assert_allclose(matcalc.grad("a'X^k b", wrt="X").evaluate({"X": M, "k": k, "a": a, "b": b}), whole)
    along = matcalc.jvp("X^k", wrt="X").evaluate({"X": M, "V": A, "k": k})
    step = 1e-6
    power = np.linalg.matrix_power
    slope = (power(M + step * A, k) - power(M - step * A, k)) / (2 * step)
    np.testing.assert_allclose(along, slope, rtol=1e-5, atol=1e-5)
    for wrong in (-2, 1.5, [3], "3"):
        with pytest.raises(matcalc.MatcalcError, match="k is a whole number, 0 at least"):
            d.evaluate({"X": M, "k": wrong})
