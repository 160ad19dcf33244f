"""Code in which declared functions are arguments; no array of theirs is overwritten."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc
from tests.cli.sessions import run

F = {"f": "function(n) -> scalar"}


def test_arguments_are_documented():
    code = matcalc.code("f(A*x + b)", "x", variables=F)
    assert "def gradient(A, x, b, grad_f" in code
    assert "grad_f: the gradient of f, a function of x: an array (n,) that gives an array (n,)" in code


@pytest.mark.parametrize("language", ["cpp", "julia", "pure"])
def test_other_languages_refuse_by_name(language):
    with pytest.raises(matcalc.MatcalcError, match="f is an argument of the code"):
        matcalc.code("f(A*x + b)", "x", language, variables=F)


@pytest.mark.parametrize("language", ["torch", "array-api", "octave", "r"])
def test_a_function_of_each_member_is_refused_by_name(language):
    with pytest.raises(matcalc.MatcalcError, match="f is an argument of the code that is asked for each member"):
        matcalc.code("sum_i f(A*x_i + b)", "b", language, variables=F, check=False)


def test_a_function_of_each_member_in_jax():
    jnp = pytest.importorskip("jax.numpy", reason="jax is not installed")
    d = matcalc.hessian("sum_i f(A*x_i + b)", "b", variables=F)
    x, A, b = np.arange(6.0).reshape(3, 2), np.ones((2, 2)), np.zeros(2)
    found = d.function("jax", check=False).hessian(A=jnp.asarray(A), x=jnp.asarray(x), b=jnp.asarray(b),
                                                   hess_f=lambda u: jnp.outer(u, u))
    np.testing.assert_allclose(found, sum(np.outer(A @ row, A @ row) for row in x), rtol=1e-5)


def test_arrays_of_the_user_stay():
    variables = {"K": "matrix(n,n) sym of theta", "A": "matrix(n,n)"}
    d = matcalc.grad("norm(2*K + A)^2", "A", variables=variables)
    kept = np.array([[2.0, 1.0], [1.0, 3.0]])
    before = kept.copy()
    found = d.function("numpy").gradient(A=np.ones((2, 2)), theta=0.5, K=lambda theta: kept)
    np.testing.assert_array_equal(kept, before)
    np.testing.assert_allclose(found, 2 * (2 * kept + 1))


def test_members_of_a_family():
    d = matcalc.hessian("sum_i f(A*x_i + b)", "b", variables=F)
    x, A, b = np.arange(6.0).reshape(3, 2), np.ones((2, 2)), np.zeros(2)
    found = d.function("numpy").hessian(A=A, x=x, b=b, hess_f=lambda u: np.outer(u, u))
    np.testing.assert_allclose(found, sum(np.outer(A @ row, A @ row) for row in x))


def test_a_value_needs_functions():
    d = matcalc.grad("f(x)", "x", variables=F)
    with pytest.raises(matcalc.MatcalcError) as error:
        d.evaluate({"x": [1.0, 2.0]})
    assert error.value.diagnostics[0].code == "M0520"


@pytest.mark.parametrize("command", [["trace", "f(x)", "--at", "x=[1,2]"],
                                     ["descend", "f(x)", "--wrt", "x", "--size", "n=2"]])
def test_no_random_function_is_shown_as_a_value(command):
    code, _, err = run(*command, "--var", "f: function(n) -> scalar")
    assert code == 2
    assert "M0520" in err
