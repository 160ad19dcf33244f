"""What the search may cost: budgets cut the search and never the form, and nothing depends on what was asked before."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import matcalc
from matcalc import algebra as al
from matcalc import limits
from matcalc.core.expr import ADD, Expr, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.limits import LimitError, work
from matcalc.numeric.evaluate import evaluate
from matcalc.printers import ascii_text
from matcalc.rulebook.book import standard
from matcalc.session import SESSION
from matcalc.simplification import closed_form
from matcalc.simplification.common import factored
from matcalc.simplification.interplay import MOST, SMALL, meeting, size
from matcalc.simplification.length import cost
from tests import random_expressions as rx
from tests.samples import sampled

seeds = st.integers(min_value=0, max_value=10**9)


def net(layers: int) -> tuple[str, dict[str, str]]:
    """‖tanh(W_L … tanh(W_1 x)) − y‖², and its declarations."""
    text = "x"
    for k in range(1, layers + 1):
        text = f"tanh(W_{k}*{text})"
    weights = {f"W_{k}": "matrix(n,n)" for k in range(1, layers + 1)}
    return f"normF({text} - y)^2", {"x": "vector(n)", "y": "vector(n)", **weights}


def residual(terms: int) -> tuple[str, dict[str, str]]:
    """‖A_1 x + … + A_N x − b‖², and its declarations."""
    matrices = {f"A_{k}": "matrix(m,n)" for k in range(101, 101 + terms)}
    text = " + ".join(f"{name}*x" for name in matrices)
    return f"normF({text} - b)^2", {"x": "vector(n)", "b": "vector(m)", **matrices}


def long_sum(seed: int) -> tuple[rx.Tree, Expr]:
    """A sum of more terms than are ever multiplied out, small ones, some of them alike."""
    rng = random.Random(seed)
    shape = rng.choice([(rx.M, rx.M), (rx.M, 1), (rx.M, rx.N)])
    tree = rx.tree(rng, shape, 2)
    for _ in range(rng.randint(15, 90)):
        tree = ("add", tree, rx.tree(rng, shape, rng.randint(1, 2)))
    return tree, rx.build(tree)


@sampled(60)
@given(seeds)
def test_long_sums_keep_their_value_and_become_no_longer(seed):
    """The value is that of the tree, computed by NumPy alone."""
    tree, e = long_sum(seed)
    values = rx.draw_values(seed % 7)
    bound = {rx.leaf(name): value for name, value in values.items()}
    try:
        short = closed_form(e, standard())
        got = np.asarray(evaluate(short, bound, rx.SIZES))
        want = np.asarray(rx.value(tree, values))
    except (MatcalcError, np.linalg.LinAlgError):  # singular whatever the values
        assume(False)
    assert cost(short) <= cost(e)
    assume(np.isfinite(want).all() and np.abs(want).max() < 1e8)
    assert np.allclose(got, want, rtol=1e-7, atol=1e-7 * (1 + np.abs(want).max()))


@sampled(60)
@given(seeds)
def test_a_form_does_not_depend_on_what_was_asked_before(seed):
    """The parts of a formula are asked in another order, after all has been forgotten."""
    rng = random.Random(seed)
    tree = rx.tree(rng, rng.choice([(1, 1), (rx.M, rx.M), (rx.M, 1)]), 5)
    SESSION.forget()
    alone = ascii_text(closed_form(rx.build(tree), standard()))
    SESSION.forget()
    parts = postorder(rx.build(tree))
    for part in rng.sample(parts, len(parts)):
        closed_form(part, standard())
    assert ascii_text(closed_form(rx.build(tree), standard())) == alone


@pytest.mark.parametrize("terms", [11, 12, 13, 63, 64, 65, 120])
def test_a_residual_of_any_number_of_terms_is_written_once(terms: int) -> None:
    text, variables = residual(terms)
    answer = matcalc.grad(text, wrt="x", variables=variables, check=False).ascii
    assert answer.count("A_101") == answer.count(f"A_{100 + terms}") == 2


def test_gradients_of_networks_have_one_form_at_any_depth() -> None:
    """Another layer adds as many symbols as the layer before: its δ, and its value in the layers above."""
    costs = []
    for layers in range(2, 40):
        text, variables = net(layers)
        costs.append(cost(matcalc.grad(text, wrt="W_1", variables=variables, check=False).expr))
    assert len(set(np.diff(costs, 3))) == 1


@pytest.mark.parametrize("kind", ["gradient", "hessian"])
def test_deep_derivatives_pass_their_check(kind: str) -> None:
    text, variables = net(12)
    d = (matcalc.grad if kind == "gradient" else matcalc.hessian)(text, wrt="W_1", variables=variables, check=False)
    assert d.verify(sizes={"n": 2}).ok


def test_only_sums_whose_atoms_meet_are_multiplied_out() -> None:
    """In a chain of layers no two factors have a name in common, in a square of a sum both do."""
    names = [al.variable(f"S_{k}", (rx.M, rx.M)) for k in range(SMALL)]
    apart = al.multiply(*(al.add(a, b) for a, b in zip(names[::2], names[1::2], strict=True)))
    assert size(apart) > SMALL
    assert meeting(apart) == frozenset()
    assert meeting(al.multiply(apart, names[0])) == {names[0]}
    large = al.multiply(*(al.add(names[0], al.variable(f"T_{k}", (rx.M, rx.M))) for k in range(MOST)))
    assert meeting(large) == frozenset()


def test_factors_of_long_sums_are_found_in_groups() -> None:
    """A_i B_j for i, j = 1 … 12 is (A_1 + …)(B_1 + …)."""
    left = [al.variable(f"A_{i}", (rx.M, rx.N)) for i in range(12)]
    right = [al.variable(f"B_{i}", (rx.N, rx.P)) for i in range(12)]
    product = closed_form(al.add(*(al.multiply(a, b) for a in left for b in right)), standard())
    assert product is al.multiply(al.add(*left), al.add(*right))
    assert factored(al.add(*left)).kind is ADD


def test_a_form_that_is_made_later_has_the_limits_of_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    text, variables = net(40)
    d = matcalc.hessian(text, wrt="W_1", variables=variables, check=False)
    monkeypatch.setattr(limits, "SECONDS", 0.02)
    with pytest.raises(LimitError):
        _ = d.operator.expr
    with pytest.raises(LimitError):
        _ = d.expr


def test_a_search_stops_where_its_time_is_over() -> None:
    text, variables = net(60)
    d = matcalc.hessian(text, wrt="W_1", variables=variables, check=False)
    with work(0.05), pytest.raises(LimitError) as refused:
        _ = d.expr
    assert refused.value.diagnostics[0].code == "M0107"
