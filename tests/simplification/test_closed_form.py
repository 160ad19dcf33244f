"""Closed forms keep the value, are never longer, are reached in one go, and do not depend on the spelling."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from matcalc import algebra as al
from matcalc.calculus.adjoint import gradient
from matcalc.core.expr import variables
from matcalc.diagnostics import MatcalcError
from matcalc.language import parse
from matcalc.numeric.evaluate import evaluate
from matcalc.rulebook.book import standard
from matcalc.simplification import closed_form
from matcalc.simplification.length import cost
from tests import random_expressions as rx
from tests import rewrites as rw
from tests.samples import sampled

seeds = st.integers(min_value=0, max_value=10**9)
DECLARED = {"A": "matrix(m,n)", "B": "matrix(m,n)", "S": "matrix(n,n)", "x": "vector(n)", "y": "vector(n)",
            "b": "vector(m)", "c": "scalar", "t": "scalar", "X": "matrix(n,p)", "W": "matrix(n,k)", "Z": "matrix(m,n)"}


def random_tree(seed: int) -> tuple[rx.Tree, random.Random]:
    rng = random.Random(seed)
    shape = rng.choice([(1, 1), (rx.M, rx.M), (rx.M, 1), (rx.M, rx.N)])
    return rx.tree(rng, shape, rng.randint(2, 5)), rng


def _gradient(e, x):
    return closed_form(gradient(closed_form(e, standard()), x, standard()), standard())


@sampled(400)
@given(seeds)
def test_same_value_and_not_longer(seed):
    tree, _ = random_tree(seed)
    e = rx.build(tree)
    short = closed_form(e, standard())
    assert cost(short) <= cost(e)
    bound = {rx.leaf(name): value for name, value in rx.draw_values(seed % 7).items()}
    try:
        want = np.asarray(evaluate(e, bound, rx.SIZES))
        got = np.asarray(evaluate(short, bound, rx.SIZES))
    except MatcalcError:  # singular whatever the values
        assume(False)
    assume(np.isfinite(want).all() and np.abs(want).max() < 1e8)
    assert np.allclose(got, want, rtol=1e-7, atol=1e-7 * (1 + np.abs(want).max()))


@sampled(200)
@given(seeds)
def test_plain_rewrites_give_the_same_gradient(seed):
    rng = random.Random(seed)
    tree = rx.tree(rng, (1, 1), rng.randint(2, 4))
    assume("det" not in str(tree))  # det K = det(-K) for skew K of any size is not decided by rewriting
    other = rw.rewritten(tree, rng, rw.PLAIN)
    e, f = rx.build(tree), rx.build(other)
    for x in (v for v in variables(e) if not v.data.props):
        assert _gradient(e, x) is _gradient(f, x)


OTHER_FORMS: list[tuple[int, str]] = []  # (seed, variable): spellings whose gradients look different


def test_distributed_spellings_give_the_same_gradient():
    others, total = [], 0
    for seed in range(400):
        rng = random.Random(seed)
        tree = rx.tree(rng, (1, 1), rng.randint(2, 4))
        e, f = rx.build(tree), rx.build(rw.rewritten(tree, rng, rw.ALL))
        for x in (v for v in variables(e) if not v.data.props):
            total += 1
            if _gradient(e, x) is not _gradient(f, x):
                others.append((seed, x.data.name))
    assert total == 490
    assert others == OTHER_FORMS


CLOSED = {
    "common left factor": ("A'*A*x - A'*b", "A'*(A*x - b)"),
    "common right factor": ("S*x + S'*x", "(S + S')*x"),
    "common scalar": ("c*x + c*y", "c*(x + y)"),
    "common left and right": ("A'*diag(b)*A - A'*b*b'*A", "A'*(diag(b) - b*b')*A"),
    "the same matrix, other scalars": ("c*t*A - 2*A", "(t*c - 2)*A"),
    "the same ones": ("c*t*ones(n) - 2*ones(n)", "(c*t - 2)*ones(n)"),
    "the same identity": ("c*eye(n) + t*eye(n)", "(c + t)*eye(n)"),
    "a norm is short": ("norm2(A*x - c*b)^2", "norm2(A*x - c*b)^2"),
    "elementwise": ("A.*B + A.*Z", "A.*(B + Z)"),
    "linear calls": ("diag(x) + diag(y)", "diag(x + y)"),
    "one side of a Kronecker product": ("kron(A, S) + kron(B, S)", "kron(A + B, S)"),
    "softmax": ("exp(x)/sum(exp(x))", "softmax(x)"),
    "softmax inside a product": ("A*exp(x)/sum(exp(x))", "A*softmax(x)"),
    "softmax outer product": ("exp(x)*exp(x)'/sum(exp(x))^2", "softmax(x)*softmax(x)'"),
    "softmax of rows": ("exp(A)./(exp(A)*ones(n)*ones(n)')", "softmax(A)"),
    "logsumexp": ("log(sum(exp(x)))", "logsumexp(x)"),
    "sigmoid": ("1/(1 + exp(-c))", "sigmoid(c)"),
    "sigmoid of a matrix": ("(ones(m,n) + exp(-A)).^-1", "sigmoid(A)"),
    "softplus": ("log(1 + exp(c))", "softplus(c)"),
    "fractions that cancel": ("y.*(x.*(1 - x)./x)", "y.*(1 - x)"),
    "multiplied out where that shortens": ("c*(x + y) - c*y", "c*x"),
}


@pytest.mark.parametrize("name", CLOSED)
def test_closed_forms(name):
    before, after = (parse(text, DECLARED, standard()).expr for text in CLOSED[name])
    assert closed_form(before, standard()) is after


def test_a_closed_form_is_its_own():
    for seed in range(300):
        short = closed_form(rx.build(random_tree(seed)[0]), standard())
        assert cost(closed_form(short, standard())) <= cost(short)


def test_long_sums_are_left_alone():
    terms = [al.variable(f"x_{k}", (rx.M, 1)) for k in range(3000)]
    e = al.add(*terms)
    assert closed_form(e, standard()) is e


@pytest.mark.parametrize(("typed", "short"), [
    ("(Z.*(b*ones(n)'))*x", "b.*(Z*x)"),
    ("(Z.*(ones(m)*x'))*y", "Z*(x.*y)"),
    ("(X.*(x*ones(p)'))'*S", "X'*diag(x)*S"),
    ("exp(A*W)./(ones(m)*(ones(m)'*exp(A*W)))", "softmax(W'*A')'"),
])
def test_what_scales_rows_is_a_diagonal_matrix(typed, short):
    e = parse(typed, DECLARED, standard()).expr
    found = closed_form(e, standard())
    assert found is closed_form(parse(short, DECLARED, standard()).expr, standard())
    assert cost(found) <= cost(e)


@pytest.mark.parametrize(("typed", "short"), [
    ("1 - c^2/(c^2 + t)", "t/(c^2 + t)"),
    ("diag(x.*y) - diag(x)", "diag(x.*y - x)"),
    ("1 - exp(c)/(exp(c) + exp(t))", "1 - exp(c)/(exp(c) + exp(t))"),  # each factor has a value where e^c has none
])
def test_a_short_sum_is_brought_over_one_denominator(typed, short):
    e = parse(typed, DECLARED, standard()).expr
    assert closed_form(e, standard()) is closed_form(parse(short, DECLARED, standard()).expr, standard())
