"""Formulas as engineers and physicists type them, by complex variables: gradients against central differences in real
and imaginary directions of what NumPy computes, and against jax.grad, which gives the conjugate of twice ∂f/∂x̄."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import matcalc

SIZES = {"n": 3, "m": 2, "k": 2, "p": 2}
KINDS = {"scalar": "", "vector": "n", "matrix": "m,n"}
Numbers = dict[str, Any]
H, W, X, V = "complex vector(n)", "complex matrix(n,k)", "complex matrix(m,n)", "complex scalar"


def _h(a: Any) -> Any:
    return a.conj().swapaxes(-1, -2) if a.ndim > 1 else a.conj()


def _logdet(np: Any, a: Any) -> Any:
    return np.linalg.slogdet(a)[1]


# text, dialect, variable, declarations, the same with NumPy's or JAX's functions
Row = tuple[str, str, str, dict[str, str], Callable[[Any, Numbers], Any]]
MIMO = {"H": "complex matrix(m,n)", "Q": "hpd(n)", "s": "positive scalar"}
BEAMS = {"w": H, "a": H, "R": "hpd(n)"}
STATE = {"psi": H, "phi": H, "O": "hermitian(n)"}
LINK = {"w": H, "h_k": H, "s": "positive scalar"}
FORMULAS: list[Row] = [
    # beamforming
    (r"\mathbf{w}^{\mathsf H}\mathbf{R}\mathbf{w}", "", "w", BEAMS, lambda np, v: np.vdot(
        v["w"], v["R"] @ v["w"]).real),
    ("|w^H a|^2 / (w^H R w)", "", "w", BEAMS, lambda np, v: np.abs(np.vdot(v["w"], v["a"])) ** 2 / np.vdot(
        v["w"], v["R"] @ v["w"]).real),
    ("w' * R * w - 2*real(w' * a)", "matlab", "w", BEAMS, lambda np, v: (np.vdot(v["w"], v["R"] @ v["w"]) - 2 * np.vdot(
        v["w"], v["a"])).real),
    ("np.vdot(w, R @ w).real", "numpy", "w", BEAMS, lambda np, v: np.vdot(v["w"], v["R"] @ v["w"]).real),
    (r"10 \log_{10} |w^H a|^2", "", "w", BEAMS, lambda np, v: 10 * np.log10(np.abs(np.vdot(v["w"], v["a"])) ** 2)),
    ("w^H w - Re(w^H a) + Im(a^H w)", "", "w", BEAMS, lambda np, v: np.vdot(v["w"], v["w"]).real - np.vdot(
        v["w"], v["a"]).real + np.vdot(v["a"], v["w"]).imag),
    (r"\frac{1}{a^{\mathrm H} R^{-1} a}", "", "a", BEAMS, lambda np, v: 1 / np.vdot(v["a"], np.linalg.solve(
        v["R"], v["a"])).real),
    ("angle(w^H a)", "", "w", BEAMS, lambda np, v: np.angle(np.vdot(v["w"], v["a"]))),
    # links of several users, index notation
    (r"\sum_k \log\left(1 + \frac{|h_k^H w|^2}{s}\right)", "", "w", LINK, lambda np, v: np.sum(np.log(1 + np.abs(
        v["h"].conj() @ v["w"]) ** 2 / v["s"]))),
    (r"\sum_{k} \log_2(1 + |\mathbf{h}_k^{\mathsf H} \mathbf{w}|^2 / s)", "", "w", LINK, lambda np, v: np.sum(np.log2(
        1 + np.abs(v["h"].conj() @ v["w"]) ** 2 / v["s"]))),
    ("Σₖ |hₖᴴ w|⁴", "", "w", LINK, lambda np, v: np.sum(np.abs(v["h"].conj() @ v["w"]) ** 4)),
    (r"\sum_k |h_k^* w_k|^2 + |w_k|^2", "", "w", {"w_k": V, "h_k": V}, lambda np, v: np.sum(np.abs(
        v["h"].conj() * v["w"]) ** 2 + np.abs(v["w"]) ** 2)),
    # capacity
    (r"\log\det(I + H Q H^{\mathsf H})", "", "H", MIMO, lambda np, v: _logdet(np, np.eye(2) + v["H"] @ v["Q"] @ _h(
        v["H"]))),
    (r"\log_2 \left| I + \frac{1}{s} H H^H \right|", "", "H", MIMO, lambda np, v: _logdet(np, np.eye(2) + v["H"] @ _h(
        v["H"]) / v["s"]) / np.log(2)),
    ("log(det(eye(m) + H*H'/s))", "matlab", "H", MIMO, lambda np, v: _logdet(np, np.eye(2) + v["H"] @ _h(
        v["H"]) / v["s"])),
    ("np.linalg.slogdet(np.eye(2) + H @ Q @ H.conj().T)[1]", "numpy", "H", {**MIMO, "H": "complex matrix(2,n)"},
     lambda np, v: _logdet(np, np.eye(2) + v["H"] @ v["Q"] @ _h(v["H"]))),
    ("tr((I + H^H H)^{-1})", "", "H", MIMO, lambda np, v: np.trace(np.linalg.inv(np.eye(3) + _h(
        v["H"]) @ v["H"])).real),
    (r"\|H\|_F^2 - s\,\Re\{\operatorname{tr}(H Q H^H)\}", "", "H", MIMO, lambda np, v: np.sum(np.abs(
        v["H"]) ** 2) - v["s"] * np.trace(v["H"] @ v["Q"] @ _h(v["H"])).real),
    # estimation
    (r"\|A x - b\|_2^2", "", "x", {"A": X, "x": H, "b": "complex vector(m)"}, lambda np, v: np.sum(np.abs(
        v["A"] @ v["x"] - v["b"]) ** 2)),
    ("np.linalg.norm(A @ x - b)**2", "numpy", "x", {"A": X, "x": H, "b": "complex vector(m)"}, lambda np, v: np.sum(
        np.abs(v["A"] @ v["x"] - v["b"]) ** 2)),
    ("norm(A*x - b)", "matlab", "x", {"A": X, "x": H, "b": "complex vector(m)"}, lambda np, v: np.sqrt(np.sum(np.abs(
        v["A"] @ v["x"] - v["b"]) ** 2))),
    (r"\sum_i |y_i - a_i^H x|^2", "", "x", {"x": H, "a_i": H, "y_i": V}, lambda np, v: np.sum(np.abs(
        v["y"] - v["a"].conj() @ v["x"]) ** 2)),
    ("(x-m)^H C^{-1} (x-m) where C: hpd(n)", "", "x", {"x": H, "m": H}, lambda np, v: np.vdot(
        v["x"] - v["m"], np.linalg.solve(v["C"], v["x"] - v["m"])).real),
    ("‖x‖² + 2 ℜ(aᴴx) + |aᴴx|", "", "x", {"x": H, "a": H}, lambda np, v: np.vdot(v["x"], v["x"]).real + 2 * np.vdot(
        v["a"], v["x"]).real + np.abs(np.vdot(v["a"], v["x"]))),
    ("sum(abs(x))", "", "x", {"x": H}, lambda np, v: np.sum(np.abs(v["x"]))),
    ("x.conj() @ x + (x @ x).real", "numpy", "x", {"x": H}, lambda np, v: np.vdot(v["x"], v["x"]).real + (
        v["x"] @ v["x"]).real),
    # phase retrieval, phase shift keying, constant modulus
    (r"\sum_i (|a_i^H x|^2 - b_i)^2", "", "x", {"x": H, "a_i": H, "b_i": "scalar"}, lambda np, v: np.sum((np.abs(
        v["a"].conj() @ v["x"]) ** 2 - v["b"]) ** 2)),
    (r"\sum_i (|\mathbf{a}_i^\dagger x| - b_i)^2", "", "x", {"x": H, "a_i": H, "b_i": "scalar"}, lambda np, v: np.sum((
        np.abs(v["a"].conj() @ v["x"]) - v["b"]) ** 2)),
    ("(|w^H y|^2 - 1)^2", "", "w", {"w": H, "y": H}, lambda np, v: (np.abs(np.vdot(v["w"], v["y"])) ** 2 - 1) ** 2),
    (r"|z^4 - 1|^2", "", "z", {"z": V}, lambda np, v: np.abs(v["z"] ** 4 - 1) ** 2),
    (r"|z - e^{\mathrm{i}\theta}|^2", "", "z", {"z": V, "theta": "scalar"}, lambda np, v: np.abs(v["z"] - np.exp(
        1j * v["theta"])) ** 2),
    (r"\Re(z)^2 + 3\,\Im(z)^2", "", "z", {"z": V}, lambda np, v: np.real(v["z"]) ** 2 + 3 * np.imag(v["z"]) ** 2),
    ("|z|^3/(1+|z|^2)", "", "z", {"z": V}, lambda np, v: np.abs(v["z"]) ** 3 / (1 + np.abs(v["z"]) ** 2)),
    ("log(|z - c|)", "", "z", {"z": V, "c": V}, lambda np, v: np.log(np.abs(v["z"] - v["c"]))),
    (r"\arg(z)^2", "", "z", {"z": V}, lambda np, v: np.angle(v["z"]) ** 2),
    (r"z \bar{z} + \overline{z c} z c", "", "z", {"z": V, "c": V}, lambda np, v: (np.abs(v["z"]) ** 2) * (1 + np.abs(
        v["c"]) ** 2)),
    ("Re{z^2 c} + |z^*|^2", "", "z", {"z": V, "c": V}, lambda np, v: (v["z"] ** 2 * v["c"]).real + np.abs(v["z"]) ** 2),
    # orthogonal frequencies: channel estimates, one tap for each carrier
    (r"\sum_k |y_k - h_k x_k|^2", "", "h", {"y_k": V, "h_k": V, "x_k": V}, lambda np, v: np.sum(np.abs(
        v["y"] - v["h"] * v["x"]) ** 2)),
    ("norm(y - diag(x)*F*h)^2", "matlab", "h", {"y": H, "x": H, "F": "complex matrix(n,k)", "h": "complex vector(k)"},
     lambda np, v: np.sum(np.abs(v["y"] - v["x"] * (v["F"] @ v["h"])) ** 2)),
    (r"\sum_k \left|y_k - e^{1i\,\theta_k} h_k\right|^2", "", "theta", {"y_k": V, "h_k": V, "theta_k": "scalar"},
     lambda np, v: np.sum(np.abs(v["y"] - np.exp(1j * v["theta"]) * v["h"]) ** 2)),
    ("np.sum(np.abs(y - h * x)**2)", "numpy", "h", {"y": H, "h": H, "x": H}, lambda np, v: np.sum(np.abs(
        v["y"] - v["h"] * v["x"]) ** 2)),
    # quantum states
    (r"\frac{\langle\psi|O|\psi\rangle}{\langle\psi|\psi\rangle}", "", "psi", STATE, lambda np, v: (np.vdot(
        v["psi"], v["O"] @ v["psi"]) / np.vdot(v["psi"], v["psi"])).real),
    (r"|\langle\phi|\psi\rangle|^2", "", "psi", STATE, lambda np, v: np.abs(np.vdot(v["phi"], v["psi"])) ** 2),
    (r"\psi^\dagger O \psi", "", "psi", STATE, lambda np, v: np.vdot(v["psi"], v["O"] @ v["psi"]).real),
    ("⟨ψ|O|ψ⟩² − |⟨ϕ|O|ψ⟩|²", "", "psi", STATE, lambda np, v: np.vdot(v["psi"], v["O"] @ v["psi"]).real ** 2 - np.abs(
        np.vdot(v["phi"], v["O"] @ v["psi"])) ** 2),
    (r"-\sum_k |\psi_k|^2 \log |\psi_k|^2", "", "psi", {"psi": H}, lambda np, v: -np.sum(np.abs(
        v["psi"]) ** 2 * np.log(np.abs(v["psi"]) ** 2))),
    (r"\sum_{k,j} \bar\psi_k O_{kj} \psi_j", "", "psi", {"psi": H, "O": "hermitian(n)"}, lambda np, v: np.vdot(
        v["psi"], v["O"] @ v["psi"]).real),
    ("|tr(U^H G)|^2", "", "G", {"U": "complex matrix(n,n)", "G": "complex matrix(n,n)"}, lambda np, v: np.abs(np.trace(
        _h(v["U"]) @ v["G"])) ** 2),
    (r"\operatorname{Re}\operatorname{tr}(U^\dagger G)", "", "G", {"U": "complex matrix(n,n)",
                                                                     "G": "complex matrix(n,n)"},
     lambda np, v: np.trace(_h(v["U"]) @ v["G"]).real),
    # matrices: precoders, equalisers, factorisations, control
    ("tr(W^H R W) - 2 Re tr(W^H G)", "", "W", {"W": W, "G": W, "R": "hpd(n)"}, lambda np, v: np.trace(_h(
        v["W"]) @ v["R"] @ v["W"]).real - 2 * np.trace(_h(v["W"]) @ v["G"]).real),
    (r"\|Y - U V^{\mathsf H}\|_F^2", "", "U", {"Y": X, "U": "complex matrix(m,k)", "V": W}, lambda np, v: np.sum(np.abs(
        v["Y"] - v["U"] @ _h(v["V"])) ** 2)),
    ("trace(E'*E) where E = Y - U*V'", "matlab", "V", {"Y": X, "U": "complex matrix(m,k)", "V": W},
     lambda np, v: np.sum(np.abs(v["Y"] - v["U"] @ _h(v["V"])) ** 2)),
    ("np.trace(W.conj().T @ R @ W).real", "numpy", "W", {"W": W, "R": "hpd(n)"}, lambda np, v: np.trace(_h(
        v["W"]) @ v["R"] @ v["W"]).real),
    ("log(det(W^H R W))", "", "W", {"W": W, "R": "hpd(n)"}, lambda np, v: _logdet(np, _h(v["W"]) @ v["R"] @ v["W"])),
    ("|det(A)|^2", "", "A", {"A": "complex matrix(n,n)"}, lambda np, v: np.abs(np.linalg.det(v["A"])) ** 2),
    ("tr(G^H G) where G = inv(1i*s*eye(n) - A)", "", "A", {"A": "complex matrix(n,n)", "s": "positive scalar"},
     lambda np, v: np.sum(np.abs(np.linalg.inv(1j * v["s"] * np.eye(3) - v["A"])) ** 2)),
    ("log(det(I - G^H G/s))", "", "G", {"G": "complex matrix(n,k)", "s": "positive scalar"}, lambda np, v: _logdet(
        np, np.eye(2) - _h(v["G"]) @ v["G"] / v["s"])),
    ("Re tr(A^H X B X^H)", "", "X", {"A": "complex matrix(m,m)", "X": X, "B": "complex matrix(n,n)"}, lambda np, v: np.
     trace(_h(v["A"]) @ v["X"] @ v["B"] @ _h(v["X"])).real),
    ("sum_i ‖y_i - A x_i‖²", "", "A", {"A": X, "x_i": H, "y_i": "complex vector(m)"}, lambda np, v: np.sum(np.abs(
        v["y"] - v["x"] @ v["A"].T) ** 2)),
    ("sum_k log(det(I + H_k W W^H H_k^H))", "", "W", {"H_k": "complex matrix(p,n)", "W": W},
     lambda np, v: np.sum(_logdet(np, np.eye(2) + v["H"] @ v["W"] @ _h(v["W"]) @ _h(v["H"])))),
    (r"\Im\left( z^{*} c \right) + \mathfrak{R}(c z)", "", "z", {"z": V, "c": V}, lambda np, v: (
        v["z"].conj() * v["c"]).imag + (v["c"] * v["z"]).real),
]


def numbers(said: dict[str, str], seed: int = 0) -> Numbers:
    """A value for each declared variable, of families with 4 members."""
    rng = np.random.default_rng(seed)
    found: Numbers = {}
    for name, kind in said.items():
        base, is_family = name.partition("_")[0], "_" in name
        word, _, sizes = kind.removeprefix("complex ").partition("(")
        dims = [SIZES.get(d) or int(d) for d in sizes.strip(")").split(",") if d] * (1 + (word in ("hermitian", "hpd")))
        shape = [4] * is_family + dims
        if word in ("hermitian", "hpd"):
            x = rng.normal(size=dims) + 1j * rng.normal(size=dims)
            found[base] = x @ _h(x) + np.eye(len(x)) if word == "hpd" else (x + _h(x)) / 2
        elif kind.startswith("complex"):
            found[base] = (rng.normal(size=shape) + 1j * rng.normal(size=shape)) * 0.6
        else:
            found[base] = rng.uniform(3.0, 5.0, shape) if "positive" in kind else rng.normal(size=shape)
    return found


def declared(row: Row) -> dict[str, str]:
    """What is declared, in the text as well."""
    _, _, more = row[0].partition(" where C: ")
    return {**row[3], **({"C": more} if more else {})}


@cache
def ours(k: int) -> Any:
    """2 ∂f/∂x̄ of the k-th formula."""
    row = FORMULAS[k]
    text, dialect, wrt, said, _ = row
    d = matcalc.grad(text, wrt=wrt, variables=said, dialect=dialect, convention="real-pair", check=False)
    needed = {name: value for name, value in numbers(declared(row)).items()
              if name in {str(key).partition("_")[0] for key in d.problem.typed_declarations()}}
    return np.asarray(d.evaluate(needed))


def differences(row: Row) -> Any:
    """∂f/∂Re x + i ∂f/∂Im x by central differences."""
    wrt, f, given, h = row[2], row[4], numbers(declared(row)), 1e-6
    x = np.asarray(given[wrt])
    found = np.zeros(x.shape, dtype=complex if np.iscomplexobj(x) else float)
    for place in np.ndindex(x.shape):
        for turn in (1, 1j) if np.iscomplexobj(x) else (1,):
            step = np.zeros(x.shape, dtype=found.dtype)
            step[place] = turn * h
            found[place] += turn * (f(np, {**given, wrt: x + step}) - f(np, {**given, wrt: x - step})) / (2 * h)
    return found


def test_gradients_are_differences_in_real_and_imaginary_directions() -> None:
    wrong = []
    for k, row in enumerate(FORMULAS):
        if not np.allclose(np.squeeze(ours(k)), np.squeeze(differences(row)), rtol=1e-5, atol=1e-6):
            wrong.append(row[0])
    assert wrong == []


@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.slow)])
def test_gradients_are_those_of_jax(every: int) -> None:
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    wrong = []
    for k in range(0, len(FORMULAS), every):
        row = FORMULAS[k]
        text, _, wrt, _, f = row
        given = {name: jax.numpy.asarray(value) for name, value in numbers(declared(row)).items()}
        theirs = jax.grad(lambda x, f=f, given=given, wrt=wrt: f(jax.numpy, {**given, wrt: x}))(given[wrt])
        if not np.allclose(np.squeeze(ours(k)), np.conj(np.squeeze(theirs)), rtol=1e-8, atol=1e-8):
            wrong.append(text)
    assert wrong == []
