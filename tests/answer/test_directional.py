"""Directional derivatives, what is pulled back, and differentials of any order."""

import numpy as np
import pytest

import matcalc
from tests.points import point, vec

FUNCTIONS = [("A*X*B", "X"), ("inv(X)", "X"), ("softmax(W*x)", "x"), ("x/norm(x)", "x"), ("X'*X", "X"),
             ("log(det(X))", "X"), ("exp(X)*u", "X"), ("tr(A*X)*X", "X"), ("x*x'*A", "x"), ("W*x", "W"),
             ("expm(X)", "X")]


@pytest.mark.parametrize(("f", "wrt"), FUNCTIONS)
def test_jvp_and_vjp_are_adjoint(f, wrt):
    """⟨G, dF[V]⟩ = ⟨J*[G], V⟩, and dF[V] = J vec(V)."""
    forward, backward, matrix = matcalc.jvp(f, wrt), matcalc.vjp(f, wrt), matcalc.jacobian(f, wrt)
    at = point(backward) | point(forward)
    v, g = (at[d.directions[0].data.name] for d in (forward, backward))
    along, pulled = (vec(d.evaluate(at)) for d in (forward, backward))
    assert np.isclose(vec(g) @ along, pulled @ vec(v))
    assert np.allclose(np.atleast_2d(matrix.evaluate(at)) @ vec(v), along)


def test_directions_have_names_of_their_own():
    assert matcalc.jvp("inv(X)", "X").ascii == "-inv(X)*V*inv(X)"
    assert matcalc.jvp("inv(X)*V", "X").directions[0].data.name == "W"
    assert matcalc.jvp("inv(X)", "X", direction="E").ascii == "-inv(X)*E*inv(X)"
    assert matcalc.jvp("X*b", ["X", "b"]).unicode == "V b + X v"
    assert matcalc.vjp("W*x", "W", direction="u").ascii == "u*x'"


def test_directions_are_refused_where_they_mislead():
    with pytest.raises(matcalc.MatcalcError, match="a name of its own"):
        matcalc.jvp("A*X", "X", direction="A")
    with pytest.raises(matcalc.MatcalcError, match="one direction for each"):
        matcalc.jvp("A*X", "X", direction=["V", "W"])


def test_structured_directions():
    assert matcalc.jvp("tr(A*X)", "X", variables={"X": "sym"}).directions[0].data.props == {"sym"}
    assert matcalc.vjp("inv(X)", "X", variables={"X": "sym"}).verify().ok


@pytest.mark.parametrize(("f", "wrt", "order", "printed"), [
    ("x'Ax", "x", 1, "dxᵀ (A + Aᵀ) x"), ("x'Ax", "x", 2, None), ("x'Ax", "x", 3, "0"),
    ("log(det(X))", "X", 2, "−tr(dX₂ X⁻¹ dX₁ X⁻¹)"), ("tr(inv(X))", "X", 4, None), ("sum(exp(X))", "X", 5, None),
    ("x'*A*y", ["x", "y"], 2, None), ("A*X*B", None, 3, None), ("logsumexp(x)", "x", 3, None),
    ("norm(x)", "x", 3, None),
    ("tr(expm(X))", "X", 3, None), ("sum(tanh(W*x))", ["W", "x"], 3, None), ("lambda_max(X)", "X", 2, None),
])
def test_differentials_of_any_order(f, wrt, order, printed):
    declared = {"X": "sym(n)"} if "lambda" in f else {}
    d = matcalc.differential(f, wrt, order=order, variables=declared)
    assert d.verify(trials=2).ok
    if printed and order > 1:
        assert d.unicode == printed


def test_tangents_are_numbered_apart_from_variables():
    """d of X_1 is dX₁ too, so that the tangents of X count on from where no variable is."""
    d = matcalc.differential("tr(X*X_1*X)", ["X"], order=2)
    assert "dX_1" not in d.ascii
    assert d.verify().ok
