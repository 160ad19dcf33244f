"""Sums over members of complex families: their derivatives in matrices and in the letters that were typed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

H, V = "complex vector(n)", "complex scalar"
SUMS = [  # text, variable, declarations, the derivative by the conjugate or else by the variable, in matrices
    ("sum_i |x_i|^2", "x", {"x": H}, "x"),
    ("sum_i |y_i - a_i^H x|^2", "x", {"x": H, "a_i": H, "y_i": V}, "-A'*(y - conj(A)*x)"),
    (r"\sum_k \bar z_k \sum_j R_{kj} z_j", "z", {"z": H, "R": "hermitian(n)"}, "R*z"),
    ("sum_k Re(conj(a_k) x_k)", "x", {"x": H, "a": H}, "a/2"),
    ("sum_i sum_j |x_i - x_j|^2", "x", {"x": H}, "2*(n*x - sum(x)*ones(n))"),
    ("|sum_k a_k^H x_k|^2", "x", {"a_k": H, "x_k": H}, "tr(A^H*X)*A"),
    ("sum_i |(M^H x)_i|^4", "x", {"x": H, "M": "complex matrix(n,m)"}, "2*M*(abs(M^H*x).^2.*(M^H*x))"),
    (r"\sum_k x_k^2 e^{\mathrm{i} t_k}", "x", {"x": H, "t_k": "scalar"}, "2*x.*exp(1i*t)"),
]


def test_sums_with_a_matrix_form() -> None:
    wrong = []
    for text, wrt, said, expected in SUMS:
        d = matcalc.grad(text, wrt=wrt, variables=said)
        kinds = {name: info.declaration() for name, info in d.problem.variables.items()}
        due = matcalc.parse(expected, {name: kind for name, kind in kinds.items() if name in expected})
        same = d.expr is due or bool(matcalc.equal(d.ascii, expected, variables={
            name: kind for name, kind in kinds.items() if name in expected or name in d.ascii}))
        if not same or not d.verify().ok or (
                d.problem.indexed is not None and "index" not in d.forms):
            wrong.append((text, d.ascii, list(d.forms)))
    assert wrong == []


STAY = [
    ("sum_k log(det(A_k + X X^H))", "X", {"X": "complex matrix(n,m)", "A_k": "hpd(n)"}),
    ("sum_k log(1 + |h_k^H w_k|^2/(sum_{j≠k} |h_k^H w_j|^2 + s))", "w_k", {"w_k": H, "h_k": H, "s": "positive scalar"}),
    ("sum_k log(det(I + H_k Q H_k^H))", "Q", {"H_k": "complex matrix(m,n)", "Q": "hpd(n)"}),
    ("sum_k conj(x_k) det(A_k + x_k B)", "x", {"x": H, "A_k": "complex matrix(p,p)", "B": "complex matrix(p,p)"}),
    ("sum_k x_k^H A_k x_k", "x", {"x_k": H, "A_k": "hermitian(n)"}),
]


def test_sums_without_a_matrix_form() -> None:
    wrong = [text for text, wrt, said in STAY if not matcalc.grad(text, wrt=wrt, variables=said).verify().ok]
    assert wrong == []


def test_programs_and_second_derivatives_of_sums_without_a_matrix_form() -> None:
    """A program returns the gradient of every member, as differences say; what has no matrix is refused by name."""
    rng = np.random.default_rng(1)
    given = {"h": rng.normal(size=(4, 3)) + 1j, "w": 1j * rng.normal(size=(4, 3)) + 2, "s": 1.5}
    known: dict[str, Any] = {"__name__": "program"}
    exec(matcalc.grad(STAY[1][0], wrt="w_k", variables=STAY[1][2]).code("numpy", check=False), known)
    found, v = known["gradient"](**given), rng.normal(size=(4, 3)) + 1j * rng.normal(size=(4, 3))
    ahead, behind = (known["f"](**{**given, "w": given["w"] + h * v}) for h in (1e-6, -1e-6))
    assert np.isclose(2 * np.vdot(found, v).real, (ahead - behind) / 2e-6, rtol=1e-6)
    assert matcalc.vjp(STAY[1][0], wrt="w_k", variables=STAY[1][2]).verify().ok
    for asked in (matcalc.hessian, matcalc.jacobian):
        with pytest.raises(MatcalcError) as refused:
            asked(STAY[1][0], wrt="w_k", variables=STAY[1][2])
        assert refused.value.diagnostics[0].code == "M1534"


def test_conventions_of_a_member() -> None:
    """jax gives the conjugate of twice ∂f/∂x̄ₖ, in letters as in matrices."""
    said, rng = {"w": H, "h_k": H}, np.random.default_rng(0)
    given = {"w": rng.normal(size=3) + 1j * rng.normal(size=3), "h": rng.normal(size=(4, 3)) * (1 + 0.3j)}
    found = {c: matcalc.grad("sum_k |h_k^H w|^4", wrt="h", variables=said, convention=c).evaluate(given)
             for c in ("brandwood", "torch", "jax")}
    assert np.allclose(found["torch"], 2 * found["brandwood"])
    assert np.allclose(found["jax"], np.conj(found["torch"]))


def test_entries_of_a_hermitian_matrix_are_its_own_conjugates_across_the_diagonal() -> None:
    said = {"A": "hermitian(n)", "z": H}
    read = matcalc.parse("sum_{k,j} conj(A_kj) z_k conj(z_j)", said)
    assert read is matcalc.parse("sum_{k,j} A_jk z_k conj(z_j)", said)
    assert matcalc.equal("sum_k A_kk", "real(tr(A))", variables={"A": "hermitian(n)"})


def test_a_plain_unit_is_asked_about_in_sums() -> None:
    for text in ("sum_k i z_k", r"\sum_k e^{i t_k} z_k", r"\sum_i e^{i t_i} z_i"):
        with pytest.raises(MatcalcError) as refused:
            matcalc.parse(text, {"z": H, **({"t_k": "scalar"} if "t_" in text else {})})
        assert refused.value.diagnostics[0].code == "M1506", text
