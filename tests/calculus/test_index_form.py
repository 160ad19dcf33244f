"""The index form, summed entry by entry with NumPy, is the Jacobian."""

import itertools

import numpy as np
import pytest

import matcalc
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.index_form import index_form
from matcalc.simplification.expand import expanded
from tests.points import point, value

FUNCTIONS = [
    ("A*X*B", "X"), ("X", "X"), ("X'", "X"), ("X*a", "X"), ("X'*a", "X"), ("X'*X", "X"), ("inv(X)", "X"),
    ("X*A*X", "X"),
    ("tr(A*X)*X*B", "X"), ("x*x'", "x"), ("A*X'*B", "X"), ("(a'*x)*x*b'", "x"), ("A.*X", "X"), ("A.*(B*X)", "X"),
    ("exp(X)", "X"), ("X^3", "X"), ("tr(X)*A", "X"), ("X/normF(X)", "X"), ("c*X - X*A*X'*B", "X"), ("X.*X", "X"),
    ("x'*X*y", "X"), ("log(det(X))*A", "X"), ("tanh(A*X)", "X"),
    ("W*tanh(X*x + b)", "X"), ("A*exp(X)*B", "X"), ("B*(c.*(X'*x))*a'", "X"), ("tr(A*(B.*X))*C", "X"), ("tr(X)", "X"),
    ("a'*(A.*X)*b", "X"), ("softmax(X*x)", "X"),
]


def numbers(term, d, at, place):
    scalar, entries = term
    found = value(d, d.problem.settled(scalar), at).item()
    for entry in entries:
        row, column = (place.get(i, 0) for i in (entry.row, entry.column))
        matrix = None if entry.matrix is None else value(d, d.problem.settled(entry.matrix), at)
        found *= float(row == column) if matrix is None else matrix[row, column]
    return found


@pytest.mark.parametrize(("f", "wrt"), FUNCTIONS, ids=[f for f, _ in FUNCTIONS])
def test_entries(f, wrt):
    d = matcalc.jacobian(f, wrt, variables={"c": "scalar"})
    x = d.problem.wrt[0]
    linear = differential(d.problem.f, {x: seed(x)}, d.problem.rulebook)
    terms = index_form(linear) or index_form(expanded(linear))
    at = point(d)
    y = value(d, d.problem.settled(d.problem.f), at)
    j = np.asarray(d.evaluate(at)).reshape(y.size, -1)
    m, n = np.atleast_2d(at[x.data.name]).shape
    assert terms is not None
    for place in (dict(zip("ijkl", p, strict=True)) for p in itertools.product(*map(range, (*y.shape, m, n)))):
        expected = j[place["i"] + y.shape[0] * place["j"], place["k"] + m * place["l"]]
        assert np.isclose(sum(numbers(t, d, at, place) for t in terms), expected), place


@pytest.mark.parametrize(("f", "wrt", "ascii_", "unicode", "latex"), [
    ("A*X*B", "X", "A[i,k]*B[l,j]", "Aᵢₖ Bₗⱼ", "A_{ik} B_{lj}"),
    ("X", "X", "delta[i,k]*delta[l,j]", "δᵢₖ δₗⱼ", r"\delta_{ik} \delta_{lj}"),
    ("inv(X)", "X", "-(inv(X))[i,k]*(inv(X))[l,j]", "−(X⁻¹)ᵢₖ (X⁻¹)ₗⱼ", "-(X^{-1})_{ik} (X^{-1})_{lj}"),
    ("W2*tanh(X)", "X", "(W_2)[i,k]*(ones(n,p) - tanh(X).^2)[k,j]*delta[l,j]",
     "(W₂)ᵢₖ (𝟏 𝟏ᵀ − tanh(X)∘²)ₖⱼ δₗⱼ", None),
    ("X*a", "X", "delta[i,k]*a[l]", "δᵢₖ aₗ", r"\delta_{ik} a_{l}"),
])
def test_texts(f, wrt, ascii_, unicode, latex):
    shown = matcalc.jacobian(f, wrt).index_form
    assert (shown.ascii, shown.unicode) == (ascii_, unicode)
    assert latex in (None, shown.latex)


def test_no_index_form_where_a_sum_is_needed():
    assert matcalc.jacobian("expm(X)", "X").index_form is None
    assert matcalc.jacobian("X", "X", variables={"X": "sym(n)"}).index_form is None
