"""Derivatives worked out by hand: what is typed in lectures and papers, and the textbook's answer as a NumPy text."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import matcalc

SIZES = {"n": 4, "m": 3, "d": 2, "k": 5}


class Line(NamedTuple):
    """What is typed and asked, the variables with the sizes of their values, and the answer."""

    typed: str
    wrt: str
    variables: dict[str, str]
    values: str
    answer: str
    task: str = "grad"


LINES = [
    Line(r"\sum_{i=1}^n (y_i - w^\top x_i)^2", "w", {}, "x:nd y:n w:d", "-2*x.T@(y - x@w)"),
    Line(r"\sum_i \log(1+\exp(-y_i w^\top x_i))", "w", {}, "x:nd y:n w:d", "-x.T@(y/(1 + np.exp(y*(x@w))))"),
    Line(r"\sum_{i<j} w_{ij}\|x_i-x_j\|^2", "x_k", {"x_i": "vector(d)"}, "x:nd w:nn",
         "(lambda v: 2*(np.diag(v.sum(0) + v.sum(1)) - v - v.T)@x)(np.triu(w, 1))"),
    Line(r"\sum_{(i,j)\in\Omega}(r_{ij}-u_i^\top v_j)^2", "u", {"u_i": "vector(d)", "v_j": "vector(d)"},
         "Omega:nm r:nm u:nd v:md", "-2*(Omega*(r - u@v.T))@v"),
    Line(r"-\sum_i y_i \log p_i where p_i = e^{z_i}/\sum_j e^{z_j}", "z", {}, "y:n z:n",
         "y.sum()*np.exp(z)/np.exp(z).sum() - y"),
    Line(r"\prod_i x_i", "x", {"x_i": "scalar"}, "x:n", "np.array([np.prod(np.delete(x, k)) for k in range(len(x))])"),
    Line(r"f(\theta) = \prod_{i=1}^n \theta_i", r"\theta_k", {}, "theta:n",
         "np.array([np.prod(np.delete(theta, k)) for k in range(len(theta))])"),
    Line(r"Z_{ij} = \sum_k X_{ik}W_{kj}", "X", {}, "X:nm W:md", "np.einsum('ik,lj->ijkl', np.eye(4), W)", "jacobian"),
    Line(r"σ(t) := tanh(t); h_i = \sigma \left(\sum_{j=1}^{n} w_{ij} x_j + b_i \right)", "x", {}, "w:mn x:n b:m",
         "np.diag(1 - np.tanh(w@x + b)**2)@w", "jacobian"),
    Line(r"-h_y + \log \sum_{j=1}^k \exp h_j", "h", {}, "h:k e_y:k", "np.exp(h)/np.exp(h).sum() - e_y"),
    Line(r"\sum_i \log\det(A_i + X)", "X", {"A_i": "spd(d)", "X": "spd(d)"}, "A:ndd X:dd",
         "sum(np.linalg.inv(a + X).T for a in A)"),
    Line('einsum("ij,jk,ki->", A, X, B)', "X", {}, "A:nm X:md B:dn", "A.T@B.T"),
    Line(r"\sum_i x_i^4 + (\sum_i x_i)^2", "x", {"x_i": "scalar"}, "x:n", "4*x**3 + 2*x.sum()*np.ones(4)"),
    Line(r"f(\mathbf{x}) = \sum_j w_j \tanh(b_j + \mathbf{v}_j \cdot \mathbf{x})", r"\mathbf{x}", {},
         "w:n b:n v:nd x:d", "v.T@(w*(1 - np.tanh(b + v@x)**2))"),
]


def drawn(line: Line, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {}
    for part in line.values.split():
        name, sizes = part.split(":")
        found[name] = rng.standard_normal([SIZES[size] for size in sizes])
        if line.variables.get(name, line.variables.get(f"{name}_i", "")).startswith("spd"):
            found[name] = found[name] @ np.swapaxes(found[name], -1, -2) + np.eye(SIZES[sizes[-1]])
    if "e_y" in found:
        found["e_y"] = np.eye(SIZES["k"])[2]
    return found


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.typed)
def test_answer(line: Line) -> None:
    derive: Any = {"grad": matcalc.grad, "jacobian": matcalc.jacobian}[line.task]
    d = derive(line.typed, line.wrt, variables=line.variables, structure="free")
    for seed in (1, 2):
        values = drawn(line, seed)
        truth = eval(line.answer, {"np": np, **values})  # noqa: S307  the text is part of the tests
        assert np.allclose(np.reshape(d.evaluate(values), np.shape(truth)), truth, rtol=1e-9, atol=1e-9), d.ascii


def test_a_product_is_right_where_a_factor_vanishes() -> None:
    d = matcalc.grad(r"\prod_i x_i", "x", variables={"x_i": "scalar"})
    assert np.allclose(d.evaluate({"x": np.array([2.0, 0.0, 3.0])}), [0, 6, 0])
    assert np.allclose(d.evaluate({"x": np.array([0.0, 0.0, 3.0])}), [0, 0, 0])


def test_the_diagonal_that_is_left_out_is_never_differentiated() -> None:
    d = matcalc.grad(r"\sum_{i \neq j} \|x_i - x_j\|", "x", variables={"x_i": "vector(d)"})
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert np.allclose(d.evaluate({"x": x}), [[-1.2, -1.6], [1.2, 1.6]])


def test_rows_of_a_family_declared_onehot_sum_to_one() -> None:
    labels = r"-\sum_{i=1}^n\sum_{k=1}^K 1[y_i = k]\log\frac{\exp(w_k^Tx_i)}{\sum_{l=1}^K\exp(w_l^Tx_i)}"
    vectors = {"x_i": "vector(d)", "w_k": "vector(d)"}
    known = matcalc.grad(labels, "w", variables={**vectors, "Y": "onehot matrix"})
    assert known.ascii == "(softmax(X*W') - Y)'*X"
    assert known.index_form.ascii == "sum_{i}((exp(w_p'*x_i)/(sum_{k}(exp(w_k'*x_i))) - Y_ip)*x_i)"
    assert matcalc.grad(labels, "w", variables=vectors).ascii == "(diag(Y*ones(K))*softmax(X*W') - Y)'*X"
