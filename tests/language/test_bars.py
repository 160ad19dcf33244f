"""Bars: KL(p ‖ q), where those that stand alone part two arguments, and |x|₂; those of a norm come in pairs."""

import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

SPELLED = [
    "KL(p,q)", "KL(p‖q)", "KL(p || q)", "D_KL(p‖q)", r"D_{KL}(p \| q)", r"D_{\mathrm{KL}}(p \,\|\, q)",
    r"D_{KL}(p \parallel q)", r"\mathrm{KL}\left(p \,\middle\|\, q\right)", r"\operatorname{KL}(p || q)",
]


@pytest.mark.parametrize("text", SPELLED)
def test_all_spellings_are_one_function(text):
    assert str(matcalc.grad(text, "q")) == str(matcalc.grad("kl_divergence(p, q)", "q"))


@pytest.mark.parametrize(("text", "meant"), [
    ("KL(p ‖ q/(‖q‖ + 1))", "kl_divergence(p, q/(norm2(q) + 1))"),
    ("KL(p ‖ softmax(A q)) + ‖q‖²", "kl_divergence(p, softmax(A q)) + norm2(q)^2"),
    ("KL(q, KL(p ‖ q) p)", "kl_divergence(q, kl_divergence(p, q) p)"),
])
def test_norms_beside_them_stay_norms(text, meant):
    assert str(matcalc.grad(text, "q")) == str(matcalc.grad(meant, "q"))


@pytest.mark.parametrize("text", ["norm(x ‖ y)", "KL(x ‖ y ‖ z)", "KL(‖ x)", "log(x || y)"])
def test_nothing_else_takes_bars_between_arguments(text):
    with pytest.raises(MatcalcError):
        matcalc.grad(text, "x")


def test_letters_that_are_declared_are_letters():
    kinds = {"K": "matrix(m,n)", "L": "matrix(n,m)", "p": "scalar", "q": "scalar"}
    found = matcalc.grad("tr(KL(p+q))", "K", variables=kinds)
    assert found.value({"K": [[1.0]], "L": [[2.0]], "p": 3.0, "q": 4.0}) == pytest.approx(14.0)


@pytest.mark.parametrize(("text", "meant"), [
    ("|x|_2^2", "x'x"), ("|x|₁", "norm1(x)"), (r"\left|Ax - b\right|_2^2", "norm2(A x - b)^2"),
])
def test_single_bars_with_a_norm_below_are_that_norm(text, meant):
    assert str(matcalc.grad(text, "x")) == str(matcalc.grad(meant, "x"))


@pytest.mark.parametrize(("text", "meant"), [
    ("|w^H a|^2/(w^H R w)", "abs(w^H a)^2/(w^H R w)"), ("|w'b|", "abs(w'b)"), ("|w^T A b|^2", "(w'A b)^2"),
])
def test_the_last_letter_of_a_product_between_bars_may_be_a_vector(text, meant):
    assert str(matcalc.grad(text, "w")) == str(matcalc.grad(meant, "w"))


@pytest.mark.parametrize("text", ["|w|", "|w'A|", "|a w|", "|w' c|"])
def test_vectors_between_bars_are_asked_about(text):
    with pytest.raises(MatcalcError) as refused:
        matcalc.grad(text, "w", variables={"w": "vector(n)", **({"c": "scalar"} if "c" in text else {})})
    assert refused.value.diagnostics[0].code == "M0305"
