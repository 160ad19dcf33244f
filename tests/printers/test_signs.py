"""Formulas that stand together share their parts, with the signs of a book."""

import numpy as np
import pytest

import matcalc
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import evaluate
from matcalc.numeric.sizes import dims_of, sizes_for
from matcalc.printers import abbreviated_together
from matcalc.printers.signs import fewest_signs

NETWORKS = [
    ("normF(tanh(tanh(X*W_1)*W_2)*W_3 - Y)^2", ["W_1", "W_2", "W_3"]),
    ("cross_entropy(sigmoid(sigmoid(X*W_1)*W_2)*W_3, Y)", ["W_1", "W_2", "W_3"]),
    ("1/2*norm2(W_3*tanh(W_2*tanh(W_1*x)) - y)^2", ["W_1", "W_2", "W_3"]),
    ("sum(tanh(A*x)) - a'*tanh(B*x)", ["A", "B", "x"]),
    ("norm2((A - eye(n))*x)^2 - sum(log(1 - x.*x))", ["A", "x"]),
]


@pytest.mark.parametrize(("expr", "wrt"), NETWORKS)
def test_the_values_stay(expr, wrt):
    found = list(matcalc.grad(expr, wrt, check=False).values())
    leaves = list(found[0].inputs.values())
    values = draw(leaves, np.random.default_rng(0), sizes_for(dims_of(*leaves), 0), "small")
    for d, e in zip(found, fewest_signs([d.expr for d in found]), strict=True):
        given = {leaf: values[leaf] for leaf in leaves}
        np.testing.assert_allclose(evaluate(e, given), evaluate(d.expr, given), rtol=1e-12)


def test_one_formula_with_one_sign_stays_as_it_is():
    e = matcalc.simplify("(tanh(x) - 1).*y").expr
    assert fewest_signs([e]) == [e]


def test_the_backward_iteration():
    found = matcalc.grad("normF(tanh(tanh(X*W_1)*W_2)*W_3 - Y)^2", ["W_1", "W_2", "W_3"], check=False)
    shown = abbreviated_together([d.expr for d in found.values()], "unicode")
    assert ["".join(terms) for terms, _ in shown] == ["2 Xᵀ Δ₁", "2 Z₁ᵀ Δ₂", "2 Z₂ᵀ (Z₂ W₃ − Y)"]
    assert shown[0][1] == [("Z₁", "tanh(X W₁)"), ("Z₂", "tanh(Z₁ W₂)"),
                           ("Δ₂", "(𝟏 𝟏ᵀ − Z₂∘²) ∘ ((Z₂ W₃ − Y) W₃ᵀ)"), ("Δ₁", "(𝟏 𝟏ᵀ − Z₁∘²) ∘ (Δ₂ W₂ᵀ)")]


def test_the_program_computes_each_delta_once():
    source = matcalc.grad("normF(tanh(tanh(X*W_1)*W_2)*W_3 - Y)^2", ["W_1", "W_2", "W_3"]).code(
        functions=["value_and_gradient"])
    body = source[source.index("def value_and_gradient"):source.index("def comparisons")]
    assert body.count(" @ ") == 8  # three forwards, five backwards
