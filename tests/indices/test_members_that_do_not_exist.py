"""x_{k+1} of x_1 … x_n has no value where k is n: claims and formulas that use it there are wrong or refused, and a
declared size is what an index may reach."""

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

CHAIN = "sum_{i=1}^{n-1} (x_{i+1} - x_i)^2"


def code(text, **how):
    with pytest.raises(MatcalcError) as caught:
        matcalc.grad(text, "x", **how) if text.startswith("sum") else matcalc.jacobian(text, "x", **how)
    return caught.value.diagnostics[0].code


def test_a_claim_that_is_right_only_inside_is_wrong():
    """With the nearest member for x_0 and x_{n+1} it would be right by luck."""
    assert not matcalc.verify(CHAIN, "x_k", claim="2(2 x_k - x_{k-1} - x_{k+1})").ok
    right = "2([k <= n-1](x_k - x_{k+1}) - [k >= 2](x_{k-1} - x_k))"
    assert matcalc.verify(CHAIN, "x_k", claim=right).ok


def test_an_index_that_is_declared_too_long_is_refused():
    assert code("y_i = x_{i+1} - x_i", variables={"i": "index(n)"}) == "M0228"
    guarded = "y_i = [i <= n-1] x_{i+1} - x_i"
    found = matcalc.jacobian(guarded, "x", variables={"i": "index(n)", "x": "vector(n)"})
    assert np.allclose(found.evaluate({"x": np.zeros(3)}), np.eye(3, k=1) - np.eye(3))


def test_a_declared_size_is_not_made_longer():
    declared = {"x": "vector(n)"}
    assert code("sum_{i=1}^n x_i x_{i+1}", variables=declared) == "M0228"
    assert code("sum_{i=1}^n (x_i - x_{i-1})^2", variables=declared) == "M0228"
    assert code("sum_{i=1}^{3} x_i^2", variables={"x": "vector(2)"}) == "M0228"


def test_as_many_members_as_declared_may_be_counted_from_0():
    for text in ("sum_{i=0}^{n-1} x_i^2", "sum_{i=1}^{n} x_{i-1}^2"):
        assert matcalc.grad(text, "x", variables={"x": "vector(n)"}).shape == ("n",)
    assert matcalc.grad("sum_{i=0}^{n} x_i^2", "x", variables={"x": "vector(n+1)"}).shape == ("n+1",)
