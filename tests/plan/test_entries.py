"""What the passes over entries promise: fewer passes over arrays, factors in front of sums, signs of determinants from
factors, sums of outer products by one product."""

from __future__ import annotations

import re

import pytest

import matcalc

SHAPES = {"A": "matrix(m,n)", "B": "matrix(m,n)", "P": "matrix(m,n)", "S": "spd(n)", "Q": "matrix(n,n)", "V": "sym(n)",
          "x": "vector(n)", "y": "vector(n)", "u": "vector(m)", "w": "vector(m)", "c": "scalar", "X": "matrix(n,n)"}


@pytest.mark.parametrize("text", ["sum(exp(P.*A - P.*B))", "sum(exp(P.*A - P.*(u*ones(n)')))"])
def test_common_entries_are_multiplied_once(text):
    source = _source(text, "f")
    assert source.count(" * ") + source.count(" *= ") == 1


def _source(text, function, wrt=None):
    names = {name: kind for name, kind in SHAPES.items() if name in text or name == wrt}
    d = matcalc.grad(text, wrt=wrt or next(iter(names)), variables=names, check=False)
    _, body = d.code(functions=(function,)).split(f"def {function}(")
    return body.split('"""')[2].split("\n\n\n")[0]


def test_vectors_are_multiplied_before_matrices():
    source = _source("sum(exp(diag(u)*(diag(w)*A)))", "f")
    assert "(u * w)[:, None]" in source or "(w * u)[:, None]" in source


def test_minus_goes_into_a_difference():
    source = _source("sum(exp(-(P.*(A - B))))", "f")
    assert "negative" not in source
    assert "B - A" in source


def test_a_square_of_a_small_number_is_not_made():
    """x/r/r with r = 1e-200 is right where x is small too."""
    source = _source("sum(log(1 + x.^2/5))", "gradient")
    (reciprocal,) = re.findall(r"(\w+) = 1 / hypotenuse\(", source)
    assert f"x * {reciprocal} * {reciprocal}" in source


def test_outer_products_are_one_product():
    source = _source("(x'*Q*x)*(y'*x)", "gradient", wrt="Q")
    assert "np.array((" not in source  # one alone stays what it is
    d = matcalc.hessian("(x'*x)*(y'*x)", wrt="x", variables={"x": "vector(n)", "y": "vector(n)"}, check=False)
    body = d.code(functions=("hessian",))
    assert body.count("np.array((") == 2
    assert "np.outer" not in body


@pytest.mark.parametrize("target", ["numpy", "torch", "jax"])
def test_the_sign_of_a_determinant_comes_from_its_factors(target):
    d = matcalc.grad("log(det(X))", wrt="X", variables={"X": "matrix(n,n)"}, check=False)
    source = d.code(target, functions=("value_and_gradient",), check=False)
    assert "slogdet" not in source
    assert source.count("lu_det_sign(") == 2


def test_a_definite_matrix_between_square_ones_is_inverted_once():
    h = matcalc.hessian("log(det(S))", wrt="S", variables={"S": "spd(n)"}, check=False)
    source = h.code(form="operator", functions=("hessian_product",))
    body = source[source.index("def hessian_product"):]
    assert body.count("cholesky_inverse(") == 1
    assert "cholesky_solve(" not in body


def test_the_transpose_of_an_array_is_not_added_in_its_place():
    d = matcalc.hessian("(x'*Q*x)*(x'*X*x)", wrt="x", variables={"x": "vector(n)", "Q": "matrix(n,n)",
                                                               "X": "matrix(n,n)"}, check=False)
    assert "+= t1.T" not in d.code(functions=("hessian",))


@pytest.mark.parametrize("target", ["numpy", "torch", "jax", "array-api"])
@pytest.mark.parametrize(("text", "word"), [("norm_nuc(X) + norm_op(X)", "svd("), ("lambda_max(V)", "eigh(")])
def test_functions_of_a_spectrum_share_one_decomposition(target, text, word):
    (name,) = {"X", "V"} & {*text}
    d = matcalc.grad(text, wrt=name, variables={name: SHAPES[name]}, check=False)
    source = d.code(target, functions=("value_and_gradient",))
    assert source.count(word) == 1
