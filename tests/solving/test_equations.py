"""All solutions of A X B = C, three products and more, and X beside its transpose, on random data."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc

RNG = np.random.default_rng(3)
A, B, W, Z = RNG.normal(size=(5, 3)), RNG.normal(size=(2, 4)), RNG.normal(size=(3, 2)), RNG.normal(size=(3, 2))


def test_all_solutions() -> None:
    s = matcalc.solve("A X B = C", "X", general=True)
    flat = A[:2]  # two rows: many solutions
    c = flat @ W @ B
    first, other = (s.evaluate({"A": flat, "B": B, "C": c, "Z": z}) for z in (0 * Z, Z))
    np.testing.assert_allclose(flat @ first @ B, c)
    np.testing.assert_allclose(flat @ other @ B, c)
    assert np.linalg.norm(first - other) > 0.1
    np.testing.assert_allclose(first, np.linalg.pinv(flat) @ c @ np.linalg.pinv(B))
    np.testing.assert_allclose(s.evaluate({"A": flat, "B": B, "C": c, "Z": W}), W)  # every solution is one of them
    assert s.conditions == ["C - A*pinv(A)*C*pinv(B)*B = 0"]
    assert not s.is_only


def test_all_solutions_are_of_one_product() -> None:
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve("A X + X B + C X D = E", "X", general=True)
    assert refused.value.diagnostics[0].code == "M0603"
    with pytest.raises(matcalc.MatcalcError) as refused:
        matcalc.solve("x'x", "x", general=True)
    assert refused.value.diagnostics[0].code == "M0527"


def test_three_products() -> None:
    s = matcalc.solve("A X B + X C + D X = E", "X")
    values = {name: RNG.normal(size=(n, n)) for name, n in [("A", 3), ("B", 2), ("C", 2), ("D", 3)]}
    values["E"] = RNG.normal(size=(3, 2))
    x = s.evaluate(values)
    np.testing.assert_allclose(values["A"] @ x @ values["B"] + x @ values["C"] + values["D"] @ x, values["E"])


def test_beside_its_transpose() -> None:
    s = matcalc.solve("A X + X' B = C", "X", variables={"X": "matrix(n,n)"})
    a, b, c = RNG.normal(size=(3, 4, 4))
    x = s.evaluate({"A": a, "B": b, "C": c})
    np.testing.assert_allclose(a @ x + x.T @ b, c)


def test_weights_entry_by_entry() -> None:
    s = matcalc.solve("norm(V .* (X - A), 'fro')^2 + norm(X, 'fro')^2", "X")
    v = RNG.normal(size=(5, 3))
    np.testing.assert_allclose(s.evaluate({"V": v, "A": A}), v**2 * A / (v**2 + 1))
    assert "vec" not in s.ascii
