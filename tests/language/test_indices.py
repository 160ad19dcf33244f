"""Index notation: spellings, what a sum takes, kinds, ranges, and what is asked or refused."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from matcalc.diagnostics import InputError
from matcalc.language import Elaborated, parse
from matcalc.printers import ascii_text
from matcalc.rulebook.book import standard
from tests.language.loops import value
from tests.language.reading import meaning, read, refusal

SPELLINGS = [  # one expression each
    ["sum_i x_i", r"\sum_i x_i", r"\sum_{i} x_{i}", "Σᵢ xᵢ", "∑ᵢ xᵢ", r"\sum\limits_i x_i", "sum_{j} x_j", r"\sum x_i",
     r"\sum_i x^{(i)}", r"\sum_k x_{(k)}", r"\displaystyle\sum_{k} x_k", "sum_i x[i]", 'einsum("i->", x)', "sum_t x_t"],
    ["sum_{i=1}^n x_i", r"\sum_{i=1}^{n} x_i", "Σ_{i=1}^n x_i", "∑ᵢ₌₁ⁿ xᵢ", r"\sum_{1\le i\le n} x_i",
     r"\sum_{i\le n} x_i", r"\sum_{i \in [n]} x_i", r"\sum_{i\in\{1,\dots,n\}} x_i", r"\sum_{0<i\leq n} x_i",
     r"\sum^n_{i=1} x_i"],
    ["sum_i sum_j A_ij", r"\sum_{i,j} A_{ij}", r"\sum_{ij} A_{i,j}", "Σᵢⱼ Aᵢⱼ", "sum_{ij} A[i,j]",
     r"\sum_i\sum_j A_{ij}", r"\sum_{i,j} A^{(i)}_j"],
    ["sum_i sum_j [i < j] x_i*y_j", r"\sum_{i<j} x_i y_j", "Σ_{i<j} xᵢ yⱼ", r"\sum_{j>i} x_i y_j",
     r"\sum_i\sum_{j>i} x_i y_j"],
    ["sum_i sum_j [i != j] x_i*x_j", r"\sum_{i\neq j} x_i x_j", r"\sum_i \sum_{j\ne i} x_i x_j", "Σ_{i≠j} xᵢ xⱼ",
     r"\sum_i\sum_{j: j\neq i} x_i x_j", r"\sum_{\substack{i,j\\ i\neq j}} x_i x_j"],
    ["sum_i sum_j [i <= j] x_i*x_j", "Σᵢ Σ_{j≥i} xᵢ xⱼ", r"\sum_{i\le j} x_i x_j"],
    [r"\sum_{1\le i<j<k\le n} x_i x_j x_k", "sum_{i=1}^n sum_{j=1}^n sum_{k=1}^n [i<j] [j<k] x_i x_j x_k"],
    [r"\sum_{i=1}^{n}\sum_{j=i+1}^{n} x_i x_j", "sum_{i=1}^n sum_{j=1}^n [i < j] x_i x_j"],
    ["Z_{ij} = x_j*A_ij", "Z_{ij} = A_ij x_j"],
    [r"\sum_i\sum_{i\ne j\ne k} x_i x_j x_k", "sum_{i,j,k} [i != j] [j != k] [i != k] x_i x_j x_k"],
    [r"s_k = \sum_{i=1,i\ne k}^n x_i x_k", r"\sum_{i=1,i\ne k}^n x_i x_k", r"\sum_{i: i\ne k} x_i x_k where k: index",
     r"\sum_{\substack{i=1\\i\ne k}}^n x_i x_k"],
    [r"\sum_i x^{(i)} x^{(1)} where x: vector(n)", "sum_i x_i x_1 where x: vector(n)"],
    [r"\sum_i\sum_j (w_j^{(i)} - w_j^{(1)})^2", "sum_{i,j} (w_ij - w_1j)^2"],
    [r"\dot x_i = \sum_j A_{ij} x_j", r"\dot{x}_i = \sum_j A_{ij} x_j", r"x_i' = \sum_j A_{ij} x_j",
     r"\frac{dx_i}{dt} = \sum_j A_{ij} x_j", r"\frac{\mathrm{d} x_i}{\mathrm{d} t} = \sum_j A_{ij} x_j",
     r"\frac{d}{dt} x_i = \sum_j A_{ij} x_j", r"\partial_t x_i = \sum_j A_{ij} x_j", r"dx_i/dt = \sum_j A_{ij} x_j",
     r"\frac{\partial x_i}{\partial t} = \sum_j A_{ij} x_j", r"\bar x_i := \sum_j A_{ij} x_j",
     r"x_i^{(t+1)} = \sum_j A_{ij} x_j"],
    [r"a^{(l)}_j = \sum_k w_{jk}^{(l)} a_k^{(l-1)}", r"a_j^{(l)} = \sum_k w^{(l)}_{jk} a^{(l-1)}_k"],
    ["prod_i x_i", "∏ᵢ xᵢ", r"\prod_{i} x_i", r"\prod_i x_i", "Πᵢ xᵢ"],
    ["max_i x_i", r"\max_i x_i", r"\max_{j} x_j"],
    ["sum_i delta_ij x_i where j: index", "sum_i 1[i=j] x_i where j: index", "sum_i [j = i] x_i where j: index",
     "x_j where j: index, x: scalar over(n)",
     r"\sum_i \mathbb{1}\{i = j\} x_i where j: index", r"\sum_i \mathbf{1}_{i=j} x_i where j: index",
     r"\sum_i \delta_{i,j} x_i where j: index"],
    ["sum_i sum_k Y_ik a_ik", r"\sum_i \sum_k 1[y_i = k] a_{ik}", r"\sum_{i,k} \mathbb{1}\{y_i = k\} a_{ik}",
     "sum_i sum_k [y_i = k] a_ik", r"\sum_{i,k} 1\left\{y^{(i)} = k\right\} a_{ik}",
     r"\sum_{i,k} \mathbb{I}(y_i=k) a_{ik}", r"\sum_{i,k} \mathbf 1_{\{y_i=k\}} a_{ik}",
     r"\sum_{i,k} 1_{[y_i=k]} a_{ik}", r"\sum_{i,k} I(y^{(i)} = k) a_{ik}", r"\sum_{i,k} \mathbb{1}_{y_{i}=k} a_{ik}"],
    [r"\sum_{i,k} 1\{y_i \neq k\} a_{ik}", r"\sum_{i,k} (1 - [y_i = k]) a_{ik}",
     r"\sum_{i,k} 1_{\{y_i \ne k\}} a_{ik}"],
    ["sum_i sum_j Omega_ij (r_ij - u_i'v_j)^2", r"\sum_{(i,j)\in\Omega} (r_{ij} - u_i^\top v_j)^2"],
    ["sum_i sum_j R_ij x_j", r"\sum_i \sum_{j\in R_i} x_j", r"\sum_i\sum_{j \in R(i)} x_j", "sum_i sum_{j in R_i} x_j"],
    ["sum_k x'*inv(Sigma_k)*x", r"\sum_k x^T\Sigma^{-1}_k x", r"\sum_k x^T\Sigma_k^{-1} x", "∑ₖ xᵀ Σₖ⁻¹ x",
     "Σₖ xᵀ Σₖ⁻¹ x"],
    ["sum_i W_i'x where W_i: vector", r"\sum_i W_{i\cdot} x", r"\sum_i W_{i:} x", "sum_i W[i,:]*x"],
    ["sum_i sum_j A_ij x_i x_j", 'einsum("ij,i,j->", A, x, x)', 'einsum("i, ij, j", x, A, x)'],
    ["sum_i x_i^2", r"f(v) := \sum_j v_j^2; f(x)", r"\sum_j p_j where p_i = x_i^2", "p_i := x_i^2; sum_k p_k"],
    [r"\sum_{t=1}^T (h_t - a h_{t-1})^2", "sum_{t=1}^T (h_t - a*h_{t-1})^2", "Σ_{t=1}^T (hₜ − a hₜ₋₁)²"],
]
SCOPES = [  # typed, and the same with brackets
    ("sum_i a_i b_i + c", "(sum_i (a_i b_i)) + c"),
    ("−Σᵢ yᵢ log pᵢ + (1−yᵢ) log(1−pᵢ)", "-(sum_i (y_i*log(p_i) + (1 - y_i)*log(1 - p_i)))"),
    (r"\frac1n\sum_{i=1}^n a_i - b_i", r"\frac1n(\sum_{i=1}^n (a_i - b_i))"),
    (r"\log\sum_i e^{x_i} - c", "log(sum_i exp(x_i)) - c"),
    (r"\log a \sum_i x_i", "log(a)*(sum_i x_i)"),
    ("sum_i x_i sum_i y_i", "(sum_i x_i)*(sum_i y_i)"),
    ("sum_i x_i/sum_i y_i", "(sum_i x_i)/(sum_i y_i)"),
    ("sum_i sum_j A_ij + x_i", "sum_i ((sum_j A_ij) + x_i)"),
    ("1/n sum_{i=1}^n x_i", "(1/n)*(sum_{i=1}^n x_i)"),
    ("sum_{i=1}^n [ a_i - b_i ]", "sum_{i=1}^n (a_i - b_i)"),
    ("-sum_i y_i log p_i where p_i = e^{z_i}/sum_j e^{z_j}", "-(sum_i (y_i*log(exp(z_i)/(sum_j exp(z_j)))))"),
    ("sum_j b_j p_j where p_i = sum_j w_ij x_j", "sum_k b_k*(sum_j w_kj*x_j)"),  # not captured
    ("p_i = sum_j w_ij q_j where q_i = sum_j v_ij x_j", "p_i = sum_j w_ij*(sum_k v_jk*x_k)"),
    (r"\sum_i (Ax - b)_i^2", "norm2(A*x - b)^2"),
    (r"\sum_i \frac{(x_i - m)^2}{v^2} where m = \frac1n\sum_j x_j, v^2 = \frac1n\sum_j (x_j - m)^2",
     "sum_i (x_i - (1/n)*(sum_{j=1}^n x_j))^2/((1/n)*(sum_{k=1}^n (x_k - (1/n)*(sum_{j=1}^n x_j))^2))"),
    ("sum_i r_i^2 where r = A*x - b", "norm2(A*x - b)^2"),
    (r"\|y - Xw\|^2 + \lambda\sum_j |w_j|", "norm2(y - X*w)^2 + lambda*sum(abs(w))"),
    (r"c^Tx - \mu\sum_i \log x_i", "c'*x - mu*sum(log(x))"),
]
ENTRIES = [  # entries of expressions, rows and columns, unit vectors: typed, and the same in entries of variables
    ("p_i = (A x)_i", "p_i = sum_j A_ij x_j"), ("p_i = [A x]_i", "p_i = sum_j A_ij x_j"),
    ("Z_{ij} = (A B)_{ij}", "Z_{ij} = sum_k A_ik B_kj"), ("(X^T X)_{ij}", "Z_{ij} = sum_k X_ki X_kj"),
    ("Z_{ij} = ((A + B)')_{ij}", "Z_{ij} = A_ji + B_ji"), ("(A + B)'_{ij}", "Z_{ij} = A_ji + B_ji"),
    ("(x y')_{ij}", "Z_{ij} = x_i*y_j"), ("(Ax)^2_i", "p_i = (sum_j A_ij x_j)^2"), ("(A^2)_{ij}", "(A A)_ij"),
    (r"p_i = \exp((A x)_i)", "p_i = exp(sum_j A_ij x_j)"),
    ("p_i = (sigmoid(W x + b))_i", "p_i = sigmoid(b_i + sum_j W_ij*x_j)"),
    ("p_i = (tr(A) x)_i", "p_i = x_i*sum_j A_jj"),
    ("(x y' z)_i", "p_i = x_i*sum_j y_j*z_j"), ("((x \\cdot y) A z)_i", "p_i = (sum_j x_j*y_j)*(sum_k A_ik z_k)"),
    ("(I + A)_{ij}", "Z_{ij} = [i = j] + A_ij"),
    ("sum_i (X^T X)_{ii}^2", "sum_i (sum_j X_ji^2)^2"),
    ("sum_i y_i sum_j A_ij (B x)_j", "sum_i sum_j sum_k y_i A_ij B_jk x_k"),
    ('einsum("ii->", A @ B)', "sum_i sum_j A_ij B_ji"),
    ('einsum("ij,j->i", A*B, x)', "y_i = sum_j sum_k A_ik B_kj x_j"),
    ('einsum("ii->i", A*diag(x)*B)', "y_i = sum_k A_ik x_k B_ki"), ('einsum("bi,bi->", X - Y, X - Y)', "norm(X - Y)^2"),
    (r"\sum_j \|W_{:,j}\|^2 b_j", "sum_j sum_i W_ij^2 b_j"), (r"\sum_j \|W_{\cdot j}\|", "sum_j sqrt(sum_i W_ij^2)"),
    ("sum_j norm1(W[:, j])", "sum_j sum_i abs(W_ij)"), ("sum_j (W_{:,j}'x)^2", "sum_j (sum_i W_ij*x_i)^2"),
    ("sum_i sum_j (W_{i:} x + W_ij)^2", "sum_i sum_j (sum_k W_ik*x_k + W_ij)^2"),
    ("norm(y - sum_j b_j W_{:,j})^2", "sum_i (y_i - sum_j b_j W_ij)^2"), ("sum_j b_j W_{:,j}", "p_i = sum_j b_j W_ij"),
    (r"\sum_{i,j} c_{ij} e_i^T A e_j", "sum_i sum_j c_ij A_ij"), ("sum_i a_i (e_i^T x)^2", "sum_i a_i x_i^2"),
    (r"p_i = y_i \mathrm{softmax}(x)_i", "y.*softmax(x)"), ("Z_{ij} = (inv(A))_{ij}", "inv(A)"),
    ("norm(sum_i x_i e_i - y)^2", "sum_i (x_i - y_i)^2"), ("sum_i e_i^2", "sum_k e_k^2"),
]
KINDS = {  # kinds of families and variables, none of them declared
    r"\sum_i (y_i - w^\top x_i)^2": "y scalar 1, w vector 0, x vector 1",
    r"\sum_i \|x_i - \mu\|^2": "x vector 1, mu vector 0",
    r"\sum_k \|x - \mu_k^{(t)}\|^2": "x vector 0, mu^{(t)} vector 1",
    r"\sum_k y_k\sum_j W^{(2)}_{kj}W^{(1)}_j": "y scalar 1, W^{(2)} scalar 2, W^{(1)} scalar 1",
    "sum_i x_i^2": "x scalar 1",
    r"\sum_i \mathbf{x}_i": "x vector 1",
    r"\sum_i x_i where x_i: vector(d)": "x vector 1",
    "sum_i tr(A_i X B_i)": "A matrix 1, X matrix 0, B matrix 1",
    r"\sum_i \log\det(A_i + X)": "A matrix 1, X matrix 0",
    r"\sum_{i,j} (R_{ij} - U_i^T V_j)^2": "R scalar 2, U vector 1, V vector 1",
    r"\frac{\lambda_U}{2}\sum_i \|U_i\|^2": "lambda_U scalar 0, U matrix 1",
    r"w_0 + \sum_i w_i x_i": "w_0 scalar 0, w scalar 1, x scalar 1",
    r"\sum_{k=0}^m a_k x^k": "a scalar 1, x scalar 0",
    "sum_i sigma(W1 x_i + b1)": "W_1 matrix 0, x vector 1, b_1 vector 0",
    "x_1 + sum_i x_i": "x scalar 1",
    r"f_i = w_i + K/n \sum_j \sin(t_j - t_i)": "w scalar 1, K scalar 0, t scalar 1",
}
RANGES = {  # the axes of families: size and smallest value
    "sum_{i=1}^{n-1} (x_{i+1} - x_i)^2": {"x": [("n", "1")]},
    "sum_i (x_{i+1} - x_i)^2": {"x": [("n", "1")]},
    "sum_{t=2}^T (y_t - phi*y_{t-1} - c*z_t)^2": {"y": [("T", "1")], "z": [("T", "1")]},
    "sum_{t=1}^T (y_t - phi*y_{t-1})^2": {"y": [("T+1", "0")]},
    "sum_{k=0}^m a_k": {"a": [("m+1", "0")]},
    "1/n sum_i x_i": {"x": [("n", "1")]},
    "N/2*log(a) - sum_i x_i": {"x": [("N", "1")]},
    "sum_{i=1}^m x_i + sum_{i=m+1}^n x_i": {"x": [("n", "1")]},
    "sum_{i=1}^n x_i + sum_i z_i": {"x": [("n", "1")], "z": [("n", "1")]},
    "sum_i sum_j A_ij x_i y_j": {"A": [("n", "1"), ("m", "1")], "x": [("n", "1")], "y": [("m", "1")]},
    "sum_i sum_{j != i} A_ij": {"A": [("n", "1"), ("n", "1")]},
    "sum_n log(sum_k L_nk)": {"L": [("m", "1"), ("p", "1")]},
    "y_i = a_i x_i, i=1,...,n": {"a": [("n", "1")], "x": [("n", "1")]},
    r"\sum_{t=0}^{T-1} u_t^2 + x_t^2 + x_T^2": {"u": [("T", "0")], "x": [("T+1", "0")]},
    r"\sum_i (y_i - y^*_i)^2": {"y": [("n", "1")], "y^{*}": [("n", "1")]},
    "sum_i x_i^2 where x: vector(p)": {"x": [("p", "1")]},
    "sum_i A_ij x_j where j: index(q)": {"A": [("n", "1"), ("q", "1")], "x": [("q", "1")]},
}
REFUSED = [  # text, code, fixes
    ("(sum_i x_i) y_i", "M0227", ["(sum_i x_i) y_i where i: index"]),
    ("sum_i A_ij", "M0227", ["sum_i A_ij where j: index"]),
    ("sum_i y", "M0227", []),
    ("sum_{i=1}^n x_i + sum_{i=1}^m x_i", "M0228", []),
    ("sum_{i=1}^n x_i where x: vector(m)", "M0228", []),
    (r"\sum_i \|x_i - x\|^2", "M0229", []),
    (r"\sum_i (x - x_i)^2", "M0229", []),
    (r"\sum_i x_i + x", "M0229", [r"\sum_i x_i + x_0"]),
    (r"\sum_i x_i^2 x where x: scalar", "M0229", [r"\sum_i x_i^2 x_0 where x_0: scalar"]),
    ("f_i = sum_i a_i + b_i", "M0230", ["f_i = sum_i (a_i + b_i)", "f_i = (sum_i a_i) + b_i"]),
    ("sum_i a_i + c + b_i", "M0230", ["sum_i (a_i + c + b_i)"]),
    ("u_o'v + sum_k u_k'v", "M0226", ["u_o'v + sum_k u_k'v where u_o: vector", "u_o'v + sum_k u_k'v where o: index"]),
    (r"\sum_i c_{y_i} + \sum_k c_k", "M0226", [r"\sum_i (sum_k [y_i = k]*c_k) + \sum_k c_k"]),
    (r"\min_w \sum_i (y_i - w^T x_i)^2", "M0227", [r"\sum_i (y_i - w^T x_i)^2"]),
    (r"\sum_{i=1}^\infty x_i", "M0231", []),
    (r"\sum (y_i - x_j)^2", "M0231", [r"\sum_{i,j} (y_i - x_j)^2"]),
    (r"\max_{i\neq j} x_i x_j", "M0231", []),
    ('einsum("ijk->i", A*B)', "M0231", []),
    ('einsum("ii->", inv(A))', "M0229", []),
    ("y_i = (inv(A)*x)_i + z_{i+1}", "M0229", []),
    ("Z_{ji} = (inv(A))_{ij}", "M0229", []),
    (r"y_i = \sum_j \Sigma^{-1}_{ij} x_j", "M0229", []),
    ("A_ij x_j", "M0232", ["--dialect einstein"]),
    ("y_i = A_{ij} x_j", "M0232", ["--dialect einstein"]),
    ("x_i y_i", "M0232", ["--dialect einstein"]),
    (r"\lambda w_i x_i", "M0232", ["--dialect einstein"]),
    ("sum_{i=1}^n x_{n-i}", "M0231", []),
    ("sum_{i=1}^n n_i", "M0228", []),
    ("sum_i x_i + sum_ij x_ij", "M0233", []),
    ("sum_i d_i z_i where y: vector(d)", "M0228", []),
    ("sum_i (y_i - w'x{t=2_i)^2", "M0202", []),
    ("sum_k i ||[{y=k] z_k", "M0202", []),
    (r"\sum_j \sum_k x_k w_kj", "M0215", [r"\sum_j \sum_k x_k w_{kj}"]),
    ("p_i := a_i + p_i; sum_i p_i", "M0212", []),
    (r"\sum_i \log p_i(\theta)", "M0209", [r"\sum_i \log p_i \cdot(\theta)"]),
    ("sum_i p_i(theta) y_i", "M0209", ["sum_i p_i*(theta) y_i"]),
    (r"\sum_t \log \mu(x_t)", "M0209", [r"\sum_t \log \mu \cdot(x_t)"]),
    (r"\sum_i \sigma_i(x)", "M0209", [r"\sum_i \sigma_i \cdot(x)"]),
    (r"\sum_i\prod_j A_{ij} b_i", "M0230", [r"\sum_i(\prod_j A_{ij}) b_i", r"\sum_i\prod_j (A_{ij} b_i)"]),
    (r"\prod_i \left(1-x_i\right)\lambda", "M0230", [r"(\prod_i \left(1-x_i\right))\lambda",
                                                     r"\prod_i (\left(1-x_i\right)\lambda)"]),
    ("prod_i x_i sum_j y_j", "M0230", ["(prod_i x_i) sum_j y_j", "prod_i (x_i sum_j y_j)"]),
    (r"F_{\mu\nu}F^{\mu\nu}", "M0232", []),
    (r"A_{\mu\nu} x_\nu", "M0232", ["--dialect einstein"]),
    ("Σ x_i^2", "M0220", ["∑ x_i^2"]),
    (r"-\sum_i \log p(y_i | x_i)", "M0202", []),
    ("max_i x_i y", "M0230", ["(max_i x_i) y", "max_i (x_i y)"]),
]
EINSTEIN = [("A_{ij} x_i x_j", "sum_i sum_j A_ij x_i x_j"), ("y_i = A_{ij} x_j + b_i", "y_i = (sum_j A_ij x_j) + b_i"),
            ("(y_i - X_{im} b_m)(y_i - X_{ik} b_k)", "sum_i (y_i - (sum_m X_im b_m))^2"), ("A_{ii}", "sum_i A_ii"),
            ("f = A_{ij} B_{jk} C_{ki}", "sum_i sum_j sum_k A_ij B_jk C_ki"), ("(x_i - y_i)^2", "sum_i (x_i - y_i)^2")]


@pytest.mark.parametrize(("first", "other"), [(row[0], other) for row in SPELLINGS for other in row[1:]])
def test_spellings_are_one_expression(first: str, other: str) -> None:
    assert meaning(other) is meaning(first)


@pytest.mark.parametrize(("typed", "meant"), SCOPES)
def test_a_sum_takes_the_product_to_its_right(typed: str, meant: str) -> None:
    assert meaning(typed) is meaning(meant)


@pytest.mark.parametrize(("typed", "meant"), ENTRIES)
def test_entries_of_expressions(typed: str, meant: str) -> None:
    assert read(typed).expr is meaning(meant)


@pytest.mark.parametrize(("typed", "kinds"), KINDS.items())
def test_kinds_follow_from_use(typed: str, kinds: str) -> None:
    found = read(typed, "mathbf" not in typed and "where" not in typed and "W1" not in typed and "f_i" not in typed)
    assert ", ".join(f"{v.name} {v.kind} {len(v.axes)}" for v in found.variables.values()) == kinds


@pytest.mark.parametrize(("typed", "axes"), RANGES.items())
def test_ranges(typed: str, axes: dict[str, list[tuple[str, str]]]) -> None:
    found = read(typed).variables
    assert {n: [(str(a.size), str(a.low)) for a in v.axes] for n, v in found.items() if v.axes} == axes


@pytest.mark.parametrize(("typed", "code", "fixes"), REFUSED)
def test_refused_with_fixes_that_are_read(typed: str, code: str, fixes: list[str]) -> None:
    (found,) = refusal(typed).diagnostics
    assert (found.code, list(found.fixes)) == (code, fixes)


@pytest.mark.parametrize(("typed", "meant"), EINSTEIN)
def test_repeated_letters_are_summed_in_one_dialect(typed: str, meant: str) -> None:
    assert read(typed, dialect="einstein").expr is meaning(meant)


def test_two_places_of_a_contradiction() -> None:
    (found,) = refusal("sum_{i=1}^n x_i + sum_{i=1}^m x_i").diagnostics
    assert [label.text for label in found.labels] == ["i runs to n", "i runs to m"]


def test_an_unknown_member_is_a_sum_with_a_unit_vector() -> None:
    found = read(r"-h_y + \log\sum_{j=1}^k \exp h_j")
    assert set(found.variables) == {"h", "e_y"}
    assert "unit vector" in found.notes[0]
    typed, meant = r"\sum_i \|x_i - c_{y_i}\|^2", r"\sum_i \|x_i - (sum_k [y_i = k]*c_k)\|^2"
    assert read(typed, Y_ik="scalar").expr is read(meant, Y_ik="scalar").expr
    assert read(r"-h_y + \log\sum_{j=1}^k \exp h_j", e_y="vector").expr is found.expr
    assert set(read(r"-h_y + \log\sum_{j=1}^k \exp h_j", e_y="vector onehot").variables) == {"h", "e_y"}
    assert set(read(r"z_{y^*} - \log\sum_i \exp[z_i]").variables) == {"z", "e_{y^*}"}


def test_an_unbound_index_that_repeats_is_no_class() -> None:
    with pytest.raises(InputError, match="is repeated"):
        parse("a_i x_i", {}, standard(), free=frozenset(["x"]))
    for text, wrt in (("p_y h_y", "h"), ("a_i + x_i", "x")):
        assert set(parse(text, {}, standard(), free=frozenset([wrt])).variables) >= {wrt}


def test_a_declared_name_beats_a_builtin() -> None:
    text = r"\sum_{i,j} I_{ij} \delta_{ij} \pi_j + \Sigma_{11}"
    found = read(text, delta_ij="scalar", I_ij="scalar").variables
    assert {name: len(v.axes) for name, v in found.items() if v.axes} == {"I": 2, "delta": 2, "pi": 1}


def test_an_accented_family_has_the_name_that_is_declared() -> None:
    found = read(r"\sum_{i,j} w_i^T\tilde w_j", w_i="vector(d)", wtilde_j="vector(d)").variables
    assert set(found) == {"w", "wtilde"}


def indices(typed: str, *wrt: str, **declared: str) -> Any:
    found = parse(typed, declared, standard(), free=frozenset(wrt))
    assert found.indices is not None
    return found.indices


def test_letters_output_and_targets() -> None:
    found = indices("Z_{ij} = sum_k X_ik W_kj", "X", "W_kl")
    assert [(name, str(axis.size)) for name, axis in found.letters] == [("i", "p"), ("j", "m"), ("k", "n")]
    assert [index.name for index in found.output] == ["i", "j"]
    assert found.targets == {"X": ("X", ()), "W_kl": ("W", ("k", "l"))}
    assert indices("sum_i a_i x_i + x_k", "x_k").targets == {"x_k": ("x", ("k",))}
    assert read("x'A x").indices is None


def test_what_was_read_is_read_back() -> None:
    for row in SPELLINGS:
        first = read(row[0])
        declared = {name: info.declaration() for name, info in first.variables.items()}
        assert read(ascii_text(first.expr), **declared).expr is first.expr


def entries(found: Elaborated, inputs: dict[str, Any], dims: dict[str, int]) -> list[float]:
    """The values of an indexed output."""
    output = found.indices.output if found.indices else ()
    ranges = [range(1, 1 + dims[str(index.size)]) for index in output]
    return [float(value(found.expr, inputs, dims, dict(zip(output, at, strict=True)))[0, 0]) for at in product(*ranges)]


@pytest.mark.parametrize(("typed", "meant"), [
    (r"\sum_{i<j} (x_i - x_j)^2", lambda x, y: sum((x[i] - x[j])**2 for i in range(4) for j in range(i + 1, 4))),
    (r"\prod_i \prod_{j\neq i} (x_i - y_j)", lambda x, y: np.prod([x[i] - y[j] for i in range(4) for j in range(4)
                                                                  if i != j])),
    ("sum_{i=1}^n sum_{j=1}^{i} x_i y_j", lambda x, y: sum(x[i] * y[j] for i in range(4) for j in range(i + 1))),
    ("sum_{k=1}^n k*x_k + x_n*y_1", lambda x, y: sum((k + 1) * x[k] for k in range(4)) + x[3] * y[0]),
    ("p_i = x_i + sum_j [j < i] y_j", lambda x, y: [x[i] + sum(y[:i]) for i in range(4)]),
])
def test_values_by_a_loop(typed: str, meant: Any) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 4))
    found = read(typed, x="scalar over(n)", y="scalar over(n)")
    assert np.allclose(entries(found, {"x": x, "y": y}, {"n": 4}), meant(x, y))


def test_nothing_is_read_of_texts_without_indices() -> None:
    for text in ("x_i'A x_i", "W_1 x + b_1", "K_{k+1} x_{t-1}", "sum(x)", "∑x", "u_o'v"):
        assert read(text).indices is None
    with pytest.raises(InputError):
        read("sum_{i")
