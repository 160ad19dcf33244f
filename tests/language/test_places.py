"""What stands in labels and relations: places of indices, values, or what is refused because it is neither."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc
from matcalc.core.dims import format_dim
from matcalc.core.expr import variables
from matcalc.diagnostics import InputError
from tests.language.reading import refusal

X = np.array([-1.5, 0.5, 0.0, 2.0, -0.25])
VALUES = {  # a sum in x that compares values, and its gradient
    r"\sum_i \mathbb{1}[x_i > 0] x_i^2": 2 * X * (X > 0),
    r"\sum_i [x_i>0] x_i^2": 2 * X * (X > 0),
    r"\sum_i \mathbb{1}\{x_i>0\} x_i^2": 2 * X * (X > 0),
    r"\sum_i x_i^2[x_i>0]": 2 * X * (X > 0),
    r"\sum_{i: x_i>0} x_i^2": 2 * X * (X > 0),
    r"\sum_i [x_i \ge 0] x_i": 1.0 * (X >= 0),
    r"\sum_i [x_i <= 0] x_i": 1.0 * (X <= 0),
    r"\sum_i [x_i<0] x_i": 1.0 * (X < 0),
    r"\sum_i [x_i<1] x_i": 1.0 * (X < 1),
    r"\sum_i [0 < x_i < 1] x_i": 1.0 * ((X > 0) & (X < 1)),
    r"\sum_i [x_i^2 > 1] x_i": 1.0 * (X**2 > 1),
    r"\sum_i [|x_i| \le 1/2] x_i": 1.0 * (abs(X) <= 0.5),
    r"\sum_i [(x_i + 1)/2 > 0.7] x_i": 1.0 * ((X + 1) / 2 > 0.7),
    r"\sum_i [-1 < x_i] x_i": 1.0 * (X > -1),
    r"\sum_i 1_{\{x_i>0\}} x_i^2": 2 * X * (X > 0),
    r"\prod_{i: x_i > 0} x_i": np.array([0, 2.0, 0, 0.5, 0]),
    r"\sum_{i+j\le 4} x_i x_j": 2 * np.array([X[:3].sum(), X[:2].sum(), X[:1].sum(), 0, 0]),
    r"\sum_{i,j} [|i - j| \le 1] x_i x_j": 2 * (X + np.array([0, *X[:-1]]) + np.array([*X[1:], 0])),
    r"\sum_i [i > 2] x_i": np.array([0.0, 0, 1, 1, 1]),
    r"\sum_i [2i \le 5] x_i": np.array([1.0, 1, 0, 0, 0]),
    r"\sum_i [i=2]x_i^2": 2 * X * np.array([0, 1, 0, 0, 0]),
}
CONSTANTS = {  # the same with other values
    r"\sum_i [x_i > c] x_i": 1.0 * (X > 0.25),
    r"\sum_i [x_i>y_i] x_i": 1.0 * (X > 0.1),
    r"\sum_i y_i 1[y_i>0] x_i": np.full(5, 0.1),
    r"\sum_i [2x_i < y_i+1] x_i": 1.0 * (2 * X < 1.1),
}
REFUSED = {  # typed, and the place that is not read
    r"\sum_{t} (y_t-\sum_k a_k x_{t-k})^2": "x_{t-k}",
    r"\sum_{t=p+1}^T(y_t-\sum_{k=1}^p\phi_k y_{t-k})^2": "y_{t-k}",
    r"\sum_i x_i x_{n-i+1}": "x_{n-i+1}",
    r"\sum_i x_i y_{n-i}": "y_{n-i}",
    r"\sum_{i,j} f_{i-j}x_i x_j": "f_{i-j}",
    r"\sum_{i,j} f_{|i-j|} x_i x_j": "f_{|i-j|}",
    r"c_i=\sum_{k=0}^i a_k b_{i-k}": "b_{i-k}",
    r"\sum_i x_{2i}": "x_{2i}",
    r"\sum_i x_{2i+1}": "x_{2i+1}",
    r"\sum_i x_{i^2}y_i": "x_{i^2}",
    r"\sum_i x_{i+h} y_i": "x_{i+h}",
    r"\sum_{i=1}^n \frac1{n_i}\sum_{j=1}^{n_i}x_{ij}": r"\sum_{j=1}^{n_i}",
    r"\sum_i \sum_{j\le m_i} x_{ij}": r"\sum_{j\le m_i}",
    r"\sum_i a_i x_i + b_j y_j": "b_j y_j",
    r"\sum_{i=0}^d w_i x_i where x_0 = 1": "x_i",
}


LOWER = np.tril(np.ones((5, 5)))
BEHIND = np.eye(5)[1:] - np.eye(5)[:-1]
OUTPUTS = {  # a formula with an index on its left side, and its Jacobian by x
    r"y_i = \sum_{j=1}^{i} x_j": LOWER,
    r"s_k=\sum_{i=1}^k x_i": LOWER,
    r"S_t=\sum_{s=1}^t x_s": LOWER,
    r"y_i = \sum_{j=i}^{n} x_j": LOWER.T,
    r"y_t = x_t - x_{t-1}": BEHIND,
    r"y_i = x_i - x_{i-1}": BEHIND,
    r"S_n=\sum_{s=1}^n x_s": np.ones(5),
    r"y_i = x_{i+1} - 2x_i + x_{i-1}": np.eye(5)[2:] - 2 * np.eye(5)[1:-1] + np.eye(5)[:-2],
    r"c_i=\sum_{j=i-1}^{i+1} x_j": np.tril(np.triu(np.ones((5, 5)), -1), 1),
}
MEMBERS = ["x_1", "x_3", "x_n", "x_{k+1}", "x_{12}"]  # no derivative by one of them
CAPTURED = {  # letters that mean something already, and what the gradient says of x at another
    r"\sum_i [i \ne k] x_i": "1 - e_{k,l}",
    r"\sum_i [i \le k] x_i": "[l <= k]",
    r"\sum_i [i > k] x_i": "[l >= k+1]",
    r"\sum_i[i=2]x_i^2": "2*[k = 2]*x_2",
    r"\sum_{i=1}^n [i=2]c^2 x_i^0 + \sum_{j=1}^n x_j": "1",
}


@pytest.mark.parametrize("text", VALUES)
def test_values_are_compared_by_value(text: str) -> None:
    assert np.allclose(matcalc.grad(text, "x").evaluate({"x": X}), VALUES[text])


@pytest.mark.parametrize("text", CONSTANTS)
def test_values_are_compared_with_values(text: str) -> None:
    given = {"x": X, "c": 0.25, "y": np.full(5, 0.1)}
    used = {name: value for name, value in given.items() if name in text}
    assert np.allclose(matcalc.grad(text, "x").evaluate(used), CONSTANTS[text])


@pytest.mark.parametrize("text", REFUSED)
def test_a_label_with_an_index_is_a_member_or_refused(text: str) -> None:
    (diagnostic,) = refusal(text).diagnostics
    assert diagnostic.span is not None
    assert text[diagnostic.span.start:diagnostic.span.end] == REFUSED[text]


def test_a_size_may_be_added_where_the_range_is_said() -> None:
    answer = matcalc.grad(r"\sum_{i=1}^{n-h} x_{i+h} y_i", "x")
    assert np.allclose(answer.evaluate({"x": X, "y": X[:3]}), [0, 0, *X[:3]])


def test_a_bracket_behind_a_factor_may_hold_a_formula() -> None:
    said = r"4\epsilon[(\sigma/r)^{12}-(\sigma/r)^{6}]"
    assert str(matcalc.grad(said, "r")) == str(matcalc.grad(said.replace("[", r"\left[").replace("]", r"\right]"), "r"))
    with pytest.raises(InputError):
        matcalc.grad("f[x/2]", "x")


@pytest.mark.parametrize("text", OUTPUTS)
def test_the_index_of_the_left_side_is_one(text: str) -> None:
    assert np.allclose(matcalc.jacobian(text, "x").evaluate({"x": X}), OUTPUTS[text])


@pytest.mark.parametrize("name", MEMBERS)
def test_one_member_is_no_family(name: str) -> None:
    with pytest.raises(InputError) as refused:
        matcalc.grad(r"\sum_{i=1}^n x_i^2", name)
    (found,) = refused.value.diagnostics
    assert (found.code, found.fixes) == ("M0502", ("--wrt x_k", "--wrt x"))


def test_one_entry_is_no_matrix() -> None:
    with pytest.raises(InputError) as refused:
        matcalc.grad(r"\sum_{i,j} A_{ij} x_i x_j", "A_{12}")
    assert refused.value.diagnostics[0].fixes[1] == "--wrt A"


@pytest.mark.parametrize("text", CAPTURED)
def test_the_letter_of_a_derivative_means_nothing_else(text: str) -> None:
    assert matcalc.grad(text, "x").in_form("index").ascii == CAPTURED[text]


def test_a_bold_family_beside_a_plain_one() -> None:
    answer = matcalc.grad(r"\sum_i \mathbf{x}_i^T\mathbf{w}x_i", "w")
    rows = np.arange(6.0).reshape(3, 2)
    assert np.allclose(answer.evaluate({"x_bold": rows, "x": X[:3], "w": np.ones(2)}), rows.T @ X[:3])


def test_labels_may_begin_at_0() -> None:
    answer = matcalc.grad(r"\sum_i [y_i=1]\log p_i + [y_i=0]\log(1-p_i)", "p")
    hot, p = np.array([[0.0, 1], [1, 0], [0, 1]]), np.array([0.2, 0.5, 0.9])
    assert np.allclose(answer.evaluate({"Y": hot, "p": p}), hot[:, 1] / p - hot[:, 0] / (1 - p))


@pytest.mark.parametrize(("typed", "low", "size"), [
    (r"\sum_{i=-n}^n x_i^2", "-n", "2*n+1"), (r"\sum_{i=-n}^n x_i x_{i+1}", "-n", "2*n+2"),
    (r"\sum_{i=m-1}^n x_i^2", "0", "n+1"), (r"\sum_{i=m}^n x_i^2", "1", "n"), (r"\sum_{i=1}^{n-m} x_i^2", "1", "n-m"),
])
def test_axes_begin_where_the_first_member_is(typed: str, low: str, size: str) -> None:
    family, *_ = variables(matcalc.parse(typed))
    (axis,) = family.data.axes
    assert (format_dim(axis.low), format_dim(axis.size)) == (low, size)
    assert "x" in matcalc.grad(typed, "x").ascii  # and it is checked


@pytest.mark.parametrize("typed", [r"\sum_{i=n-m}^n x_i^2", r"\sum_{i=-n}^m x_i \sum_{j=-m}^n x_j"])
def test_what_may_be_the_first_member_or_not_is_refused(typed: str) -> None:
    with pytest.raises(InputError, match="begins at"):
        matcalc.parse(typed)
