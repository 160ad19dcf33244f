"""QR in a language that has it is its own: orthonormal columns also where the Gram matrix has lost them, the signs of a
positive diagonal, and the derivative with them."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc

RNG = np.random.default_rng(6)
U, V = (np.linalg.qr(RNG.standard_normal(shape))[0] for shape in ((6, 3), (3, 3)))
ILL = U @ np.diag([1.0, 1e-5, 1e-9]) @ V.T  # whose Gram matrix has a condition number of 1e18
B = RNG.standard_normal((6, 3))


@pytest.mark.parametrize("target", ["numpy", "array-api", "torch"])
def test_columns_stay_orthonormal(target: str) -> None:
    wrap = pytest.importorskip("torch", reason="torch is not installed").as_tensor if target == "torch" else np.asarray
    Q, R = np.linalg.qr(ILL)
    Q, R = Q * np.sign(np.diag(R)), np.sign(np.diag(R))[:, None] * R
    for formula, B_, due in (("sum(B.*qr_q(A))", B, np.sum(B * Q)), ("sum(B.*qr_r(A))", B[:3], np.sum(B[:3] * R))):
        d = matcalc.grad(formula, wrt="A")
        found = d.function(target, check=False).f
        assert float(found(A=wrap(ILL), B=wrap(B_))) == pytest.approx(due, abs=1e-6)


@pytest.mark.parametrize("target", ["numpy", "array-api", "octave", "r", "torch", "jax", "cpp", "julia"])
def test_no_target_goes_through_the_gram_matrix(target: str) -> None:
    """And its code passes its own check, run where the language is installed."""
    text = matcalc.grad("sum(B.*qr_q(A)) + sum(C.*qr_r(A))", wrt="A").code(target)
    assert "chol" not in text.lower()
    assert "qr" in text.lower()
