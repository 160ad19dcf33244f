"""The normal form never changes a value, is reached in one go, and writes equal things in one way."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcalc import algebra as al
from matcalc.core.dims import named
from matcalc.core.expr import Kind, node, postorder
from matcalc.numeric.evaluate import evaluate
from matcalc.rulebook.book import standard
from tests import random_expressions as rx
from tests.samples import sampled

SHAPES = [(1, 1), (rx.M, rx.M), (rx.M, 1), (rx.M, rx.N), (1, rx.N)]
seeds = st.integers(min_value=0, max_value=10**9)


def random_tree(seed: int, depth: int = 5) -> tuple[rx.Tree, tuple]:
    rng = random.Random(seed)
    shape = rng.choice(SHAPES)
    return rx.tree(rng, shape, rng.randint(1, depth)), shape


@sampled(600)
@given(seeds)
def test_value_is_kept(seed):
    tree, shape = random_tree(seed)
    values = rx.draw_values(seed % 7)
    e = rx.build(tree)
    assert e.shape == shape
    bound = {rx.leaf(name): value for name, value in values.items()}
    got = np.asarray(evaluate(e, bound, rx.SIZES), dtype=float)
    want = rx.value(tree, values)
    assert np.allclose(got.reshape(want.shape), want, rtol=1e-8, atol=1e-8 * (1 + np.abs(want).max()))


@sampled(400)
@given(seeds)
def test_every_node_is_its_own_normal_form(seed):
    tree, _ = random_tree(seed)
    for e in postorder(rx.build(tree)):
        if e.args:
            assert al.rebuild(e, list(e.args)) is e
            fresh = al.substitute(e, {al.tangent("nobody", (1, 1)): al.num(1)})
            assert fresh is e


@sampled(300)
@given(seeds)
def test_transposing_twice_is_nothing(seed):
    e = rx.build(random_tree(seed)[0])
    assert al.transpose(al.transpose(e)) is e


n = named("n")
A, B, X, Y = (al.variable(name, (n, n)) for name in "ABXY")
S = al.variable("S", (n, n), frozenset({"sym"}))
P = al.variable("P", (n, n), frozenset({"spd"}))
Q = al.variable("Q", (n, n), frozenset({"orthogonal"}))
U = al.variable("U", (n, named("p")), frozenset({"orthogonal"}))
L = al.variable("L", (n, n), frozenset({"lower"}))
D = al.variable("D", (n, n), frozenset({"diag"}))
K = al.variable("K", (n, n), frozenset({"skew"}))
x, y, z = (al.variable(name, (n, 1)) for name in "xyz")


def tril(e):
    return al.apply(standard().overloads("tril")[0], e)


t, mul, inv, had = al.transpose, al.multiply, al.inverse, al.hadamard

SAME = {
    "word and its transpose": (mul(t(x), A, y), mul(t(y), t(A), x)),
    "trace is cyclic": (al.trace(mul(A, B, X)), al.trace(mul(X, A, B))),
    "trace of a transpose": (al.trace(mul(A, B)), al.trace(mul(t(B), t(A)))),
    "inverse of a product": (inv(mul(A, B)), mul(inv(B), inv(A))),
    "inverse of a transpose": (inv(t(A)), t(inv(A))),
    "inverse cancels": (mul(A, inv(A), B), B),
    "powers merge": (mul(A, A, A), al.matrix_power(A, 3)),
    "power of a product": (al.matrix_power(mul(A, B), 2), mul(A, B, A, B)),
    "symmetric": (t(S), S),
    "inverse of symmetric": (t(inv(P)), inv(P)),
    "orthogonal": (mul(t(Q), Q), al.eye(n)),
    "orthonormal columns": (mul(A, U, t(U), U), mul(A, U)),
    "skew form vanishes": (mul(t(x), K, x), al.num(0)),
    "inverse of skew": (t(inv(K)), al.negate(inv(K))),
    "square of skew": (t(al.matrix_power(K, 2)), al.matrix_power(K, 2)),
    "inverse skew form vanishes": (mul(t(x), inv(K), x), al.num(0)),
    "scalars commute": (mul(x, mul(t(y), z)), mul(mul(t(z), y), x)),
    "hadamard commutes": (had(A, B), had(B, A)),
    "inner product of an elementwise product": (mul(t(had(x, y)), z), mul(t(x), had(y, z))),
    "sum of an elementwise product": (mul(al.ones(1, n), had(x, y)), mul(t(x), y)),
    "frobenius product": (mul(al.ones(1, n), had(A, B), al.ones(n, 1)), al.trace(mul(t(A), B))),
    "content of a sum": (mul(A, al.add(x, al.negate(y))), al.negate(mul(A, al.add(y, al.negate(x))))),
    "ones": (mul(al.ones(n, 1), al.ones(1, n)), al.ones(n, n)),
    "a projector": (al.matrix_power(mul(U, t(U)), 3), mul(U, t(U))),
    "trace of a projector": (al.trace(mul(U, t(U))), al.dimension(named("p"))),
    "the diagonal of a transpose": (t(had(t(A), al.eye(n))), had(A, al.eye(n))),
    "the diagonal of a diagonal matrix": (had(mul(D, inv(D), D, D), al.eye(n)), mul(D, D)),
    "the lower part of a lower matrix": (tril(mul(L, inv(D), L)), mul(L, inv(D), L)),
    "the lower part of an upper matrix": (tril(t(inv(L))), had(inv(L), al.eye(n))),
    "the lower part of a scaled matrix": (tril(al.add(L, D, al.negate(al.eye(n)))), al.add(L, D, al.negate(al.eye(n)))),
    "trace of the identity": (al.trace(al.eye(n)), al.dimension(n)),
}


@pytest.mark.parametrize("name", SAME)
def test_one_way_to_write(name):
    left, right = SAME[name]
    assert left is right


def test_rows_of_orthonormal_columns_are_not_orthonormal():
    assert mul(U, t(U)).kind is Kind.CHAIN


def test_sums_are_not_multiplied_out():
    e = mul(A, al.add(x, y))
    assert e.kind is Kind.CHAIN
    assert e.args[1].kind is Kind.ADD


def test_an_even_root_is_not_taken_of_an_unknown_sign():
    c = al.variable("c", (1, 1))
    half = al.num(1) if False else al.divide(al.num(1), al.num(2))
    assert al.power(al.power(c, al.num(2)), half) is not c


def test_a_transpose_is_not_remembered_from_before_its_law_was_in_force():
    """The user's names may be those in which the law is written."""
    laws = [law for function in standard().functions() for law in function.laws() if law.pattern.kind is Kind.TRANSPOSE]
    assert laws
    for law in laws:
        assert al.transpose(law.pattern.args[0]) is law.replacement


def test_a_display_form_does_not_become_the_transpose():
    """Printers make nodes that are no normal form; what is known of them must not lead back to them."""
    a, b = (al.variable(name, (rx.M, rx.N)) for name in "AB")
    difference = al.add(b, al.negate(a))
    shown = node(Kind.HAD, (al.power(a, al.num(3)), difference), None, a.shape)
    normal = al.hadamard(al.power(a, al.num(3)), difference)
    assert shown is not normal
    assert al.transpose(al.transpose(shown)) is normal


def test_known_neighbours_do_not_hide_what_cancels_further_away():
    """Of factors that are known to stay beside each other nothing is looked through again: powers are no such ones."""
    p, q = (al.variable(name, shape) for name, shape in (("P", (rx.M, rx.N)), ("Q", (rx.N, rx.M))))
    inverse = al.matrix_power(al.multiply(p, q), -1)
    for a, b in ((p, q), (q, p), (q, inverse), (inverse, p)):
        assert al.multiply(a, b).args == (a, b)
    for _ in range(2):
        assert al.multiply(p, q, p, q).args == (p, q, p, q)
        assert al.multiply(p, q, inverse) is al.eye(rx.M)
        assert al.multiply(inverse, p, q, p) is p
        assert al.multiply(p, q, al.zeros(*p.shape)).kind is Kind.ZEROS
        assert al.transpose(al.multiply(p, q, p)).args == tuple(map(al.transpose, (p, q, p)))
