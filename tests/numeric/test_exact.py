"""Exact numbers: the values are NumPy's to rounding, and those of fractions and of mpmath to the last digit."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcalc.api import parse
from matcalc.core.expr import variables
from matcalc.numeric.arithmetic import IrrationalError, NotExactError, NoValueError, determinant, inverse
from matcalc.numeric.exact import Numbers
from matcalc.rulebook.book import standard
from tests import random_expressions as rx
from tests.samples import sampled

seeds = st.integers(min_value=0, max_value=10**9)


def fractions(x):
    return np.frompyfunc(lambda y: Fraction(float(y)), 1, 1)(x) if np.ndim(x) else Fraction(float(x))


def value(text, digits=None, sizes=None, **values):
    e = parse(text, {name: "scalar" for name, x in values.items() if np.ndim(x) == 0})
    leaves = {v: fractions(values[v.data.name]) for v in variables(e)}
    return Numbers(digits).values([e], leaves, sizes or {})[0]


@sampled(150)
@given(seeds)
def test_values_are_those_of_numpy(seed):
    rng = random.Random(seed)
    tree = rx.tree(rng, rng.choice([(1, 1), (rx.M, rx.M), (rx.M, 1), (1, rx.N)]), 3)
    values = rx.draw_values(seed % 7)
    leaves = {rx.leaf(name): fractions(x if np.size(x) > 1 else x[0, 0]) for name, x in values.items()}
    e = rx.build(tree)
    want = rx.value(tree, values)
    try:
        got = Numbers().values([e], leaves, rx.SIZES)[0]
    except IrrationalError:
        got = Numbers(40).values([e], leaves, rx.SIZES)[0]
    assert np.allclose(got.astype(float).reshape(want.shape), want, rtol=1e-7, atol=1e-7 * (1 + np.abs(want).max()))


FUNCTIONS = {
    "exp": mpmath.exp, "log": mpmath.log, "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan,
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh, "arcsin": mpmath.asin, "arccos": mpmath.acos,
    "arctan": mpmath.atan, "erf": mpmath.erf, "sqrt": mpmath.sqrt, "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)), "swish": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2, "elu": lambda x: x if x > 0 else mpmath.expm1(x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("at", [0.375, 0.875, 0.0078125])
def test_functions_to_fifty_digits(name, at):
    with mpmath.mp.workdps(60):
        want = FUNCTIONS[name](mpmath.mpf(at))
        assert abs(value(f"{name}(a)", 60, a=at)[0, 0] - want) < mpmath.mpf(10) ** -50


def test_fractions_stay_fractions():
    assert value("10^9*a + b/3", a=0.5, b=1.0)[0, 0] == Fraction(10**9, 2) + Fraction(1, 3)
    assert value("max(a,10) - relu(a-1/3) + abs(a) + sign(a)", a=0.5)[0, 0] == 10 - Fraction(1, 6) + Fraction(1, 2) + 1
    assert value("step(a)", a=0.0)[0, 0] == 0


def test_what_has_no_value_or_no_exact_form():
    for text, a in (("1/a", 0.0), ("log(-a)", 1.0), ("sqrt(-a)", 1.0), ("exp(exp(a))", 1e3)):
        with pytest.raises(NoValueError):
            value(text, 40, a=a)
    with pytest.raises(IrrationalError):
        value("exp(a)", a=1.0)
    x = np.ones((2, 2))
    with pytest.raises(NotExactError):
        value("norm_nuc(X)", 40, {"m": 2, "n": 2}, X=x)


@given(st.integers(1, 4), seeds)
def test_inverse_and_determinant(n, seed):
    x = fractions(np.random.default_rng(seed).integers(-4, 5, (n, n)))
    want = round(np.linalg.det(x.astype(float)))
    assert determinant(x) == want
    if want:
        assert (inverse(x) @ x == np.eye(n, dtype=int)).all()
    else:
        with pytest.raises(NoValueError):
            inverse(x)


def test_every_template_is_read_or_refused():
    """A rule whose template has no exact form is compared in floating point; which ones these are is known."""
    refused = set()
    for name in sorted(standard().names()):
        for function in standard().overloads(name):
            if "numpy" in function.fields and function.form == "elementwise" and len(function.params) == 1:
                from matcalc.algebra import apply, variable
                from matcalc.core.dims import named

                x = variable("X", (named("m"), named("n")))
                values = {x: fractions(np.array([[0.25, 0.5], [0.75, 0.125]]))}
                try:
                    Numbers(40).values([apply(function, x)], values, {"m": 2, "n": 2})
                except NotExactError:
                    refused.add(name)
    assert refused == set()
