"""Identities of Jacobians, of ⊗ and of the commutation matrix, at random sizes and on random expressions."""

import random

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from matcalc import algebra as al
from matcalc.calculus import matrix_form as mf
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import NoDifferentialError, differential, seed
from matcalc.calculus.matrix_form import Stacking, matrix_form
from matcalc.checking.verification import equal_numerically
from matcalc.core.expr import variables
from matcalc.numeric.evaluate import evaluate
from matcalc.rulebook.book import standard
from tests import random_expressions as rx
from tests.samples import sampled

sizes = st.integers(min_value=1, max_value=5)
seeds = st.integers(min_value=0, max_value=10**9)


def matrix(name, m, n):
    return al.variable(name, (m, n))


def kron(a, b):
    return al.apply(standard().core("kron"), a, b)


def commutation(m, n):
    return mf.commutation(m, n, standard())


def vec(x):
    return Stacking(standard()).vec(x)


def same(a, b):
    assert a.shape == b.shape
    assert a is b or equal_numerically(a, b, tol=1e-8).ok is not False


@given(sizes, sizes)
def test_commutation_is_a_permutation_that_transposes(m, n):
    k = commutation(m, n)
    x = matrix("X", m, n)
    same(al.multiply(k, vec(x)), vec(al.transpose(x)))
    assert al.multiply(al.transpose(k), k) is al.eye(m * n)
    assert al.transpose(k) is commutation(n, m)
    p = np.atleast_2d(evaluate(k, {}))
    assert np.array_equal(np.sort(p, axis=0)[-1], np.ones(m * n))
    assert p.sum() == m * n


@given(sizes, sizes, sizes, sizes)
def test_commutation_swaps_kronecker_factors(m, n, p, q):
    a, b = matrix("A", m, n), matrix("B", p, q)
    same(al.multiply(commutation(p, m), kron(a, b), commutation(n, q)), kron(b, a))


@given(sizes, sizes, sizes, sizes, sizes, sizes)
def test_kronecker_algebra(m, n, p, q, r, s):
    a, b, c, d = matrix("A", m, n), matrix("B", p, q), matrix("C", n, r), matrix("D", q, s)
    same(al.multiply(kron(a, b), kron(c, d)), kron(al.multiply(a, c), al.multiply(b, d)))
    assert al.transpose(kron(a, b)) is kron(al.transpose(a), al.transpose(b))
    x = matrix("X", q, n)
    same(al.multiply(kron(a, b), vec(x)), vec(al.multiply(b, x, al.transpose(a))))
    same(kron(al.add(a, a), b), al.multiply(al.num(2), kron(a, b)))


@given(sizes, sizes, sizes)
def test_a_column_beside_kron_needs_no_kron(m, n, p):
    """(b' ⊗ A)(x ⊗ I) = (b'x) ⊗ A, and so is a matrix times a number."""
    a, b, x = matrix("A", m, n), matrix("b", p, 1), matrix("x", p, 1)
    left = al.multiply(kron(al.transpose(b), a), kron(x, al.eye(n)))
    assert left is al.multiply(al.multiply(al.transpose(b), x), a)


@given(sizes, sizes, sizes)
def test_rows_pass_through_the_commutation(m, n, q):
    r, b = al.transpose(matrix("r", q, 1)), matrix("B", m, n)
    same(al.multiply(kron(r, b), commutation(q, n)), kron(b, r))
    same(al.multiply(kron(b, r), commutation(n, q)), kron(r, b))


def jacobian(f, x, vec="col"):
    return matrix_form(differential(f, {x: seed(x)}, standard()), seed(x), standard(), vec)


@given(seeds)
@sampled(80)
def test_jacobian_transposition_identities(seed_):
    """J of Y' is K J; J of a'Y b is (b ⊗ a)'J; rows are K J K'; a scalar's Jacobian is its gradient on vec."""
    rng = random.Random(seed_)
    shape = rng.choice([(1, 1), (rx.M, 1), (rx.M, rx.N)])
    f = rx.build(rx.tree(rng, shape, rng.randint(1, 4)))
    found = [v for v in variables(f) if not v.data.props]  # a declared structure is used while one differentiates
    assume(found)
    x = rng.choice(found)
    try:
        j = jacobian(f, x)
        turned = jacobian(al.transpose(f), x)
        by_rows = jacobian(f, x, "row")
    except NoDifferentialError:
        assume(False)
    swap, back = commutation(*f.shape), commutation(*reversed(x.shape))
    same(turned, al.multiply(swap, j))
    same(by_rows, al.multiply(swap, j, back))
    if f.is_scalar:
        same(j, al.transpose(vec(gradient(f, x, standard()))))


@given(seeds)
@sampled(40)
def test_random_hessians_are_symmetric(seed_):
    rng = random.Random(seed_)
    f = rx.build(rx.tree(rng, (1, 1), rng.randint(1, 4)))
    found = [v for v in variables(f) if not v.data.props]  # a declared structure is used while one differentiates
    assume(found)
    x = rng.choice(found)
    try:
        h = jacobian(gradient(f, x, standard()), x)
    except NoDifferentialError:
        assume(False)
    same(h, al.transpose(h))
