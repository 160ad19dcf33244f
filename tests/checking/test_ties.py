"""Ties of sorted values: said where they are kinks, and only there; unsaid, the gradient is right at ties."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc

RNG = np.random.default_rng(8)
Q = np.linalg.qr(RNG.standard_normal((4, 4)))[0]
TIED = Q @ np.diag([0.7, 0.7, 0.7, 2.0]) @ Q.T
TIED = (TIED + TIED.T) / 2
SMOOTH = ["sum(log(eigvalsh(A)))", "sum(exp(eigvalsh(A)))", "prod(eigvalsh(A))", "logsumexp(eigvalsh(A))",
          "tr(A)*sum(eigvalsh(A).^4)", "sum(sigmoid(eigvalsh(A)))/norm2(eigvalsh(A))", "log(sum(sqrt(eigvalsh(A))))"]
KINKED = ["a'*eigvalsh(A)", "sum(eigvalsh(A)[1:2])", "exp(eigvalsh(A)[1])",
          "sum(f(eigvalsh(A)))"]


def kinks(formula: str, wrt: str = "A") -> list[str]:
    return [c for c in matcalc.grad(formula, wrt=wrt).conditions if "kink" in c]


@pytest.mark.parametrize("formula", SMOOTH)
def test_what_does_not_depend_on_the_order_has_no_kink(formula: str) -> None:
    """The gradient at a triple eigenvalue against differences along random symmetric directions."""
    d = matcalc.grad(formula, wrt="A")
    assert not [c for c in d.conditions if "kink" in c]
    slope, step = d.evaluate({"A": TIED}), 1e-3
    for _ in range(3):
        E = RNG.standard_normal((4, 4))
        E = E + E.T
        f = [d.value({"A": TIED + t * E}) for t in (-2 * step, -step, step, 2 * step)]
        due = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * step)
        assert np.sum(slope * E) == pytest.approx(due, rel=1e-6)


@pytest.mark.parametrize("formula", KINKED)
def test_what_depends_on_the_order_says_so(formula: str) -> None:
    """Nothing is assumed of a function that nobody defined."""
    found = kinks(formula)
    assert any("where eigenvalues coincide" in kink for kink in found)


def test_sorted_entries() -> None:
    assert not kinks("sum(exp(sort(x)))", "x")
    assert kinks("a'*sort(x)", "x")
    fixed = {"a": "vector(3)", "x": "vector(3)"}
    assert matcalc.grad("a'*sort(x)", wrt="x", variables=fixed).conditions == kinks("a'*sort(x)", "x")


def test_second_derivatives_keep_the_note() -> None:
    """Their formula divides by gaps."""
    found = matcalc.hessian("sum(exp(eigvalsh(A)))", wrt="A").conditions
    assert any("where eigenvalues coincide" in c for c in found)


@pytest.mark.parametrize(("formula", "said"), [
    ("sum(huber(x, 1))", {"step(x + 1)", "step(1 - x)"}), ("sum(softsign(x))", {"sign(x)"}),
    ("sum(squared_hinge(x))", {"relu(1 - x)"}), ("sum(x.^3)", set()), ("logsumexp(x)", set())])
def test_a_hessian_says_where_it_jumps(formula: str, said: set[str]) -> None:
    """A function with one slope where pieces meet has no kink; its second derivative has."""
    found = matcalc.hessian(formula, wrt="x").conditions
    assert {c.partition(" jumps")[0].partition(" has")[0] for c in found} == said
    if "relu" not in str(said):
        assert not matcalc.grad(formula, wrt="x").conditions


def test_an_extreme_over_an_index_says_what_ties_take() -> None:
    """Of what has no matrix form the members that attain it share it: the mean of their gradients, in code too."""
    d = matcalc.grad("max_i (x'*A_i*x)", wrt="x")
    assert d.conditions == ["max_{i}(x'*A_i*x) has a kink: where several members tie, they share it"]
    A = np.array([[[1.0, 0], [0, 1]], [[1, 1], [0, 0]], [[1, 0], [0, 0]]])
    x = np.ones(2)
    both = sum((A[i] + A[i].T) @ x for i in (0, 1)) / 2
    np.testing.assert_allclose(d.evaluate({"A": A, "x": x}), both)
    np.testing.assert_allclose(d.function("numpy").gradient(x=x, A=A), both)


@pytest.mark.parametrize("formula", ["min(S)", "ptp(S.^2)", "ptp(smooth_l1(S', tr(S)))"])
def test_ties_that_a_structure_hides_leave_nothing_open(formula: str) -> None:
    """s_ij = s_ji tie, and move together; with independent entries there is a kink, however small."""
    for kind in ("sym", "spd"):
        assert matcalc.grad(formula, "S", variables={"S": kind}, check=False).verify(trials=3).ok


def test_second_differences_of_what_oscillates_refute_nothing() -> None:
    d = matcalc.hessian("sum(sin(trigamma(singular_resolvent(A, 1))))", "A", check=False)
    assert d.verify(trials=1, seed=561).ok
