"""Every pass keeps values: at random points what it leaves is what the direct evaluator says, and it is never guessed
to cost more than what it was given."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import matcalc
from matcalc.core.expr import givens
from matcalc.language import parse
from matcalc.numeric.evaluate import silence
from matcalc.plan.cost import CALL, Lengths
from matcalc.plan.node import ordered
from matcalc.plan.planning import Wanted, plan
from matcalc.plan.table import table
from matcalc.rulebook.book import standard
from tests import corpus
from tests import random_expressions as rx
from tests.plan.computing import KERNELS, PASSES, by_name, computed, from_the_left, guessed, lowered, passed
from tests.samples import sampled
from tests.targets.test_programs import somewhere

SINGULAR = 1e4


SLACK = 2 * CALL  # a number moved to a smaller array may be a call more


def same(found, due, text):
    for got, want in zip(found, due, strict=True):
        np.testing.assert_allclose(np.reshape(got, np.shape(want)), want, rtol=1e-8, atol=1e-10, err_msg=text)


def every_pass(exprs, values, sizes, due, trusts):
    for name, steps in PASSES.items():
        graph, roots = lowered(exprs, trusts)
        same(computed(graph, passed(graph, roots, steps), values, sizes), due, name)
    lengths = Lengths(ordered(*roots))
    cost = guessed(graph, lengths, passed(graph, roots, ["contraction"]))
    assert cost <= guessed(graph, lengths, from_the_left(graph, roots)) + SLACK


SHARE = 3
NAMES = [case["id"] for case in corpus.cases()]


def _problem(name):
    d = corpus.answer(name)
    if d.problem.is_summed:
        pytest.skip("stacks have axes of their own")
    exprs = [d.problem.f, d.expr]
    given_, want = somewhere(d)
    values, sizes = by_name({d.inputs[name]: value for name, value in given_.items()})
    due = [d.value(given_), want]
    for trusts in (False, True):
        every_pass(exprs, values, sizes, due, trusts)


@pytest.mark.parametrize("name", NAMES[::SHARE])
def test_problems(name):
    _problem(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_all_problems(name):
    _problem(name)


@sampled(150)
@given(st.integers(0, 10**9), st.booleans())
def test_random_formulas(seed, trusts):
    rng = random.Random(seed)
    trees = [rx.tree(rng, rng.choice([(1, 1), (rx.M, rx.M), (rx.M, 1), (rx.M, rx.N)]), rng.randint(2, 5))
             for _ in range(rng.randint(1, 2))]
    values = rx.draw_values(seed % 1000)
    with silence():
        due = [rx.value(tree, values) for tree in trees]
    assume(all(np.all(np.abs(x) < SINGULAR) for x in due))
    exprs = [rx.build(tree) for tree in trees]
    given_ = {rx.leaf(name): value if np.size(value) > 1 else float(value[0, 0]) for name, value in values.items()}
    named, _ = by_name(given_)
    for name, steps in PASSES.items():
        graph, roots = lowered(exprs, trusts)
        found = computed(graph, passed(graph, roots, steps), named, rx.SIZES)
        for got, want in zip(found, due, strict=True):
            np.testing.assert_allclose(np.reshape(got, want.shape), want, rtol=1e-7,
                                       atol=1e-8 * max(1.0, float(np.max(np.abs(want)))), err_msg=name)


def planned(*texts, trusts=True, **declared):
    exprs = [parse(text, declared, rulebook=standard()).expr for text in texts]
    made = plan([Wanted(e) for e in exprs], givens(*exprs), KERNELS, trusts=trusts)
    return [e for e in ordered(*made.roots) if e.op != "input"]


def ops(*texts, **declared):
    return sorted(e.op for e in planned(*texts, **declared))


M, V = "matrix(n,n)", "vector(n)"


@pytest.mark.parametrize(("texts", "declared", "kernels"), [
    (["A*B*x"], {"A": M, "B": M, "x": V}, ["matvec", "matvec"]),
    (["x'*A*B*y"], {"A": M, "B": M, "x": V, "y": V}, ["dot", "vecmat", "vecmat"]),
    (["x*y'*z"], {"x": V, "y": V, "z": V}, ["dot", "multiply"]),
    (["tr(A*B)"], {"A": M, "B": M}, ["inner", "transpose"]),
    (["tr(A'*B)"], {"A": M, "B": M}, ["inner"]),
    (["tr(x*y')"], {"x": V, "y": V}, ["dot"]),
    (["diag(x)*A"], {"A": M, "x": V}, ["column", "multiply"]),
    (["A*diag(x)"], {"A": M, "x": V}, ["multiply", "row"]),
    (["diag(A*B)"], {"A": M, "B": M}, ["row_inner", "transpose"]),
    (["kron(A, B)*vec(X)"], {"A": M, "B": M, "X": M}, None),
    (["A*B"], {"A": M, "B": M}, ["matmul"]),
    (["A'*B'"], {"A": M, "B": M}, ["matmul", "transpose"]),
])
def test_products_of_the_right_kind(texts, declared, kernels):
    """Matrices times vectors where that is enough, no products of matrices for traces and diagonals."""
    if kernels is None:
        assert max(len(e.shape) for e in planned(*texts, **declared)) == 2
        return
    assert ops(*texts, **declared) == kernels


@pytest.mark.parametrize(("texts", "declared", "word"), [
    (["inv(A)*x"], {"A": M, "x": V}, "lu"), (["inv(P)*x"], {"P": "spd(n)", "x": V}, "cholesky"),
    (["inv(S)*x"], {"S": "sym(n)", "x": V}, "symmetric"),
    (["x'*inv(P)*x + log(det(P))"], {"P": "spd(n)", "x": V}, "cholesky"),
    (["inv(P)*x*x'*inv(P)", "log(det(P))", "x'*inv(P)*x"], {"P": "spd(n)", "x": V}, "cholesky"),
    (["inv(A)*x", "inv(A)'*x", "log(det(A))"], {"A": M, "x": V}, "lu"),
    (["tr(inv(P))"], {"P": "spd(n)"}, "cholesky"),
])
def test_factored_once_and_never_inverted(texts, declared, word):
    found = ops(*texts, **declared)
    assert found.count(word) == 1
    assert not {"lu", "cholesky", "symmetric"} - {word} & {*found}
    assert not [op for op in found if op.endswith("inverse")]


def test_an_inverse_that_is_wanted_is_formed_from_the_factors():
    assert ops("inv(P)", "x'*inv(P)*x", P="spd(n)", x=V).count("cholesky") == 1
    assert "cholesky_inverse" in ops("inv(P)", "x'*inv(P)*x", P="spd(n)", x=V)
    assert ops("inv(Q)*x", Q="orthogonal(n)", x=V) == ["vecmat"]
    assert ops("inv(L)*x", L="lower(n)", x=V) == ["solve_lower"]
    assert ops("inv(D)*x", D="diag(n)", x=V).count("lu") == 0


def test_a_diagonal_plus_a_few_columns_is_not_filled_in():
    declared = {"U": "matrix(n,k)", "x": V}
    for text in ("inv(eye(n) + U*U')*x", "logdet(eye(n) + U*U')"):
        assert all(str(e.shape) != "(n, n)" for e in planned(text, **declared)), text


def test_what_is_common_is_computed_once():
    found = planned("tanh(A*x)'*B*tanh(A*x)", "B*tanh(A*x)", A=M, B=M, x=V)
    assert [e.op for e in found].count("tanh") == 1
    assert [e.op for e in found].count("matvec") == 2


def test_a_sum_of_a_product_that_is_there_takes_it():
    found = [e.op for e in planned("exp(X*w)'*y + sum(X*w)", X="matrix(m,n)", w="vector(n)", y="vector(m)")]
    assert found.count("matvec") == found.count("sum") == 1


def test_an_inverse_that_only_solves_is_not_formed_for_another_product():
    found = ops("tr(X*inv(P)*X')", "inv(P)*x", P="spd(n)", X="matrix(m,n)", x=V)
    assert found.count("cholesky") == 1
    assert "cholesky_inverse" not in found


def test_transposes_and_numbers_move_into_products():
    declared = {"A": "matrix(m,n)", "B": "matrix(k,n)", "O": "matrix(m,k)"}
    exprs = [parse(text, declared, rulebook=standard()).expr for text in ("(-(A*B'))'", "2*(O.*exp(O))'*A")]
    for target, multiplied in (("jax", "m×k"), ("numpy", "k×n")):
        (turned, scaled), *_ = plan([Wanted(e) for e in exprs], givens(*exprs), table(target).abilities)
        assert "transpose" not in [e.op for e in ordered(turned)]
        numbers = [e for e in ordered(scaled) if e.op == "multiply" and e.args[0].op == "number"]
        assert ["×".join(map(str, e.shape)) for e in numbers] == [multiplied]


def test_the_sign_of_a_determinant_comes_from_the_factors():
    d = matcalc.grad("log(det(A*X*B))", "X", variables={"A": "matrix(m,n)", "X": "matrix(n,p)", "B": "matrix(p,m)"},
                     check=False)
    for target in ("numpy", "jax", "torch"):
        text = d.code(target, check=False, functions=["value_and_gradient"])
        assert "lu_det_sign(" in text
        assert "slogdet(" not in text


def test_a_plan_is_the_same_every_time():
    texts = ["x'*inv(P)*x + log(det(P)) + norm2(A*x - y)^2", "2*A'*(A*x - y)"]
    declared = {"P": "spd(n)", "A": M, "x": V, "y": V}
    assert repr(planned(*texts, **declared)) == repr(planned(*texts, **declared))


def test_the_passes_are_fast_on_long_sums():
    terms = " + ".join(f"x'*A*B*(A + {k}*B)*y" for k in range(1, 13))
    assert planned(terms, A=M, B=M, x=V, y=V)


