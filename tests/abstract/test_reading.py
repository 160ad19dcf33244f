"""Declared functions as they are read and printed: every dialect that is read gives the same expression again."""

from __future__ import annotations

import pytest

import matcalc

F = {"f": "function(n) -> scalar"}
PHI = {"phi_1": "function(n) -> scalar"}
G = {"g": "function(n) -> vector(m)"}
K = {"K": "matrix(n,n) sym of theta"}
L = {"loss": "function(n) -> scalar"}
PRINTED = [
    ("grad", "f(A x + b)", "x", F, "A'*grad_f(A*x + b)", "Aᵀ ∇f(A x + b)", r"A^{\top} \nabla{f}(A x + b)"),
    ("hessian", "f(A x + b)", "x", F, "A'*hess_f(A*x + b)*A", "Aᵀ ∇²f(A x + b) A",
     r"A^{\top} \nabla^{2}{f}(A x + b) A"),
    ("grad", "a'g(B x)", "x", G, "B'*J_g(B*x)'*a", "Bᵀ J_g(B x)ᵀ a", r"B^{\top} J_{g}(B x)^{\top} a"),
    ("hessian", "a'g(x)", "x", G, "hess_g(x, a)", "∇²g(x, a)", r"\nabla^{2}{g}(x, a)"),
    ("grad", "tr(A K)", "theta", K, "tr(A*dK_dtheta(theta))", "tr(A (∂K/∂θ))",
     r"\operatorname{tr}\left(A \frac{\partial K}{\partial \theta}\right)"),
    ("hessian", "tr(A K)", "theta", K, "tr(A*d2K_dtheta2(theta))", "tr(A (∂²K/∂θ²))",
     r"\operatorname{tr}\left(A \frac{\partial^2 K}{\partial \theta^2}\right)"),
    ("grad", "phi_1(A x)", "x", PHI, "A'*grad_phi_1(A*x)", "Aᵀ ∇φ₁(A x)", r"A^{\top} \nabla{\phi_{1}}(A x)"),
    ("grad", "loss(A x)", "x", L, "A'*grad_loss(A*x)", "Aᵀ ∇loss(A x)", None),
    ("grad", "sum_i f(A x_i)", "A", F, "sum_{i}(grad_f(A*x_i)*x_i')", "Σᵢ ∇f(A xᵢ) xᵢᵀ", None),
]


@pytest.mark.parametrize(("kind", "text", "wrt", "declared", "ascii_", "unicode_", "latex"), PRINTED)
def test_printed_and_read_again(kind, text, wrt, declared, ascii_, unicode_, latex):
    d = getattr(matcalc, kind)(text, wrt, variables=declared)
    assert (d.ascii, d.unicode) == (ascii_, unicode_)
    assert latex is None or d.latex == latex
    assert d.typst
    assert d.mathml
    said = d.problem.typed_declarations()
    for shown in (d.ascii, d.unicode, d.latex):
        assert matcalc.equal(shown, d.ascii, variables=said).proved


@pytest.mark.parametrize(("one", "other", "declared"), [
    ("∇f(x)", "grad_f(x)", F), (r"a^\top \nabla f(x)", "a'grad_f(x)", F), ("x'∇^2 f(x) x", "x'hess_f(x)*x", F),
    ("K", "K(theta)", K), ("a'K b", "a'*K(theta)*b", K), ("a'(∂K/∂θ) b", "a'*dK_dtheta(theta)*b", K),
    (r"a^\top K(\theta) b", "a'*K*b", K), ("f(x) where f: function(n) -> scalar", "f(x)", F),
    ("f(x)", "f(x)", {"f": "function(n) → scalar"}),
])
def test_spellings(one, other, declared):
    variables = declared | {"a": "vector(n)", "b": "vector(n)"}
    assert matcalc.equal(one, other, variables=variables).proved


REFUSED = [
    ("f(x)", "x", {"f": "function(n)"}, "M0404"), ("f(x)", "x", {"f": "function -> scalar"}, "M0404"),
    ("f(x)", "x", {"f": "function(n) -> matrix"}, "M0404"),
    ("f(X)", "X", {"f": "function(m,n) -> vector(m)"}, "M0404"),
    ("f(x)", "x", {"f": "function(n) -> vector"}, "M0404"), ("f(x)", "x", {"f": "function(n,m,k) -> scalar"}, "M0404"),
    ("norm(x)", "x", {"norm": "function(n) -> scalar"}, "M0404"), ("tr(K)", "theta", {"K": "matrix of theta"}, "M0404"),
    ("tr(K)", "theta", {"K": "matrix(n,n) orthogonal of theta"}, "M0404"),
    ("f(x)", "x", F | {"g": "function(n) -> scalar"}, "M0405"), ("tr(X)", "X", K, "M0405"),
    ("f(x, y)", "x", F, "M0319"), ("f(X)", "X", F | {"X": "matrix(n,m)"}, "M0311"),
    ("f(x) + f(y)", "x", F | {"x": "vector(n)", "y": "vector(m)"}, "M0311"),
    ("f(x)", "x", F | {"x": "vector(3)"}, "M0404"),
    ("a'g(x)", "x", G | {"a": "vector(3)"}, "M0404"),
    ("f*x", "x", F, "M0203"), ("f(x)", "x", F | {"grad_f": "vector(n)"}, "M0403"), ("f(x)", "f", F, "M0502"),
    ("tr(K) + sum_{i=1}^n K_ii", "theta", K, "M0404"), ("u'u + sum_i u_i", "t", {"u": "vector(n) of t"}, "M0404"),
    ("f'(x)", "x", F, "M0210"), ("f(x) where f = x'x", "x", F, "M0403"),
    ("tr(K(rho))", "rho", K, "M0209"), ("tr(K)", "theta", K | {"theta": "vector(n)"}, "M0311"),
]


@pytest.mark.parametrize(("text", "wrt", "declared", "code"), REFUSED)
def test_refused(text, wrt, declared, code):
    with pytest.raises(matcalc.MatcalcError) as error:
        matcalc.grad(text, wrt, variables=declared)
    assert error.value.diagnostics[0].code == code


def test_a_dimension_of_a_function_is_nobody_elses():
    d = matcalc.grad("norm2(g(x))^2 + norm2(B*z)^2", "z", variables=G)
    assert "m" not in {str(size) for size in d.problem.variables["B"].shape}


def test_the_words_of_rules_mean_what_they_mean():
    """A declared k or t is none of the k and t in the text of a rule."""
    for name in "XxkmtAe":
        variables = {name: "scalar of tau"}
        assert matcalc.grad(f"log(1 + exp({name}))", "tau", variables=variables).verify().ok
