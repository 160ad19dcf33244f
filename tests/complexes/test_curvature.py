"""Convexity, descents and several unknowns of real functions of complex variables."""

from __future__ import annotations

import re

import numpy as np
import pytest

import matcalc
from matcalc.descent.minimise import METHODS, descend
from matcalc.descent.objective import objective
from matcalc.diagnostics import MatcalcError

H, V = "complex vector(n)", "complex scalar"
KINDS = {"x": H, "a": H, "y": H, "b": "complex vector(m)", "A": "complex matrix(m,n)", "R": "hpd(n)",
         "S": "hermitian(n)", "Q": "hpd(n)", "X": "complex matrix(n,n)", "z": V, "c": V,
         "s": "positive scalar", "h_k": H, "w": H, "y_i": V, "a_i": H, "b_i": "scalar"}
VERDICTS = [  # Boyd & Vandenberghe (2004) ch. 3, in real and imaginary parts
    ("x^H R x", "x", "strictly convex"), ("-x^H R x", "x", "strictly concave"), ("x^H S x", "x", "convex"),
    ("norm2(A x - b)^2", "x", "convex"), ("norm2(A x - b)", "x", "convex"), ("|a^H x|", "x", "convex"),
    ("|a^H x|^4", "x", "convex"), ("(|a^H x|^2 - 2)^2", "x", "neither"), ("sum(abs(x))", "x", "convex"),
    ("log(det(eye(m) + A Q A^H))", "Q", "concave"), ("-log(det(Q))", "Q", "strictly convex"),
    ("tr(inv(Q))", "Q", "strictly convex"), ("x^H inv(Q) x", "x,Q", "convex"), ("Re(a^H x)", "x", "affine"),
    ("Re(z^2)", "z", "neither"), ("|z|^3", "z", "strictly convex"), ("|z - c|", "z", "convex"),
    ("-Im(z)^2", "z", "concave"), ("(z - conj(z))^2", "z", "concave"), ("log(|z|)", "z", "neither"),
    ("tr(X X^H)", "X", "convex"), ("|det(X)|^2", "X", "neither"), ("(x^H S x)/(x^H x)", "x", "neither"),
    ("|x^H y|^2", "x,y", "neither"), ("sum_i |y_i - a_i^H x|^2", "x", "convex"),
    ("sum_i (|a_i^H x|^2 - b_i)^2", "x", "neither"), ("sum_k log(1 + |h_k^H w|^2)", "w", "neither"),
]


def declared(*texts: str) -> dict[str, str]:
    return {name: kind for name, kind in KINDS.items() for text in texts
            if re.search(rf"(?<![A-Za-z]){name}(?![a-z_])", text)}


def test_verdicts() -> None:
    found = {text: matcalc.convexity(text, wrt.split(","), variables=declared(text)) for text, wrt, _ in VERDICTS}
    wrong = [(text, found[text].verdict) for text, _, due in VERDICTS if due not in found[text].verdict]
    assert wrong == []
    assert found["x^H S x"].conditions == ["S is positive semidefinite"]
    with pytest.raises(MatcalcError) as refused:
        matcalc.convexity("z^2", "z", variables={"z": V})
    assert refused.value.diagnostics[0].code == "M1531"


def test_descents_reach_the_minimum() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=s) + 1j * rng.normal(size=s) for s in ((6, 3), (6,)))
    due = np.linalg.lstsq(a, b, rcond=None)[0]
    for method in METHODS:
        f, w = objective("norm2(A x - b)^2", ["x"], {"A": a, "b": b}, {}, variables=declared("A x b"))
        found = descend(f, w, method, 2000)
        assert np.allclose(found.parameters["x"], due, atol=1e-5), method
    y = rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4))
    f, w = objective("normF(S - X)^2", ["S"], {"X": y}, {}, variables=declared("S X"))
    assert np.allclose(descend(f, w).parameters["S"], (y + y.conj().T) / 2, atol=1e-8)
    for text, name, code in (("log(det(Q))", "Q", "M1532"), ("z^2", "z", "M1533")):
        with pytest.raises(MatcalcError) as refused:
            objective(text, [name], {}, {}, variables=declared(text))
        assert refused.value.diagnostics[0].code == code


SEVERAL = [("norm2(A x + G y - b)^2", "x,y", None), ("norm2(b - A x - c*u)^2", "x,c", None),
           ("norm2(x - a)^2 + norm2(y)^2", "x,y", "A x + G y = b"), ("norm2(x)^2 + |z|^2", "x,z", "a^H x + z = c")]


def test_several_complex_unknowns() -> None:
    kinds = {**KINDS, "y": "complex vector(k)", "G": "complex matrix(m,k)", "u": "vector(m)"}
    for text, wrt, given in SEVERAL:
        names = [n for n in kinds if re.search(rf"(?<![A-Za-z]){n}(?![a-z_])", f"{text} {given}")]
        found = matcalc.solve(text, wrt.split(","), variables={n: kinds[n] for n in names},
                              **({"subject_to": given} if given else {}))
        assert found.kind == "minimum", text
        assert found.verify().ok, text
