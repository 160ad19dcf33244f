"""What stands in labels and relations: places of indices, values, or what is refused because it is neither."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc
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
    r"\sum_i x_{i+h} y_i": "x_{i+h}",
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
