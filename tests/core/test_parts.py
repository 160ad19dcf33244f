"""What is taken apart gives the same expression when it is put together, and what is whole is its only part."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc
from matcalc import algebra as al
from matcalc.core import parts
from matcalc.core.expr import postorder
from tests import random_expressions as rx
from tests.samples import sampled


@sampled(200)
@given(st.integers(min_value=0, max_value=10**9))
def test_parts_make_the_whole(seed):
    rng = random.Random(seed)
    for e in postorder(rx.build(rx.tree(rng, rng.choice([(1, 1), (rx.M, rx.M), (rx.M, 1)]), 4))):
        number, scalars, matrix = parts.number_scalars_matrix(e)
        base, exponent = parts.base_and_exponent(e)
        assert al.multiply(al.num(number), *scalars, matrix) is e
        assert al.power(base, al.num(exponent)) is e
        assert parts.exponent(e) == exponent
        assert al.add(*parts.terms(e)) is e
        assert al.multiply(*parts.chain_factors(e)) is e
        assert al.hadamard(*parts.entry_factors(e)) is e
        number, factors = parts.number_and_factors(e)
        assert al.multiply(al.num(number), *factors) is e


@pytest.mark.parametrize(("text", "number", "count"), [
    ("3", 3, 0), ("x'y", 1, 1), ("2 s t where s: scalar, t: scalar", 2, 2), ("-s A/3 where s: scalar", "-1/3", 2),
])
def test_the_number_in_front(text, number, count):
    found, factors = parts.number_and_factors(matcalc.parse(text))
    assert (found, len(factors)) == (Fraction(number), count)


def test_a_symbolic_power_is_a_base():
    e = matcalc.parse("s^a where s: positive, a: scalar")
    assert parts.base_and_exponent(e) == (e, 1)


def test_only_a_transpose_is_untransposed():
    assert [str(parts.untransposed(matcalc.parse(text))) for text in ("A'", "A", "A B'")] == ["A", "A", "A*B'"]
