"""What is called positive or definite is so at random points; what people take for granted is known, and the square of
a norm is recognised whatever the rotation of a trace."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc
from matcalc import algebra as al
from matcalc.algebra.facts import grams, is_definite, is_nonnegative, is_positive, roots
from matcalc.core.expr import Kind, postorder
from matcalc.numeric.evaluate import evaluate
from matcalc.printers import ascii_text
from tests import random_expressions as rx
from tests.samples import sampled


@sampled(400)
@given(st.integers(min_value=0, max_value=10**9))
def test_claims_of_sign_hold_at_random_points(seed):
    rng = random.Random(seed)
    e = rx.build(rx.tree(rng, rng.choice([(1, 1), (rx.M, rx.M), (rx.M, 1)]), 4))
    bound = {rx.leaf(name): value for name, value in rx.draw_values(seed % 5).items()}
    for part in postorder(e, al.multiply(al.transpose(e), e), al.trace(al.multiply(al.transpose(e), e))):
        value = np.atleast_2d(evaluate(part, bound, rx.SIZES))
        slack = 1e-9 * (1 + np.abs(value).max())
        assert not is_nonnegative(part) or value.min() >= -slack
        assert not is_positive(part) or value.min() > -slack
        if is_definite(part) and part.is_square:
            assert np.allclose(value, value.T, atol=slack)
            assert np.linalg.eigvalsh(value).min() > -slack


def test_even_powers_of_symmetric_and_skew_matrices():
    where = " where S: sym(n), K: skew(n), A: matrix(n,n)"
    for text in ("tr(S^2)", "tr((A + A')^4)", "-tr(K^2)", "tr(K^4)", "-2*tr((A - A')^2)", "-tr(K^6)"):
        assert is_nonnegative(matcalc.parse(text + where)), text
    for text in ("-tr(S^2)", "tr(K^2)", "tr(A^2)", "-tr(A^2)", "tr(S^3)", "-tr(K^4)"):
        assert not is_nonnegative(matcalc.parse(text + where)), text


DEFINITE = ["S", "inv(S)", "S^3", "2*S + X'*X", "S + T", "c*eye(n) + X'*X", "eye(n)", "S + x*x'", "P + S"]
NOT_DEFINITE = ["P", "X'*X", "S - T", "-S", "A", "S*T", "A'*B", "c*P"]
WHERE = (" where S: spd(n), T: spd(n), P: psd(n), A: matrix(n,n), B: matrix(n,n), X: matrix(m,n), c: scalar>0, "
         "x: vector(n)")


@pytest.mark.parametrize(("expr", "wanted"), [*((e, True) for e in DEFINITE), *((e, False) for e in NOT_DEFINITE)])
def test_definite(expr, wanted):
    assert is_definite(matcalc.parse(expr + WHERE)) is wanted


@pytest.mark.parametrize("outer", ["1/3", "2/3", "1/2", "3/2", "1/4", "3", "-1/3", "-2/5", "5/3"])
@pytest.mark.parametrize("inner", [-2, 2, 4, 6])
def test_a_root_of_an_even_power_is_the_same_below_zero(inner, outer):
    a, x = -1.7, np.array([[-0.6], [1.3]])
    p, q = inner, float(Fraction(outer))
    for text, value, expected in ((f"(a^{inner})^({outer})", {"a": a}, (a**p)**q),
                                  (f"(x.^({inner})).^({outer})", {"x": x}, (x**p)**q)):
        e = matcalc.parse(text.replace("a^-2", "a^(-2)"), {"a": "scalar", "x": "vector(2)"})
        bound = {v: value[v.data.name] for v in postorder(e) if v.kind is Kind.VAR}
        assert np.allclose(evaluate(e, bound, {}), expected)


@pytest.mark.parametrize(("expr", "root"), [
    ("x'x", "x"), ("x'A'A x", "A*x"), ("(A x - b)'(A x - b)", "A*x - b"), ("tr(X'X)", "X"), ("tr(X X')", "X"),
    ("tr(A X X'A')", "A*X"), ("tr(X'A'A X)", "A*X"), ("norm2(A x)^2", "A*x"),
])
def test_roots(expr, root):
    found = {ascii_text(al.multiply(*half)) for half in roots(matcalc.parse(expr))}
    assert root in found


@pytest.mark.parametrize("expr", ["x'A x", "x'y", "tr(A X)", "tr(A B A'B')", "x'A'B x", "tr(X)"])
def test_no_roots(expr):
    assert roots(matcalc.parse(expr)) == []


def test_the_middle_of_a_gram_word():
    gram, = grams(matcalc.parse("X'A'S A X where S: sym"))
    assert ascii_text(gram.middle) == "S"
    assert ascii_text(al.multiply(*gram.half)) == "A*X"
