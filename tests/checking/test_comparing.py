"""Values are told apart however little or far off they differ, and never where an identity makes them one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcalc import algebra as al
from matcalc.answer.equal import equal
from matcalc.api import parse
from matcalc.checking.comparing import compare
from matcalc.core.expr import Expr
from matcalc.numeric.evaluate import evaluate
from tests import random_expressions as rx
from tests.samples import sampled, some

mp = mpmath.mp
Both = tuple[Callable[[Any], Any], Callable[[Any], Any]]

# Two texts in one scalar a, and the same in mpmath: the oracle for the point that is shown.
OF_ONE: list[tuple[str, str, Both]] = [
    ("a", "a + 10^(-12)", (lambda a: a, lambda a: a + mp.mpf(10) ** -12)),
    ("a", "a + 10^(-15)", (lambda a: a, lambda a: a + mp.mpf(10) ** -15)),
    ("max(a,10)", "10", (lambda a: max(a, 10), lambda a: mp.mpf(10))),
    ("relu(a-5)", "0", (lambda a: max(a - 5, 0), lambda a: mp.mpf(0))),
    ("relu(a-500)", "0", (lambda a: max(a - 500, 0), lambda a: mp.mpf(0))),
    ("relu(a-10^12)", "0", (lambda a: max(a - 10**12, 0), lambda a: mp.mpf(0))),
    ("relu(relu(a-500)-3)", "0", (lambda a: max(max(a - 500, 0) - 3, 0), lambda a: mp.mpf(0))),
    ("relu(1-10^6*abs(a-500))", "0", (lambda a: max(1 - 10**6 * abs(a - 500), 0), lambda a: mp.mpf(0))),
    ("relu(a-500)*relu(510-a)", "0", (lambda a: max(a - 500, 0) * max(510 - a, 0), lambda a: mp.mpf(0))),
    ("min(max(a,-100),100)", "a", (lambda a: min(max(a, -100), 100), lambda a: a)),
    ("tanh(a+30)", "1", (lambda a: mp.tanh(a + 30), lambda a: mp.mpf(1))),
    ("exp(-(a+40)^2)", "0", (lambda a: mp.exp(-(a + 40) ** 2), lambda a: mp.mpf(0))),
    ("exp(-10^6*(a-3)^2)", "0", (lambda a: mp.exp(-(10**6) * (a - 3) ** 2), lambda a: mp.mpf(0))),
    ("sigmoid(a-100)", "0", (lambda a: 1 / (1 + mp.exp(100 - a)), lambda a: mp.mpf(0))),
    ("softplus(a+100)", "a + 100", (lambda a: mp.log(1 + mp.exp(a + 100)), lambda a: a + 100)),
    ("step(a-500) - step(a-501)", "0", (lambda a: mp.mpf((a > 500) - (a > 501)), lambda a: mp.mpf(0))),
    ("sqrt(a^2 + 10^(-12))", "abs(a)", (lambda a: mp.sqrt(a**2 + mp.mpf(10) ** -12), abs)),
    ("sqrt(a^2)", "a", (abs, lambda a: a)),
]


@pytest.mark.parametrize("row", OF_ONE, ids=lambda row: f"{row[0]} | {row[1]}")
def test_the_point_shows_the_difference(row: tuple[str, str, Both]) -> None:
    a, b, both = row
    for seed in range(3):
        found = equal(a, b, variables={"a": "scalar"}, seed=seed)
        assert found.equal is False
        assert found.comparison is not None
        assert found.comparison.difference is not None
        shown = found.comparison.difference
        at = next(iter(shown.place.values.values()))
        with mp.workdps(60):
            value = mp.mpf(at.numerator) / at.denominator
            left, right = (f(value) for f in both)
            assert left != right
            for got, want in ((shown.left, left), (shown.right, right)):
                got = mp.mpf(got.numerator) / got.denominator if hasattr(got, "denominator") else got
                assert abs(got - want) <= mp.mpf(10) ** -25 * max(abs(want), mp.mpf(10) ** -25)


DIFFERENT: list[tuple[str, str, dict[str, str]]] = [
    ("10^9*a + b", "10^9*a + 1.001*b", {}), ("10^12*x'x + b", "10^12*x'x + 1.0001*b", {}),
    ("abs(k)", "k", {"k": "integer"}), ("(-1)^k", "1", {"k": "scalar integer"}),
    ("cos(pi*k)", "1", {"k": "scalar integer"}), ("relu(k-100)", "0", {"k": "scalar integer"}),
    ("norm1(x - 1000*ones(n))", "1000*n - sum(x)", {}), ("sum(relu(X - 50*ones(m,n)))", "0", {}),
    ("exp(-norm2(x - 60*ones(n))^2)", "0", {}), ("relu(3 - norm2(x - 20*ones(n)))", "0", {}),
    ("relu(a-500)*relu(-b-700)", "0", {}), ("relu(a - 2*b - 1000)*relu(b - 1000)", "0", {}),
    ("relu(1 - abs(a-500) - abs(b-700))", "0", {}), ("sum(abs(A x - 300*ones(m)))", "300*m - sum(A x)", {}),
    ("abs(det(A))", "det(A)", {"A": "square"}), ("det(Q)", "1", {"Q": "orthogonal(n,n)"}),
    ("det(-A)", "-det(A)", {"A": "square"}), ("tr(A) + 10^(-20)*det(A)", "tr(A)", {"A": "square"}),
    ("pinv(M) M", "I", {"M": "psd(n)"}), ("relu(det(A) - 10000)", "0", {"A": "square"}),
    ("step(a)", "1/2*(1 + sign(a))", {}), ("n*a", "a", {"a": "scalar", "x": "vector(n)"}),
    ("relu(lambda_max(S) - 50)", "0", {"S": "sym"}), ("relu(x[2] - 800)", "0", {"x": "vector(3)"}),
]


@pytest.mark.parametrize("row", DIFFERENT, ids=lambda row: f"{row[0]} | {row[1]}")
def test_what_hides_is_found(row: tuple[str, str, dict[str, str]]) -> None:
    a, b, variables = row
    assert [equal(a, b, variables=variables, seed=seed).equal for seed in range(3)] == [False] * 3


SAME: list[tuple[str, str, dict[str, str]]] = [
    ("exp(x).*exp(-x)", "ones(n)", {"x": "vector(n)"}), ("sin(a)^2 + cos(a)^2", "1", {}),
    ("sigmoid(-a)", "1 - sigmoid(a)", {}), ("tanh(a)", "2*sigmoid(2*a) - 1", {}), ("max(a,b)", "(a+b+abs(a-b))/2", {}),
    ("relu(a) - relu(-a)", "a", {}), ("softplus(a) - softplus(-a)", "a", {}), ("log(a*b)", "log(a) + log(b)", {}),
    ("logsumexp(x + c*ones(n))", "logsumexp(x) + c", {"c": "scalar"}), ("softmax(x)", "exp(x)/sum(exp(x))", {}),
    ("inv(A + B)", "inv(A)*inv(I + B*inv(A))", {}), ("A inv(A'A) A'", "A pinv(A)", {}),
    ("sqrt(c^2)", "c", {"c": "positive"}), ("det(A B)", "det(B)*det(A)", {"A": "square"}),
    ("abs(k)^2", "k^2", {"k": "scalar integer"}), ("cos(2*pi*k)", "1", {"k": "scalar integer"}),
    ("det(Q)^2", "1", {"Q": "orthogonal(n,n)"}), ("log(det(S))", "logdet(S)", {"S": "spd"}),
    ("expm(A)*expm(-A)", "I", {}), ("norm_nuc(2*X)", "2*norm_nuc(X)", {}),
    ("lambda_max(S + c*I)", "lambda_max(S) + c", {"S": "sym", "c": "scalar"}),
]


@pytest.mark.parametrize("seed", some(range(3)))
@pytest.mark.parametrize("row", SAME, ids=lambda row: f"{row[0]} | {row[1]}")
def test_identities_are_never_called_different(row: tuple[str, str, dict[str, str]], seed: int) -> None:
    a, b, variables = row
    assert equal(a, b, variables=variables, seed=seed).equal is True


def test_nothing_is_said_where_nothing_exists() -> None:
    assert equal("log(a)", "log(-a)").equal is None


# Terms in scalars that are zero almost everywhere, or tiny, or zero for many integers: c is free, s positive.
HIDDEN = ["relu(c - {})", "relu(-c - {})", "exp(-(c - {})^2)", "exp(-(c + {})^2)", "1 - tanh(c + {})",
          "relu(1 - abs(c - {}))", "sigmoid(c - {})", "relu(s - {})", "abs(c - {}) + c - {}", "10^(-{}/20)*c",
          "10^(-{}/20)", "step(c - {}) - step(c - {} - 1)"]
ZERO = ["relu(c) - relu(-c) - c", "softplus(c) - softplus(-c) - c", "sin(c)^2 + cos(c)^2 - 1",
        "abs(c) - relu(c) - relu(-c)", "exp(c)*exp(-c) - 1", "sigmoid(c) + sigmoid(-c) - 1",
        "max(c, s) - (c + s + abs(c - s))/2",
        "cosh(c)^2 - sinh(c)^2 - 1", "log(s)*2 - log(s^2)", "sqrt(s)^2 - s"]
DECLARED = {"c": "scalar", "s": "scalar positive"}
seeds = st.integers(min_value=0, max_value=10**9)


def scalar(text: str) -> Expr:
    return parse(text, DECLARED)


def base(seed: int) -> tuple[random.Random, Expr]:
    rng = random.Random(seed)
    return rng, rx.build(rx.tree(rng, (1, 1), rng.randint(1, 3)))


@sampled(80)
@given(seeds)
def test_a_hidden_term_is_never_called_nothing(seed: int) -> None:
    rng, e = base(seed)
    term = scalar(rng.choice(HIDDEN).replace("{}", str(rng.choice([15, 40, 100, 250, 300]))))
    whole = al.add(al.multiply(scalar(rng.choice(["1", "1000", "1/1000"])), term), e)
    if whole is not e and compare(e, e).ok:
        assert compare(whole, e, seed % 5).ok is False


@sampled(40)
@given(seeds)
def test_a_term_that_is_zero_makes_no_difference(seed: int) -> None:
    rng, e = base(seed)
    moved = al.add(rx.leaf("c"), al.num(rng.choice([0, 40, -300])))
    term = al.substitute(scalar(rng.choice(ZERO)), {rx.leaf("c"): moved})
    assert compare(al.add(al.multiply(al.num(rng.choice([1, 10**9])), term), e), e, seed % 5).ok is not False


@sampled(40)
@given(seeds)
def test_a_kink_or_a_bump_in_a_matrix_is_found(seed: int) -> None:
    rng = random.Random(seed)
    e = rx.build(rx.tree(rng, (rx.M, rx.N), 2))
    far, names = rng.choice([30, 500, 4000, -75]), {"B": "matrix(m,n)"}
    inside = parse(rng.choice([f"relu(B - {far}*ones(m,n))", f"exp(-(B - {far}*ones(m,n)).^2)",
                                          f"abs(B - {far}*ones(m,n)) + {(far > 0) - (far < 0)}*(B - {far}*ones(m,n))",
                                          f"sigmoid(B - {far}*ones(m,n))"]), names)
    assert compare(al.add(e, inside), e, seed % 5).ok is False


def test_the_ranges_are_those_that_were_tried() -> None:
    found = compare(*(parse(text, {"a": "scalar"}) for text in ("sin(a)^2 + cos(a)^2", "1")))
    low, high = found.ranges()["a"]
    values = [float(place.values[v]) for place in found.places for v in place.values]
    assert (low, high) == (min(values), max(values))
    assert low < -1000
    assert high > 1000


def test_large_matrices_are_compared_at_a_few_points() -> None:
    found = equal("tr(A B) + a", "tr(B A) + a + 0*sin(a)", sizes={"m": 40, "n": 30})
    assert found.equal is True
    other = equal("tr(A B)", "tr(A B) + sum(A)", sizes={"m": 40, "n": 30})
    assert other.equal is False
    assert other.point is not None
    assert np.shape(other.point["values"]["A"]) == (40, 30)


def test_a_difference_evaluates_to_what_is_shown() -> None:
    found = equal("det(A B)", "tr(A B)")
    assert found.point is not None
    values = {v.expr: np.array(found.point["values"][name]) for name, v in found.left.variables.items()}
    assert evaluate(found.left.f, values) == pytest.approx(found.point["left"], rel=1e-9)
    assert evaluate(found.right.f, values) == pytest.approx(found.point["right"], rel=1e-9)
