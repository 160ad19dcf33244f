"""Gradients and Jacobians of random expressions against differences that NumPy takes without matcalc."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matcalc import algebra as al
from matcalc.calculus.adjoint import gradient, pull_back
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.core.expr import Kind, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.evaluate import evaluate
from matcalc.rulebook.book import standard
from tests import random_expressions as rx
from tests.samples import sampled

seeds = st.integers(min_value=0, max_value=10**9)


def difference(tree, values, name, direction):
    """The derivative along `direction`, by a fourth-order central difference."""
    h = 1e-3

    def at(step):
        return rx.value(tree, {**values, name: values[name] + step * direction})

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def varied(seed_):
    rng = random.Random(seed_)
    shape = rng.choice([(1, 1), (1, 1), (rx.M, 1), (rx.M, rx.N)])
    tree = rx.tree(rng, shape, rng.randint(1, 4))
    return tree, rx.build(tree), rx.draw_values(seed_ % 5), np.random.default_rng(seed_)


@sampled(250)
@given(seeds)
def test_differential_gradient_and_jacobian(seed_):
    tree, e, values, rng = varied(seed_)
    bound = {rx.leaf(name): value for name, value in values.items()}
    for x in [v for v in postorder(e) if v.kind is Kind.VAR]:
        if x.data.props - {"positive"}:
            continue
        v = rng.normal(size=values[x.data.name].shape)
        with np.errstate(all="ignore"):
            want = difference(tree, values, x.data.name, v)
        scale = 1e-6 * (1 + np.abs(want).max())
        de = differential(e, {x: seed(x)}, standard())
        try:
            got = evaluate(de, {**bound, seed(x): v}, rx.SIZES)
        except MatcalcError:  # the inverse in d det where the matrix is singular whatever the values
            assume(False)
        assume(np.abs(want).max() < 1e4)
        assert np.allclose(np.reshape(got, want.shape), want, atol=scale, rtol=1e-6)
        for vec, order in (("col", "F"), ("row", "C")):
            J = np.asarray(evaluate(matrix_form(de, seed(x), standard(), vec), bound, rx.SIZES), dtype=float)
            along = J.reshape(want.size, v.size) @ v.reshape(-1, order=order)
            assert np.allclose(along, want.reshape(-1, order=order), atol=scale, rtol=1e-6)
        if e.is_scalar:
            for G in (gradient(e, x, standard()), pull_back(de, al.num(1)).get(seed(x), al.zeros(*x.shape))):
                assert np.allclose(np.sum(evaluate(G, bound, rx.SIZES) * v), want, atol=scale, rtol=1e-6)


def test_a_gradient_is_zero_only_where_the_derivative_is():
    A = rx.leaf("A")
    e = al.trace(al.multiply(A, al.inverse(A)))
    assert differential(e, {A: seed(A)}, standard()) is al.num(0)


def test_what_states_no_differential_is_refused():
    from matcalc.calculus.differential import NoDifferentialError
    from matcalc.core.dims import named
    from matcalc.core.function import Function, Param

    n = named("n")
    silent = Function("silent", (Param("X", (n, n)),), (1, 1), "function", {})
    A = rx.leaf("A")
    with pytest.raises(NoDifferentialError, match="silent"):
        differential(al.apply(silent, A), {A: seed(A)}, standard())
