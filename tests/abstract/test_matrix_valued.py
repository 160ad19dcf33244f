"""Functions of vectors and matrices with matrices as values, of which only shapes are declared: concrete functions are
put in for them and differenced, and programs in every language find themselves right."""

from __future__ import annotations

import inspect
import shutil

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import InputError, NoRuleError

RNG = np.random.default_rng(17)
OF_MATRIX, OF_VECTOR = {"F": "function(m,n) -> matrix(p,q)"}, {"F": "function(n) -> matrix(p,q)"}
W, Z = RNG.standard_normal((2, 6)), RNG.standard_normal((2, 3))  # of F(X) = sin(W vec X) z' + … with p = 2, q = 3
FORMULAS = [("tr(B F(A X))", "X", OF_MATRIX), ("norm2(vec(Y - F(X)))^2", "X", OF_MATRIX),
            ("u'F(x)v", "x", OF_VECTOR), ("tr(F(X)'F(X))", "X", OF_MATRIX)]


def concrete(X):
    u = W @ np.ravel(X, order="F")
    return np.sin(u)[:, None] * Z


def pulled(X, G):
    weights = np.sum(G * Z, axis=1) * np.cos(W @ np.ravel(X, order="F"))
    return np.reshape(W.T @ weights, np.shape(X), order="F")


@pytest.mark.parametrize("formula", ["tr(B F(A X))", "sum(F(X).*F(X).*Y)", "log(1 + norm2(vec(Y - F(X)))^2)"])
def test_a_concrete_function_is_differentiated(formula):
    d = matcalc.grad(formula, "X", variables=OF_MATRIX, check=False)
    program = d.function("numpy", check=False)
    values = {"A": RNG.standard_normal((3, 2)), "X": RNG.standard_normal((2, 2) if "A" in formula else (3, 2)),
              "B": RNG.standard_normal((3, 2)), "Y": RNG.standard_normal((2, 3))}
    given = {name: values[name] for name in d.inputs}
    takes = inspect.signature(program.gradient).parameters
    functions = {"F": concrete, "vjp_F": pulled}
    G = program.gradient(**given, **{name: f for name, f in functions.items() if name in takes})
    E = RNG.standard_normal(values["X"].shape)
    ahead, behind = (program.f(**{**given, "X": values["X"] + h * E}, F=concrete) for h in (1e-6, -1e-6))
    assert np.sum(G * E) == pytest.approx((ahead - behind) / 2e-6, rel=1e-7)


def test_the_differential_goes_along_a_direction_and_the_jacobian_has_a_name():
    assert matcalc.jacobian("A F(X) B", "X", variables=OF_MATRIX).ascii == "kron(B', A)*J_F(X)"
    d = matcalc.differential("F(X)*B", "X", variables=OF_MATRIX)
    assert d.ascii == "jvp_F(X, dX)*B"
    assert d.verify().ok


@pytest.mark.parametrize(("formula", "x", "said"), FORMULAS)
def test_answers_verify_and_read_back(formula, x, said):
    d = matcalc.grad(formula, x, variables=said)
    assert d.verify().ok
    assert matcalc.verify(formula, x, claim=d.ascii, variables=said).ok


def test_second_derivatives_have_no_name():
    with pytest.raises(NoRuleError, match="vjp_F is the last derivative of F that has a name"):
        matcalc.hessian("tr(B F(X))", "X", variables=OF_MATRIX)
    with pytest.raises(InputError, match="of a matrix gives a scalar or a matrix"):
        matcalc.grad("u'F(X)", "X", variables={"F": "function(m,n) -> vector(q)"})


@pytest.mark.parametrize("target", ["numpy", "jax", "torch", "array-api", "octave", "r"])
def test_programs_find_themselves_right(target):
    tool = {"octave": "octave-cli", "r": "Rscript"}.get(target)
    if tool is not None and shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    pytest.importorskip({"array-api": "array_api_compat", "octave": "numpy", "r": "numpy"}.get(target, target),
                        reason=f"{target} is not installed")
    for formula, x, said in FORMULAS[1:3]:
        assert "vjp_F" in matcalc.grad(formula, x, variables=said, check=False).code(target)
    assert "J_F" in matcalc.jacobian("F(X)", "X", variables=OF_MATRIX, check=False).code(target)
